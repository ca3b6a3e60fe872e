"""Addresses that run out, forms of messages, texts of messages, dedupe."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.parsing import parse_query
from bot.render.message import Message
from bot.slack.dedupe import RecentKeys
from bot.slack.identity import SlackIdentity
from bot.slack.listeners.modal import field_error
from bot.slack.listeners.query import query_error
from bot.slack.message_text import text_of_message
from bot.slack.middleware import is_own_user
from bot.slack.modal_state import ModalState
from bot.slack.payloads import ReplyTarget, ResponseUrl, parse_response_url
from bot.slack.sending.format_fallback import (
    as_classic_blocks,
    as_plain_text,
    lines_of,
)
from bot.slack.sending.web_clients import quiet_logger
from bot.slack.server.http import is_signed
from bot.slack.server.payload_shape import is_well_formed
from workbench.pretend_slack.deliver import signed_headers
from workbench.pretend_slack.limits import check_message

ADDRESS = "https://hooks.slack.example/commands/T1/1/secret"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)


def test_an_address_serves_five_times_and_not_for_long() -> None:
    now = 0.0
    url = ResponseUrl(ADDRESS, born=0.0, now=lambda: now)
    assert url.uses_left == 5
    url.used = 4
    assert url.uses_left == 1
    assert not url.is_expired
    now = 26 * 60
    assert url.is_expired
    url.dead = True
    assert url.uses_left == 0
    assert "secret" not in repr(url)
    assert "secret" not in repr(ReplyTarget("U1", url=url))
    assert parse_response_url("") is None


def rich(text: str) -> Message:
    leaf = {"type": "text", "text": text}
    block = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [leaf]}]}
    mrkdwn = {"type": "mrkdwn", "text": "a &lt;b&gt; &amp; c", "verbatim": True}
    section = {"type": "section", "text": mrkdwn}
    button = {
        "type": "button",
        "action_id": "show_more",
        "text": {"type": "plain_text", "text": "x"},
    }
    return Message("opening", "gist", (block, section, {"type": "actions", "elements": [button]}))


def test_simpler_forms_keep_the_words() -> None:
    message = rich("one <two> & three")
    assert [line.strip() for line in lines_of(message.blocks)] == ["one <two> & three", "a <b> & c"]
    simpler = as_classic_blocks(message)
    assert [block["type"] for block in simpler.blocks] == ["section", "actions"]
    assert "one <two> & three" in simpler.blocks[0]["text"]["text"]
    text = as_plain_text(message)
    assert text.blocks == ()
    assert "one &lt;two&gt; &amp; three" in text.text


@given(st.text(min_size=1, max_size=9000))
def test_simpler_forms_are_always_within_the_limits(text: str) -> None:
    for form in (as_classic_blocks(rich(text)), as_plain_text(rich(text))):
        args = {"text": form.text, "blocks": [dict(block) for block in form.blocks]}
        assert check_message(args) == []


@given(JSON)
def test_any_message_can_be_read(message: Any) -> None:
    assert isinstance(text_of_message(message), str)


def test_slacks_own_ids_are_no_text() -> None:
    text = text_of_message({"text": "a", "ts": "1.2", "user": "U1", "blocks": [{"block_id": "b1"}]})
    assert text == "a"


def test_keys_are_remembered_and_forgotten() -> None:
    seen = RecentKeys()
    assert seen.add("a", "b")
    assert not seen.add("a", "b")
    assert seen.add("ab", "")
    seen.forget("a", "b")
    assert seen.add("a", "b")


def test_a_modal_carries_a_ticket_not_the_address() -> None:
    modals = ModalState()
    url = ResponseUrl(ADDRESS)
    note = modals.save(ReplyTarget("U1", "C1", "1.2", url))
    assert "secret" not in note
    assert modals.load(note, "U1") == ReplyTarget("U1", "C1", "1.2", url)
    assert ModalState().load(note, "U1") == ReplyTarget("U1", "C1", "1.2")
    assert modals.load("no json", "U1") == ReplyTarget("U1")


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


@given(st.binary(max_size=200), st.integers(-400, 400))
def test_a_signature_holds_for_five_minutes(body: bytes, age: int) -> None:
    headers = signed_headers("secret", body, "text/plain", 1_795_336_000 + age)
    lower = {name.lower(): value for name, value in headers.items()}
    assert is_signed("secret", lower, body, 1_795_336_000) is (abs(age) <= 300)
    assert not is_signed("secret", lower, body + b"x", 1_795_336_000)
    assert not is_signed("", lower, body, 1_795_336_000)


def test_libraries_log_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    logger = quiet_logger()
    assert quiet_logger().filters == logger.filters
    try:
        int(f"at {ADDRESS}")
    except ValueError as error:
        logger.exception("lost %s with xapp-1-A-2 (%s)", "wss://x.example/?ticket=secret", error)  # noqa: TRY401
    logger.debug("xoxb-1")
    assert len(caplog.records) == 1
    assert "lost [hidden] with [hidden]" in caplog.text
    assert "secret" not in caplog.text


@given(st.text(max_size=400) | st.sampled_from(("nothing to see here", "sinse 2h " * 20)))
def test_b12_a_forms_error_ends_with_a_whole_sentence(text: str) -> None:
    error = query_error(parse_query(text, datetime(2026, 5, 20, tzinfo=UTC)))
    shown = field_error(error.cause) if error else "."
    assert len(shown) <= 150
    assert shown[-1] in ".?"


@given(JSON)
def test_any_json_is_judged(body: Any) -> None:
    assert is_well_formed(json.loads(json.dumps(body))) in (True, False)
