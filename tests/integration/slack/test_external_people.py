"""Who is of another company: by the actor's own ids, in every shape that Slack may send.

Workspace T0ACME of the organisation E0ACME runs the bot; T0OTHER and E0OTHER are strangers.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.domain.access import AccessRules
from tests.support.slack.deliveries import ENTRIES, changed, deliver, payload_of
from tests.support.slack.edge_harness import Bench, open_bench, shown
from tests.support.slack.fakes import ROOM
from workbench.pretend_slack import Message

OURS, OUR_ORG, SISTER = "T0ACME", "E0ACME", "T0SISTER"
THEIRS, THEIR_ORG = "T0OTHER", "E0OTHER"
ENVELOPE_OURS = {"enterprise_id": OUR_ORG, "enterprise": {"id": OUR_ORG, "name": "Acme"}}


@dataclass(frozen=True)
class Shape:
    """A delivery with these changes, by whom, and whether it is to be answered."""

    entry: str
    changes: dict[str, Any] = field(default_factory=dict)
    ours: bool = False
    user: str = "U0OUT"


def stranger_on_grid(entry: str) -> Shape:
    """A stranger, in an envelope that names the installation's organisation."""
    whose = {"command": {"team_id": THEIRS}, "mention": {"event.user_team": THEIRS}}
    return Shape(entry, whose.get(entry, {"user.team_id": THEIRS}) | ENVELOPE_OURS)


SHAPES = {
    # The audit's eight.
    "mention, envelope of our organisation": Shape(
        "mention",
        {
            **ENVELOPE_OURS,
            "event.team": OURS,
            "event.user_team": THEIRS,
            "event.source_team": THEIRS,
            "event.user_profile": {"team": THEIRS},
        },
    ),
    "mention from another organisation, envelope ours": Shape(
        "mention",
        {
            "event.team": OURS,
            "event.user_team": THEIR_ORG,
            "event.source_team": THEIR_ORG,
            "event.user_profile": {"team": THEIR_ORG},
        },
    ),
    "button, enterprise ours": Shape("button", {"user.team_id": THEIRS, **ENVELOPE_OURS}),
    "mention in a shared channel without any team": Shape("mention", {"event.team": None}),
    "mention, only the profile names the stranger": Shape(
        "mention", {"event.team": OURS, "event.user_profile": {"team": THEIRS}}
    ),
    "mention, only the envelope is theirs": Shape(
        "mention", {"event.team": None, "team_id": THEIRS, "is_ext_shared_channel": False}
    ),
    "button, only the envelope is theirs": Shape(
        "button", {"user.team_id": None, "team": {"id": THEIRS}}
    ),
    "mention by our own person, named by our organisation": Shape(
        "mention",
        {
            "event.team": None,
            "event.user_team": OUR_ORG,
            "event.source_team": OUR_ORG,
            "is_ext_shared_channel": True,
        },
        ours=True,
        user="U0ALICE",
    ),
    # The same at the other entries.
    **{f"{entry}, stranger on a grid": stranger_on_grid(entry) for entry in ENTRIES},
    **{
        f"{entry}, nobody says whose": Shape(
            entry, {"user.team_id": None, "team": None, "event.team": None, "team_id": None}
        )
        for entry in ENTRIES
    },
    "mention, one id ours and one theirs": Shape(
        "mention", {"event.user_team": OURS, "event.source_team": THEIRS}
    ),
    "button, a team that is no text": Shape("button", {"user.team_id": [OURS]}),
    "mention by a sister workspace that is not listed": Shape(
        "mention", {"event.user_team": "T0SISTER2", **ENVELOPE_OURS}
    ),
    # Our own.
    "mention by our own in a shared channel": Shape("mention", ours=True, user="U0ALICE"),
    "mention by a listed sister workspace": Shape(
        "mention", {"event.user_team": SISTER}, ours=True, user="U0ALICE"
    ),
    "command from a listed sister workspace": Shape(
        "command", {"team_id": SISTER}, ours=True, user="U0ALICE"
    ),
    "button by our own under a foreign envelope": Shape(
        "button",
        {"user.team_id": OURS, "team": {"id": THEIRS}, "enterprise": {"id": THEIR_ORG}},
        ours=True,
        user="U0ALICE",
    ),
    **{f"{entry} by our own": Shape(entry, ours=True, user="U0ALICE") for entry in ENTRIES},
}


def reached(bench: Bench) -> int:
    """How often something was looked up, or a form opened."""
    investigator, team = bench.investigator, bench.team
    return len(investigator.asked) + len(investigator.reopened) + len(team.calls_of("views.open"))


def refusals(bench: Bench) -> list[Message]:
    return [message for message in bench.said() if "belongs to another company" in shown(message)]


def only_for(message: Message, user: str) -> bool:
    """Whether nobody else sees it: an ephemeral message, or one in the person's own DM."""
    return message.ephemeral_to == user or message.channel == f"D{user[1:]}"


@pytest.mark.parametrize("mode", ["http", "socket"])
async def test_each_shape_is_judged_by_the_actors_own_ids(mode: str) -> None:
    access = AccessRules(teams=frozenset({SISTER}))
    async with open_bench(mode, enterprise=OUR_ORG, access=access) as bench:
        wrong = [name for name, shape in SHAPES.items() if await judged(bench, shape) is False]
        assert wrong == []


async def judged(bench: Bench, shape: Shape) -> bool:
    """Whether the bot did with it what is right."""
    before, told, said = reached(bench), len(refusals(bench)), len(bench.said())
    payload = payload_of(bench, shape.entry, "C0SHARED", shape.user)
    delivery = await deliver(bench, shape.entry, changed(payload, shape.changes))
    assert delivery.acked
    if shape.ours:
        await bench.slack.until(lambda: reached(bench) > before)
        await bench.settled(0.02)
        return len(refusals(bench)) == told
    if shape.entry == "command":
        return "another company" in str(delivery.attempts[0].body) and reached(bench) == before
    await bench.slack.until(lambda: len(refusals(bench)) > told)
    await bench.settled(0.02)
    fresh = [message for message in bench.said()[said:] if message.text != "An answer"]
    return (
        reached(bench) == before
        and all(only_for(message, shape.user) for message in fresh)
        and not any(ROOM in shown(message) for message in fresh)
    )
