"""The demo world: two workspaces with every kind of room, the same for the same ``now``."""

from datetime import datetime
from pathlib import Path

from workbench.pretend_hundredms.samples import sample_rooms
from workbench.pretend_hundredms.scenarios import scenario_rooms
from workbench.pretend_hundredms.scenes import crowds, oddities
from workbench.pretend_hundredms.scenes.all_types import all_types
from workbench.pretend_hundredms.scenes.everyday import healthy, one_bad_user
from workbench.pretend_hundredms.scenes.hostile import hostile
from workbench.pretend_hundredms.scenes.large import LARGE, large
from workbench.pretend_hundredms.scenes.odd_cases import odd_cases
from workbench.pretend_hundredms.scenes.storm import storm
from workbench.pretend_hundredms.world import PretendWorkspace, World

ACCESS_KEY = "0123456789abcdef00000001"
SECRET = "pretend-secret-of-the-demo-workspace-not-a-real-one"
OTHER_ACCESS_KEY = "0123456789abcdef00000002"
OTHER_SECRET = "pretend-secret-of-the-other-workspace-not-a-real-one"
_ACCOUNT = "0123456789abcdef000000a1"
_OTHER_ACCOUNT = "0123456789abcdef000000a2"

_SCENES = (
    healthy,
    one_bad_user,
    storm,
    all_types,
    hostile,
    odd_cases,
    oddities.uuid_named,
    oddities.disabled,
    oddities.never_got_in,
    oddities.hashed_names,
    oddities.retention_edge,
    oddities.empty,
    oddities.namesake,
    crowds.support_desk,
    crowds.daily_standup,
    crowds.town_hall,
)


def demo_world(
    now: datetime,
    *,
    access_key: str = ACCESS_KEY,
    secret: str = SECRET,
    large_events: int = LARGE,
    scenarios: Path | None = None,
) -> World:
    """Everything as it looks at ``now``; key and secret are those of the first workspace.

    ``large_events`` is the number of events in the room ``large``, ``scenarios`` the folder
    whose files become rooms as well.
    """
    rooms = (
        *sample_rooms(now),
        *(scene(now, _ACCOUNT) for scene in _SCENES),
        large(now, _ACCOUNT, events=large_events),
        oddities.in_both(now, _ACCOUNT, age_days=7),
        *(scenario_rooms(scenarios, now, _ACCOUNT) if scenarios else ()),
    )
    others = (
        oddities.elsewhere(now, _OTHER_ACCOUNT),
        oddities.in_both(now, _OTHER_ACCOUNT, age_days=9),
    )
    return World(
        (
            PretendWorkspace("main", access_key, secret, _ACCOUNT, rooms),
            PretendWorkspace("other", OTHER_ACCESS_KEY, OTHER_SECRET, _OTHER_ACCOUNT, others),
        )
    )
