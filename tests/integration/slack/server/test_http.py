"""The HTTP door: signatures, sizes, shapes; never a 5xx, whatever knocks."""

import json
import time
from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.slack.edge_harness import Bench, open_bench
from tests.support.slack.fakes import ROOM
from workbench.pretend_slack.deliver import FORM, JSON, encode, sign, signed_headers

Json = dict[str, Any]


async def knock(bench: Bench, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(bench.team.request_url, data=body, headers=headers) as response,
    ):
        return response.status, await response.text()


async def signed(bench: Bench, body: bytes, kind: str = JSON, at: float | None = None) -> int:
    headers = signed_headers(bench.team.app.signing_secret, body, kind, at)
    status, _ = await knock(bench, body, headers)
    return status


async def test_slacks_own_checks_are_answered() -> None:
    async with open_bench() as bench:
        verified = await bench.slack.verify_url("say this back")
        assert verified.status == 200
        assert "say this back" in json.dumps(verified.body)
        assert (await bench.slack.ssl_check()).status == 200


async def test_what_is_not_signed_is_refused() -> None:
    async with open_bench() as bench:
        body, kind = encode("slash_commands", {"command": "/call-errors", "text": ROOM})
        secret = bench.team.app.signing_secret
        good = signed_headers(secret, body, kind)
        wrong: list[dict[str, str]] = [
            {"Content-Type": kind},
            good | {"X-Slack-Signature": "v0=" + "0" * 64},
            good | {"X-Slack-Signature": ""},
            good | {"X-Slack-Signature": "v0=é"},
            good | {"X-Slack-Signature": sign("", body, int(time.time()))},
            good | {"X-Slack-Request-Timestamp": "soon"},
            good | {"X-Slack-Request-Timestamp": ""},
            good | {"X-Slack-Request-Timestamp": "-1"},
            good | {"X-Slack-Request-Timestamp": "1e9"},
            good | {"X-Slack-Request-Timestamp": "9" * 400},
            good | {"X-Slack-Request-Timestamp": "nan"},
            signed_headers(secret, body, kind, time.time() - 301),
            signed_headers(secret, body, kind, time.time() + 600),
            signed_headers("another secret", body, kind),
        ]
        for headers in wrong:
            status, _ = await knock(bench, body, headers)
            assert status == 401, headers
        assert (await knock(bench, body + b"x", good))[0] == 401
        assert bench.investigator.asked == []


async def test_a_replay_within_five_minutes_is_answered_once() -> None:
    async with open_bench() as bench:
        delivery = await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
        again = await bench.slack.redeliver(delivery)
        assert again.status == 200
        await bench.until_said("event-1")
        await bench.settled()
        assert len(bench.investigator.asked) == 1


async def test_a_body_too_large_is_refused_before_it_is_read() -> None:
    async with open_bench() as bench:
        assert await signed(bench, b"x" * 1_000_001, FORM) == 413


MALFORMED: list[tuple[bytes, str]] = [
    (b"", JSON),
    (b"{", JSON),
    (b"[]", JSON),
    (b"null", JSON),
    (b"7", JSON),
    (b'"text"', JSON),
    (b"[" * 20_000 + b"]" * 20_000, JSON),
    (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, JSON),
    (b'{"a":' * 70 + b"1" + b"}" * 70, JSON),
    (b'{"a":' + b"9" * 5_000 + b"}", JSON),
    (b"\xff\xfe", JSON),
    (b'{"type":"event_callback","event":"\xff"}', JSON),
    (b'{"type":"event_callback"}', JSON),
    (b'{"type":"event_callback","event":null}', JSON),
    (b'{"type":"event_callback","event":[]}', JSON),
    (b'{"type":"event_callback","event":{"type":{}}}', JSON),
    (b'{"type":"event_callback","event":{"type":"app_mention"}}', JSON),
    (b'{"type":"event_callback","event":{"type":"app_mention","user":{}}}', JSON),
    (b'{"type":"event_callback","authorizations":[7],"event":{"type":"app_mention"}}', JSON),
    (b'{"type":"event_callback","authorizations":{},"event":{"type":"app_mention"}}', JSON),
    (b'{"type":"url_verification"}', JSON),
    (b'{"type":"url_verification","challenge":{"a":1}}', JSON),
    (b"payload=", FORM),
    (b"payload=%7B", FORM),
    (b"payload=[]", FORM),
    (b"payload=null", FORM),
    (b"payload=%ff", FORM),
    (b"payload=%zz", FORM),
    (b"payload", FORM),
    (b'payload={"type":"block_actions"}', FORM),
    (b'payload={"type":"block_actions","actions":[]}', FORM),
    (b'payload={"type":"block_actions","actions":[7]}', FORM),
    (b'payload={"type":"block_actions","actions":[{"action_id":"show_more"}]}', FORM),
    (b'payload={"type":"block_actions","actions":[{"action_id":7}],"container":[]}', FORM),
    (b'payload={"type":"view_submission","view":{}}', FORM),
    (b'payload={"type":"view_submission","view":7}', FORM),
    (b'payload={"type":"view_submission","view":{"callback_id":"diagnose_form"}}', FORM),
    (b'payload={"type":"view_submission","response_urls":[7]}', FORM),
    (b'payload={"type":"message_action","callback_id":"diagnose_message"}', FORM),
    (b'payload={"type":"message_action","callback_id":"diagnose_message","message":[]}', FORM),
    (b'payload={"type":"shortcut","callback_id":"diagnose_call"}', FORM),
    (b'payload={"type":"shortcut","callback_id":"diagnose_call","user":[]}', FORM),
    (b'payload={"type":"shortcut","team":[1],"user":7}', FORM),
    (b"command=/call-errors", FORM),
    (b"command=/call-errors&text=%ed%a0%80", FORM),
    (b"command=/nobody&text=x", FORM),
    (b"a=1&" * 2_000, FORM),
    (b"=&=&=", FORM),
    (b"ssl_check=7", FORM),
    (b'{"type":"event_callback","event":{"type":"app_mention"}}', "text/plain; charset=klingon"),
]


