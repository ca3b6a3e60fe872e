"""Whatever goes wrong on the way to 100ms ends in one of three errors, in words."""

import asyncio
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from bot.domain.errors import HundredMsBusy, HundredMsRefused, HundredMsUnreachable
from bot.hundredms.workspaces import CallLimits
from bot.investigate.ports import EventQuery, ExpiredCursor
from tests.support.hundredms.client_harness import (
    EMPTY,
    KEY,
    NOW,
    ROOM,
    SECRET,
    bench,
    page,
    subclasses,
)

QUERY = EventQuery(ROOM, "client.join.failed")
GOOD = httpx.Response(200, json=EMPTY)
NO_TOKEN = httpx.Response(
    401, json={"code": 401, "message": "Token validation error", "details": ["not found"]}
)
TRANSPORT = sorted(set(subclasses(httpx.TransportError)), key=lambda kind: kind.__name__)
OTHERS = [
    httpx.DecodingError("bad gzip"),
    httpx.TooManyRedirects("round and round"),
    httpx.InvalidURL("no host"),
    httpx.StreamClosed(),
    ConnectionResetError("reset"),
]


@pytest.mark.parametrize("kind", TRANSPORT)
async def test_a_transport_error_is_tried_again(kind: type[httpx.TransportError]) -> None:
    async with bench(kind("broken"), kind("broken"), page(total=0)) as at:
        assert (await at.client.events(QUERY)).total == 0
    assert len(at.neighbour.asked) == 3
    assert len(at.pauses) == 2


@pytest.mark.parametrize("error", [*(kind("broken") for kind in TRANSPORT), *OTHERS], ids=repr)
async def test_no_error_of_the_library_gets_out(error: Exception) -> None:
    async with bench(error) as at:
        with pytest.raises(HundredMsUnreachable, match="100ms"):
            await at.client.events(QUERY)
    assert len(at.neighbour.asked) == 4
    assert at.told == []


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500, json={"message": "internal"}),
        httpx.Response(502, html="<html>Bad gateway</html>"),
        httpx.Response(503),
        httpx.Response(408),
        httpx.Response(301, headers={"location": "http://elsewhere.test/"}),
        httpx.Response(200, html="<html>Sign in</html>"),
        httpx.Response(200, content=b'{"events": [{"id": "a'),
        httpx.Response(200, content=b""),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"events": "none"}),
        httpx.Response(200, content=b"\xff\xfe\x00"),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, content=b"not gzip", headers={"content-encoding": "identity"}),
    ],
    ids=lambda answer: f"{answer.status_code}-{answer.content[:12]!r}",
)
async def test_an_unusable_answer_is_tried_again_then_told(answer: httpx.Response) -> None:
    async with bench(answer, answer, GOOD) as at:
        await at.client.events(QUERY)
    assert len(at.neighbour.asked) == 3
    async with bench(answer) as at:
        with pytest.raises(HundredMsUnreachable, match="100ms"):
            await at.client.events(QUERY)
    assert all(request.url.host == "pretend.test" for request in at.neighbour.asked)


