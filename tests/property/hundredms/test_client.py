"""Whatever 100ms sends, the client answers with a value or with an error of ours."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BotError
from bot.domain.events import ErrorEvent
from bot.hundredms.lenient import UnreadableBody, as_bool, as_int, as_text, as_time, parse_body
from bot.hundredms.responses import ResponseKind, classify_response, error_message
from bot.hundredms.retries import parse_wait
from bot.hundredms.schemas import EventsWire, Listing, RoomWire, SessionWire
from bot.hundredms.workspaces import CallLimits, Credentials, HundredMsClient, open_workspaces
from bot.investigate.ports import EventQuery, ExpiredCursor, Page, SessionPage
from tests.support.examples import examples

NOW = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)
ROOM = "6600aa11bb22cc33dd44ee55"
QUERY = EventQuery(ROOM, "client.join.failed")
FIELDS = (
    "user_id", "user_name", "peer_id", "session_id", "room_name", "error_code", "error_message",
    "error_description", "is_terminal", "action", "domain", "audio", "video", "devices",
    "retries_join", "transport_state", "endpoint", "agent", "network_info", "requested_at",
    "model_config", "__class__", "", "token",
)  # fmt: skip

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(codec=None), max_size=30)
    | st.sampled_from(["0", "true", "4006", "2026-05-01T09:00:01.123456789Z", "\ud83d", "NaN"])
)
jsons = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from(FIELDS), inner, max_size=5)
    ),
    max_leaves=20,
)
datas = st.dictionaries(st.sampled_from(FIELDS), jsons, max_size=8)
rows = (
    st.fixed_dictionaries(
        {
            "id": st.text(max_size=8) | jsons,
            "type": st.just("client.join.failed") | jsons,
            "timestamp": st.just("2026-05-01T09:00:01.5Z") | jsons,
            "data": datas | jsons,
        }
    )
    | jsons
)
bodies = (
    jsons
    | st.fixed_dictionaries({"events": st.lists(rows, max_size=5), "total": jsons, "next": jsons})
    | st.fixed_dictionaries({"data": st.lists(jsons, max_size=5), "last": jsons, "limit": jsons})
).map(lambda value: json.dumps(value).encode())

Ask = Callable[[HundredMsClient], Awaitable[object]]
QUESTIONS: list[Ask] = [
    lambda client: client.events(QUERY),
    lambda client: client.room(ROOM),
    lambda client: client.session(ROOM),
    lambda client: client.rooms_named("desk"),
    lambda client: client.sessions(active=True),
    lambda client: client.room_codes(ROOM),
]


async def ask(question: Ask, status: int, body: bytes) -> object:
    async def no_sleep(_seconds: float) -> None:
        return None

    transport = httpx.MockTransport(lambda _request: httpx.Response(status, content=body))
    async with open_workspaces(
        [Credentials("main", token="made-up", url="http://pretend.test/v2")],
        clock=lambda: NOW,
        transport=transport,
        limits=CallLimits(attempts=2),
        sleep=no_sleep,
    ) as clients:
        try:
            return await question(clients["main"])
        except (BotError, ExpiredCursor) as error:
            return error


@pytest.mark.parametrize("question", QUESTIONS)
@given(body=bodies | st.binary(max_size=40))
@examples(60)
async def test_any_body_is_survived(question: Ask, body: bytes) -> None:
    await ask(question, 200, body)


@given(status=st.integers(200, 599), body=bodies | st.binary(max_size=40))
@examples(100)
async def test_any_status_is_survived(status: int, body: bytes) -> None:
    await ask(QUESTIONS[0], status, body)


@given(data=datas)
@examples(150)
async def test_any_data_leaves_an_event_that_can_be_kept(data: dict[str, Any]) -> None:
    event = {"id": "x", "type": "t", "timestamp": "2026-05-01T09:00:01.5Z", "data": data}
    page = await ask(QUESTIONS[0], 200, json.dumps({"events": [event]}).encode())
    assert isinstance(page, Page)
    (found,) = page.events
    assert isinstance(found, ErrorEvent)
    repr(found).encode()
    for label, text in (*found.media, *found.extras):
        assert label
        assert text


@given(st.lists(st.text(min_size=1, max_size=5), max_size=6), st.lists(jsons, max_size=6))
@examples(60)
async def test_rows_count_what_was_received(ids: list[str], others: list[Any]) -> None:
    good = [{"id": f"x{one}", "type": "t", "timestamp": "2026-05-01T09:00:01Z"} for one in ids]
    body = json.dumps({"events": [*good, *others]}).encode()
    page = await ask(QUESTIONS[0], 200, body)
    assert isinstance(page, Page)
    assert page.rows == len(ids) + len(others)
    assert len(good) <= len(page.events) <= page.rows


@given(
    size=st.integers(0, 120),
    limit=st.none() | st.integers(-5, 200),
    last=st.none() | st.just("") | st.just("more"),
)
@examples(100)
async def test_a_list_goes_on_only_after_a_full_page(
    size: int, limit: int | None, last: str | None
) -> None:
    data = [{"id": str(n), "room_id": ROOM} for n in range(size)]
    body = json.dumps({"data": data, "limit": limit, "last": last}).encode()
    page = await ask(QUESTIONS[4], 200, body)
    assert isinstance(page, SessionPage)
    assert len(page.sessions) == size
    if page.last:
        assert last == "more"
        assert size > 0
    if last == "more" and size >= 100:
        assert page.last == "more"


@given(body=st.binary(max_size=300) | bodies)
@examples(200)
def test_a_message_is_short_and_readable(body: bytes) -> None:
    said = error_message(body)
    assert len(said) <= 200
    said.encode()
    assert "\n" not in said


@given(st.integers(100, 599), st.text(max_size=20), st.text(max_size=60), st.booleans())
@examples(200)
def test_every_answer_has_a_meaning(status: int, header: str, said: str, cursor: bool) -> None:  # noqa: FBT001
    body = json.dumps({"message": said}).encode()
    verdict = classify_response(status, {"retry-after": header}, body, now=NOW, has_cursor=cursor)
    assert (verdict.kind is ResponseKind.OK) == (200 <= status < 300)
    assert (verdict.kind is ResponseKind.UNAUTHORIZED) == (status in (401, 403))
    assert verdict.wait is None or verdict.wait >= 0
    assert cursor or verdict.kind is not ResponseKind.EXPIRED_CURSOR


@given(st.integers(0, 100_000))
def test_seconds_are_found_in_header_and_message(seconds: int) -> None:
    assert parse_wait({"retry-after": str(seconds)}, "", NOW) == seconds
    assert parse_wait({}, f"rate limit exceeded, retry after {seconds} seconds", NOW) == seconds


@given(jsons | st.binary())
@examples(200)
def test_lenient_readers_never_raise(value: object) -> None:
    text, whole = as_text(value), as_int(value)
    assert text is None or text.strip()
    assert whole is None or abs(whole) < 2**63
    as_bool(value)
    moment = as_time(value)
    assert moment is None or moment.utcoffset() == timedelta()


@pytest.mark.parametrize("model", [EventsWire, Listing[RoomWire], SessionWire])
@given(body=st.binary(max_size=60) | bodies)
@examples(60)
def test_reading_raises_one_error_only(model: Any, body: bytes) -> None:
    try:
        parse_body(model, body)
    except UnreadableBody:
        return