@pytest.mark.filterwarnings("default")
async def test_the_malformed_gets_no_5xx() -> None:
    async with open_bench() as bench:
        for body, kind in MALFORMED:
            status = await signed(bench, body, kind)
            assert status == 200 or 400 <= status < 500, (body[:80], status)
        assert (await bench.get("/healthz"))[0] == 200


KEYS = [
    "type", "event", "command", "text", "user", "user_id", "team", "team_id", "channel", "view",
    "channel_id", "enterprise", "enterprise_id", "authorizations", "actions", "container", "state",
    "message", "response_url", "response_urls", "trigger_id", "callback_id", "payload", "challenge",
    "event_id", "is_enterprise_install", "function_data", "inputs", "private_metadata", "values",
    "action_id", "block_id", "value", "thread_ts", "ts", "ssl_check", "bot_id", "blocks", "files",
    "attachments", "elements", "id", "bot_profile", "subtype", "edited", "assistant_thread",
    "channel_type", "previous_message", "item", "metadata", "app_id", "event_payload", "action_ts",
]  # fmt: skip
WORDS = [
    "event_callback", "app_mention", "block_actions", "view_submission", "message_action",
    "shortcut", "diagnose_message", "diagnose_call", "diagnose_form", "show_more", "choose-0",
    "/call-errors", "app_home_opened", "url_verification", "U0ALICE", "C0ONCALL", "T0ACME", "true",
    "block_suggestion", "interactive_message", "dialog_submission", "view_closed", "message",
    "function_executed", "workflow_step_edit", "rich_text_section", ROOM, "plain_text_input",
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)
OBJECTS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=12)
KINDS = st.sampled_from(
    [
        {"type": "event_callback"},
        {"type": "event_callback", "event": {"type": "app_mention"}},
        {"type": "block_actions", "actions": [{"action_id": "show_more"}]},
        {"type": "view_submission", "view": {"callback_id": "diagnose_form"}},
        {"type": "message_action", "callback_id": "diagnose_message"},
        {"type": "shortcut", "callback_id": "diagnose_call"},
        {"command": "/call-errors"},
        {},
    ]
)


async def _answered(bench: Bench, *bodies: tuple[bytes, str]) -> None:
    for body, kind in bodies:
        status = await signed(bench, body, kind)
        assert status == 200 or 400 <= status < 500, (body, status)


# The engine's threads wait by chance in the same process; Hypothesis takes that for a strategy.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")
async def test_no_signed_json_gets_a_5xx() -> None:
    async with open_bench() as bench:
        for body in _drawn(st.tuples(KINDS, OBJECTS).map(lambda two: two[1] | two[0])):
            form, _ = encode("interactive", body)
            await _answered(bench, (json.dumps(body).encode(), JSON), (form, FORM))


async def test_no_signed_bytes_get_a_5xx() -> None:
    async with open_bench() as bench:
        for body in _drawn(st.binary(max_size=200)):
            await _answered(
                bench, (body, JSON), (body, FORM), (b"payload=" + body, FORM), (b"{" + body, JSON)
            )


def _drawn(strategy: st.SearchStrategy[Any]) -> list[Any]:
    """What hypothesis comes up with: drawn first, since its tests cannot be coroutines."""
    found: list[Any] = []

    @settings(max_examples=120, deadline=None, database=None, phases=list(settings().phases)[:3])
    @given(strategy)
    def draw(one: Any) -> None:
        found.append(one)

    draw()
    return found


async def test_health_and_other_paths() -> None:
    async with open_bench() as bench:
        assert await bench.get("/healthz") == (200, "ok")
        status, words = await bench.get("/readyz")
        assert (status, words) == (200, {"database": "ok", "hms": "ok", "slack": "ok"})
        assert (await bench.get("/slack/events"))[0] == 405
        assert (await bench.get("/"))[0] == 404
