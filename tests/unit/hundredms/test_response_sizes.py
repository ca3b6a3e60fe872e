"""Bodies that are too large, or packed so that they become so: refused before they are parsed."""

import gzip
import json
import tracemalloc
import zlib

import httpx
import pytest

from bot.domain.errors import HundredMsUnreachable
from bot.hundredms.request import MAX_BODY, MAX_SESSIONS_BODY
from bot.hundredms.workspaces import CallLimits
from bot.investigate.ports import EventQuery
from tests.support.hundredms.client_harness import EMPTY, ROOM, SESSION, bench, event

QUERY = EventQuery(ROOM, "client.join.failed")
ONCE = CallLimits(attempts=1)


def raw(body: bytes, *codings: str) -> httpx.Response:
    """As `answer`, without httpx unpacking it while it is made."""
    response = httpx.Response(200, content=body)
    for coding in codings:
        named = (*response.headers.multi_items(), ("content-encoding", coding))
        response.headers = httpx.Headers(named)
    return response


def padded(size: int) -> bytes:
    return json.dumps({**EMPTY, "events": [event()], "padding": "x" * size}).encode()


async def test_gzip_is_asked_for_and_unpacked() -> None:
    async with bench(lambda _: raw(gzip.compress(padded(10)), "gzip")) as at:
        assert len((await at.client.events(QUERY)).events) == 1
    assert at.neighbour.asked[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize(
    "codings",
    [
        ("gzip, gzip",),
        ("gzip", "gzip"),
        ("br",),
        ("deflate",),
        ("zstd",),
        ("gzip, x",),
        ("x",),
    ],
)
async def test_any_other_coding_is_refused_once(codings: tuple[str, ...]) -> None:
    twice = gzip.compress(gzip.compress(padded(10)))
    async with bench(lambda _: raw(twice, *codings)) as at:
        with pytest.raises(HundredMsUnreachable, match="compressed in an unexpected way"):
            await at.client.events(QUERY)
    assert len(at.neighbour.asked) == 1


async def test_a_body_of_more_than_8_mb_is_refused_and_told() -> None:
    async with bench(lambda _: raw(padded(MAX_BODY))) as at:
        with pytest.raises(HundredMsUnreachable, match=r"too large to read \(more than 8 MB\)"):
            await at.client.events(QUERY)
    assert len(at.neighbour.asked) == 1


async def test_sessions_may_be_larger_and_are_bounded_too() -> None:
    row = {"id": SESSION, "room_id": ROOM, "padding": "x" * MAX_BODY}
    body = json.dumps({"data": [row]}).encode()
    async with bench(lambda _: raw(body)) as at:
        assert len((await at.client.sessions(active=True)).sessions) == 1
        assert await at.client.session(SESSION) is None  # the list's shape is no session
    async with bench(lambda _: raw(b" " * (MAX_SESSIONS_BODY + 1))) as at:
        with pytest.raises(HundredMsUnreachable, match="more than 48 MB"):
            await at.client.sessions(active=True)


async def test_a_bomb_costs_no_more_than_the_limit() -> None:
    packing = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = b"".join(packing.compress(b"0" * 1_000_000) for _ in range(300)) + packing.flush()
    async with bench(lambda _: raw(bomb, "gzip")) as at:
        tracemalloc.start()
        with pytest.raises(HundredMsUnreachable, match="too large"):
            await at.client.events(QUERY)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 5 * MAX_BODY


@pytest.mark.parametrize(
    ("body", "word"), [(gzip.compress(padded(10))[:-9], "cut off"), (b"{}", "unpacked")]
)
async def test_a_broken_packing_is_told(body: bytes, word: str) -> None:
    async with bench(lambda _: raw(body, "gzip"), limits=ONCE) as at:
        with pytest.raises(HundredMsUnreachable, match=word):
            await at.client.events(QUERY)


async def test_a_large_page_is_parsed_all_the_same() -> None:
    async with bench(lambda _: raw(padded(2_000_000))) as at:
        assert len((await at.client.events(QUERY)).events) == 1
