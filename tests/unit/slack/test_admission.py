"""People of other workspaces and organisations."""

from typing import Any

import pytest

from bot.slack.admission import is_own_user
from bot.slack.identity import SlackIdentity


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        ({"command": "/x", "team_id": "T1"}, True),
        ({"command": "/x", "team_id": "T2"}, False),
        ({"user": {"team_id": "T1"}}, True),
        ({"user": {"team_id": "T2"}}, False),
        ({"user": {"team_id": "T2"}, "enterprise": {"id": "E1"}}, False),
        ({"user": {"team_id": "T2"}, "enterprise": {"id": "E2"}}, False),
        ({"team_id": "T1", "event": {"user_team": "T2"}}, False),
        ({"team_id": "T1", "event": {}}, True),
    ],
)
def test_strangers_are_known(body: dict[str, Any], ours: bool) -> None:  # noqa: FBT001
    identity = SlackIdentity("T1", "B1", "U1", enterprise_id="E1")
    assert is_own_user(identity, body) is ours


def test_without_an_organisation_nobody_elses_is_ours() -> None:
    body = {"user": {"team_id": "T2"}, "enterprise": None}
    assert not is_own_user(SlackIdentity("T1", "B1", "U1"), body)
