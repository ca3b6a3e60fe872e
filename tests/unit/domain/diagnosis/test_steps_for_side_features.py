"""Where only a side feature failed, its own steps are given and no others."""

import pytest

from bot.domain.events import Agent
from tests.support.reports.call_builders import crowd, event, peer, session, told

ANDROID = Agent("android", "2.9.78", "android", "34", "SM-A536E")
GENERIC = ("token", "permissions, then", "close other programs", "hotspot", "join again")


@pytest.mark.parametrize(
    ("code", "agent", "own"),
    [
        (3017, ANDROID, "FOREGROUND_SERVICE_MEDIA_PROJECTION"),
        (3012, ANDROID, "BLUETOOTH_CONNECT"),
        (8002, ANDROID, "noise reduction"),
        (8001, None, "playlist"),
        (7002, None, "effect"),
        (7005, None, "effect"),
        (3012, None, "This tab"),
    ],
)
def test_a_side_feature_has_its_own_steps(code: int, agent: Agent | None, own: str) -> None:
    facts = {"agent": agent} if agent else {}
    verdict = told(
        event("e1", 10, "publish", code, **facts), sessions=(session(peer("ann"), *crowd(3)),)
    ).verdict
    assert own in " ".join(verdict.next_steps)
    assert not [words for words in GENERIC if words in " ".join(verdict.next_steps)]


def test_a_camera_keeps_the_steps_of_a_device_also_beside_a_side_feature() -> None:
    camera = event("e1", 10, "publish", 3001, error_message="denied - video")
    effect = event("e2", 10, "publish", 7002, who="bob")
    assert told(camera, effect).verdict.next_steps == told(camera).verdict.next_steps