async def test_a_100ms_that_hangs_is_given_up() -> None:
    async def hang(_request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    limits = CallLimits(attempt=0.05, call=0.1)
    async with bench(limits=limits, transport=httpx.MockTransport(hang)) as at:
        with pytest.raises(HundredMsUnreachable, match="did not answer in time"):
            await at.client.events(QUERY)


async def test_our_own_pauses_count_against_the_thirty_seconds() -> None:
    limits = CallLimits(attempts=1_000)
    async with bench(httpx.Response(500), limits=limits) as at:
        with pytest.raises(HundredMsUnreachable):
            await at.client.events(QUERY)
    assert sum(at.pauses) < 30


async def test_a_cancelled_lookup_stops_and_frees_its_place() -> None:
    started = asyncio.Event()

    async def hang(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("events"):
            started.set()
            await asyncio.Event().wait()
        return httpx.Response(404)

    limits = CallLimits(in_flight=1)
    async with bench(limits=limits, transport=httpx.MockTransport(hang)) as at:
        task = asyncio.create_task(at.client.events(QUERY))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await at.client.room(ROOM) is None


# ── Credentials ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_token_is_minted_anew_once(status: int) -> None:
    async with bench(httpx.Response(status), GOOD) as at:
        await at.client.events(QUERY)
    first, second = at.neighbour.tokens()
    assert first != second
    assert at.pauses == []


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_twice_names_the_workspace_and_the_reasons(status: int) -> None:
    async with bench(httpx.Response(status, content=NO_TOKEN.content)) as at:
        with pytest.raises(HundredMsRefused) as caught:
            await at.client.check()
    assert len(at.neighbour.asked) == 2
    for word in ("100ms", "`main`", "clock", "different workspaces", "Token validation error"):
        assert word in caught.value.cause
    assert SECRET not in caught.value.cause
    assert KEY not in caught.value.cause
    assert not any(token in caught.value.cause for token in at.neighbour.tokens())


async def test_a_ready_made_token_is_sent_as_it_is_and_not_tried_twice() -> None:
    async with bench(NO_TOKEN, token="ready.made.token") as at:
        with pytest.raises(HundredMsRefused, match="ready-made token"):
            await at.client.check()
    assert at.neighbour.tokens() == ["ready.made.token"]


async def test_a_ready_made_token_that_no_header_can_hold() -> None:
    async with bench(GOOD, token="sch\u00f6n") as at:
        await at.client.check()
    assert len(at.neighbour.asked) == 1


async def test_calls_side_by_side_share_one_new_token() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        token = at.neighbour.tokens()[-1]
        return NO_TOKEN if token == at.neighbour.tokens()[0] else GOOD

    async with bench(answer) as at:
        await asyncio.gather(*(at.client.events(QUERY) for _ in range(5)))
    assert len(set(at.neighbour.tokens())) == 2


async def test_refused_while_it_was_busy_is_still_renewed() -> None:
    async with bench(httpx.Response(429), NO_TOKEN, GOOD) as at:
        await at.client.events(QUERY)
    assert len(set(at.neighbour.tokens())) == 2


# ── Asked to wait ────────────────────────────────────────────────────────────────────────────


def busy(message: str = "slow down", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(429, json={"code": 429, "message": message}, headers=named)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (busy(retry_after="7"), 7),
        (busy(retry_after=" 7.0 "), 7),
        (busy(retry_after=format_datetime(NOW + timedelta(seconds=9), usegmt=True)), 9),
        (busy("rate limit exceeded, retry after 45 seconds"), 45),
        (busy("rate limit exceeded, retry after 45 seconds", retry_after="3"), 3),
        (busy("rate limit exceeded, retry after 5 seconds", retry_after="soon"), 5),
        (busy(retry_after="0"), 1),
    ],
)
async def test_an_announced_wait_is_kept_and_told(answer: httpx.Response, seconds: int) -> None:
    async with bench(answer, GOOD) as at:
        await at.client.events(QUERY)
    assert len(at.pauses) == 1
    assert seconds <= at.pauses[0] <= seconds + 0.5
    assert at.told == [f"100ms is rate-limiting us. Continuing in {seconds} s."]


async def test_a_wait_without_a_number_grows() -> None:
    async with bench(*[busy()] * 3, GOOD) as at:
        await at.client.events(QUERY)
    assert [round(pause // 1) for pause in at.pauses] == [1, 2, 4]
    assert at.told[0] == "100ms is rate-limiting us. Continuing in 1 s."


@pytest.mark.parametrize("answer", [busy(retry_after="3600"), busy(retry_after="50"), busy()])
async def test_a_wait_that_is_too_long_is_not_made(answer: httpx.Response) -> None:
    async with bench(answer) as at:
        with pytest.raises(HundredMsBusy, match="100ms"):
            await at.client.events(QUERY)
    assert sum(at.pauses) <= 121
    assert all(pause <= 61 for pause in at.pauses)


async def test_five_who_wait_side_by_side_tell_it_once() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return busy(retry_after="20") if len(at.neighbour.asked) <= 5 else GOOD

    async with bench(answer) as at:
        await asyncio.gather(*(at.client.events(QUERY) for _ in range(5)))
        assert at.told == ["100ms is rate-limiting us. Continuing in 20 s."]
        at.move(seconds=21)
        at.neighbour.asked.clear()
        await at.client.events(QUERY)
    assert len(at.told) == 2, "a later wait is told again"


async def test_waits_of_no_length_do_not_go_on_for_ever() -> None:
    async with bench(busy(retry_after="0")) as at:
        with pytest.raises(HundredMsBusy):
            await at.client.events(QUERY)
    assert len(at.neighbour.asked) <= 10


async def test_announced_waits_do_not_use_up_the_retries() -> None:
    wait, bad, reset = busy(retry_after="20"), httpx.Response(502), httpx.ReadError("reset")
    async with bench(wait, bad, wait, reset, wait, GOOD) as at:
        await at.client.events(QUERY)
    assert len(at.pauses) == 5


async def test_a_waiting_call_holds_nobody_up() -> None:
    waiting, go_on = asyncio.Event(), asyncio.Event()

    async def tell(_sentence: str) -> None:
        waiting.set()
        await go_on.wait()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("events") and not go_on.is_set():
            return busy(retry_after="30")
        return GOOD if request.url.path.endswith("events") else httpx.Response(404)

    async with bench(answer, limits=CallLimits(in_flight=1)) as at:
        task = asyncio.create_task(at.client.reporting_to(tell).events(QUERY))
        await waiting.wait()
        assert await at.client.room(ROOM) is None
        go_on.set()
        await task


async def test_no_more_calls_than_agreed_are_in_flight() -> None:
    now = most = 0

    async def answer(_request: httpx.Request) -> httpx.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        now -= 1
        return httpx.Response(200, json=EMPTY)

    async with bench(limits=CallLimits(in_flight=3), transport=httpx.MockTransport(answer)) as at:
        await asyncio.gather(*(at.client.events(QUERY) for _ in range(20)))
    assert most == 3


# ── Refused questions ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [400, 404, 410, 422])
async def test_a_refused_cursor_is_an_expired_one(status: int) -> None:
    async with bench(httpx.Response(status, json={"message": "bad start"})) as at:
        with pytest.raises(ExpiredCursor):
            await at.client.events(QUERY, "cursor")
    assert len(at.neighbour.asked) == 1


async def test_a_refused_question_says_what_100ms_said() -> None:
    body = {"message": "Invalid body param", "details": ["type: unknown", "from 192.0.2.7"]}
    async with bench(httpx.Response(400, json=body)) as at:
        with pytest.raises(HundredMsUnreachable, match="Invalid body param: type: unknown") as got:
            await at.client.events(QUERY)
    assert "192.0.2.7" not in got.value.cause


async def test_a_list_that_is_not_found_is_unread_and_not_empty() -> None:
    gone = httpx.Response(404, json={"message": "room not found"})
    async with bench(gone, gone) as at:
        with pytest.raises(HundredMsUnreachable):
            await at.client.events(QUERY)
        with pytest.raises(HundredMsUnreachable):
            await at.client.sessions(active=True)


async def test_each_attempt_is_counted() -> None:
    async with bench(httpx.ReadError("reset"), httpx.Response(502), GOOD) as at:
        await at.client.events(QUERY)
    assert at.calls == [("main", "analytics/events", status) for status in (None, 502, 200)]
