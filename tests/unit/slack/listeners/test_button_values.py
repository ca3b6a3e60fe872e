"""Values of *New answer* and of choices that nobody of ours wrote, and addresses of answers."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.domain.errors import NotAllowed
from bot.domain.query import Identifier, IdentifierKind, LookupQuery
from bot.slack.checkpoints.serialization import to_json
from bot.slack.listeners import actions as choose
from bot.slack.listeners import actions as refresh
from bot.slack.listeners.actions import read_value
from bot.slack.response_url import is_slack_address
from tests.support.examples import examples

ASKED = LookupQuery(clues=(Identifier(IdentifierKind.ROOM, "6600aa11bb22cc33dd44ee55"),))
FACTS: dict[str, Any] = to_json(LookupQuery, ASKED)
CHOICE: dict[str, Any] = {"q": "room 6600aa11bb22cc33dd44ee55", "private": False}

odd: st.SearchStrategy[Any] = st.sampled_from([
    None, True, 0, 10**400, 1.5, "", "\ud83d", "\x00", [], [[]], {}, "2026-05-01T00:00:00",
    "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-14:00", ["client.join.failed"], ["nothing"],
    [{"kind": "room", "value": "x"}], [{"kind": "room", "value": "\x00"}], [{"kind": [], "value": 1}
    ],
])  # fmt: skip


def sound(form: TypeAdapter[Any], text: str) -> None:
    """One of ours, with times that can be compared; else a refusal in words."""
    try:
        found = (
            refresh._refresh_query(text)
            if form is refresh._QUERY_ADAPTER
            else read_value(form, text)
        )
    except NotAllowed:
        return
    for moment in (found.since, found.until):
        assert moment is None or moment.tzinfo
    repr(found).encode()


@given(st.dictionaries(st.sampled_from([*FACTS, "x"]), odd))
@examples(400)
def test_forged_questions(changes: dict[str, Any]) -> None:
    sound(refresh._QUERY_ADAPTER, json.dumps({**FACTS, **changes}))


@given(st.dictionaries(st.sampled_from(["q", "private", "since", "until", "types", "x"]), odd))
@examples(400)
def test_forged_choices(changes: dict[str, Any]) -> None:
    sound(choose._CHOICE_ADAPTER, json.dumps({**CHOICE, **changes}))


@pytest.mark.parametrize("form", [refresh._QUERY_ADAPTER, choose._CHOICE_ADAPTER])
@pytest.mark.parametrize("text", ["[" * 1_900, "{" * 1_900, "", "null", "[]", "7", "1" * 1_990])
def test_forged_texts_are_refused(form: TypeAdapter[Any], text: str) -> None:
    with pytest.raises(NotAllowed):
        read_value(form, text)


def test_ours_come_back() -> None:
    assert refresh._refresh_query(json.dumps(FACTS)) == replace(ASKED, anew=True)
    assert read_value(choose._CHOICE_ADAPTER, json.dumps(CHOICE)).q == CHOICE["q"]


SLACK, OWN = "https://slack.com/api/", "http://127.0.0.1:8123/api/"


@pytest.mark.parametrize(
    ("address", "api_url", "wanted"),
    [
        ("https://hooks.slack.com/commands/T1/2/x", SLACK, True),
        ("https://hooks.slack.com:443/commands/T1/2/x", SLACK, True),
        ("https://HOOKS.slack.com/x", SLACK, True),
        ("http://hooks.slack.com/commands/T1/2/x", SLACK, False),
        ("https://hooks.slack.com:8443/x", SLACK, False),
        ("https://hooks.slack.com.evil.example/x", SLACK, False),
        ("https://hooks.slack.com@evil.example/x", SLACK, False),
        ("https://evil.example\\@hooks.slack.com/x", SLACK, False),
        ("https://evil.example/hooks.slack.com", SLACK, False),
        ("https://hooks.slack.com\n.evil.example/x", SLACK, False),
        ("https://hooks.slack.com:x/", SLACK, False),
        ("ftp://hooks.slack.com/x", SLACK, False),
        ("", SLACK, False),
        ("http://127.0.0.1:8123/response/1", OWN, True),
        ("http://127.0.0.1:8124/response/1", OWN, False),
        ("https://127.0.0.1:8123/response/1", OWN, False),
        ("http://localhost:8123/response/1", OWN, False),
    ],
)
def test_answers_go_to_slack_alone(address: str, api_url: str, wanted: bool) -> None:  # noqa: FBT001
    assert is_slack_address(address, api_url) is wanted
