"""The lists of who may ask, as operators write them."""

from pathlib import Path

import pytest

from bot.cli.check import scope_notes
from bot.domain.access import AccessRules, channel_in
from bot.domain.errors import Misconfigured
from bot.settings import read_settings
from bot.slack import SlackIdentity
from bot.slack.identity import SCOPE_COSTS

HMS = {"HMS_ACCESS_KEY": "key", "HMS_SECRET": "secret"}


def access(monkeypatch: pytest.MonkeyPatch, **environment: str) -> AccessRules:
    for name, value in (HMS | environment).items():
        monkeypatch.setenv(name, value)
    return read_settings().access()


def test_nothing_set_is_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    assert access(monkeypatch, ALLOWED_CHANNELS="") == AccessRules()


def test_lists_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert access(
        monkeypatch,
        ALLOWED_CHANNELS="C1, C2",
        ALLOWED_USERS="u1",
        ALLOW_GUESTS="true",
        SLACK_TEAMS="T1,T2",
        HMS_WORKSPACES__EU__MANAGEMENT_TOKEN="token",
        HMS_WORKSPACES__EU__CHANNELS="C3",
        HMS_WORKSPACES__DEFAULT__CHANNELS="C4",
    ) == AccessRules(
        channels=frozenset({"C1", "C2"}),
        users=frozenset({"U1"}),
        workspace_channels={"default": frozenset({"C4"}), "eu": frozenset({"C3"})},
        teams=frozenset({"T1", "T2"}),
        guests=True,
    )


@pytest.mark.parametrize("value", ["#support", ",", "C1,@bob"])
def test_a_list_that_names_no_ids_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    with pytest.raises(Misconfigured, match="ALLOWED_CHANNELS"):
        access(monkeypatch, ALLOWED_CHANNELS=value)


@pytest.mark.parametrize(
    ("channels", "users", "user", "channel", "allowed"),
    [
        (None, None, "U1", "C1", True),
        ({"C1"}, None, "U1", "C1", True),
        ({"C1"}, None, "U1", "C2", False),
        ({"C1"}, None, "U1", "", False),
        ({"C1"}, {"U1"}, "U1", "", True),
        ({"C1"}, {"U1"}, "U2", "", False),
        ({"C1"}, {"U1"}, "U2", "C1", False),
        ({"C1"}, {"U1"}, "U1", "C2", False),
        (None, {"U1"}, "U1", "C2", True),
        (None, {"U1"}, "U2", "C2", False),
    ],
)
def test_each_list_that_is_set_must_be_met(
    channels: set[str] | None, users: set[str] | None, user: str, channel: str, *, allowed: bool
) -> None:
    rules = AccessRules(
        frozenset(channels) if channels else None, frozenset(users) if users else None
    )
    assert rules.allows(user, channel) is allowed


def test_a_direct_message_is_no_channel() -> None:
    assert [channel_in(one) for one in ("C1", "G1", "D1", "U1", "W1", "")] == ["C1", "G1"] + [
        ""
    ] * 4


def test_each_optional_scope_is_told_with_its_cost() -> None:
    some = SlackIdentity("T1", "B1", "U1", frozenset({"commands", "files:write"}))
    lines = list(scope_notes(some))
    assert len(lines) == len(SCOPE_COSTS)
    assert "optional scope files:write: granted" in lines
    assert f"optional scope users:read: not granted: {SCOPE_COSTS['users:read']}" in lines


def test_ticket_urls_are_read_by_any_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "TICKET_URL_LINEAR=https://linear.new?title={title}\nTICKET_URL_JIRA=https://old.example\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TICKET_URL_JIRA", " https://jira.example/?summary={title} ")
    monkeypatch.setenv("TICKET_URL_UNSET", "")
    monkeypatch.setenv("TICKET_NAMES", "on")
    settings = read_settings()
    assert settings.ticket_names
    assert [(one.label, one.template) for one in settings.tickets()] == [
        ("Jira", "https://jira.example/?summary={title}"),
        ("Linear", "https://linear.new?title={title}"),
    ]


def test_a_wrong_ticket_url_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TICKET_URL_JIRA", "https://jira.example/?summary={summary}")
    with pytest.raises(Misconfigured, match=r"TICKET_URL_JIRA holds \{summary\}"):
        read_settings()
