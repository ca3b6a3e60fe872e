import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.support.pretend_hundredms import Bench, bench, desk
from workbench.pretend_hundredms.faults import Fault, Kind
from workbench.pretend_hundredms.serving import running

ROOM = desk().id
EVENTS = "/v2/analytics/events"


@asynccontextmanager
async def over_a_socket() -> AsyncIterator[tuple[Bench, httpx.AsyncClient]]:
    """A bench served by uvicorn, and a client of that."""
    async with (
        bench() as b,
        running(b.app) as url,
        httpx.AsyncClient(base_url=url, headers=b.client.headers, timeout=5) as client,
    ):
        yield b, client


async def test_rate_limit_in_the_message_alone() -> None:
    async with bench() as b:
        b.stage.faults.add(Fault(kind="rate_limited", seconds=45))
        answer = await b.get("/rooms")
        assert answer.status_code == 429
        assert answer.json()["message"] == "rate limit exceeded, retry after 45 seconds"
        assert "retry-after" not in answer.headers


async def test_rate_limit_in_the_header() -> None:
    async with bench() as b:
        b.stage.faults.add(Fault(kind="rate_limited_header", seconds=3))
        answer = await b.get("/rooms")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
        assert "3" not in answer.json()["message"]


@pytest.mark.parametrize(
    ("fault", "status", "content"),
    [
        (Fault(kind="error"), 500, "application/json"),
        (
            Fault(kind="error", status=403, message="insufficient permissions"),
            403,
            "application/json",
        ),
        (Fault(kind="html"), 502, "text/html; charset=utf-8"),
        (Fault(kind="not_json"), 200, "text/plain; charset=utf-8"),
    ],
)
async def test_wrong_answers(fault: Fault, status: int, content: str) -> None:
    async with bench() as b:
        b.stage.faults.add(fault)
        answer = await b.get("/rooms")
        assert (answer.status_code, answer.headers["content-type"]) == (status, content)


async def test_truncated_json_is_whole_http() -> None:
    async with over_a_socket() as (b, client):
        whole = await client.get("/rooms")
        b.stage.faults.add(Fault(kind="truncated"))
        half = await client.get("/rooms")
        assert half.status_code == 200
        assert half.content == whole.content[: len(whole.content) // 2]


async def test_slow_and_drip_end_well() -> None:
    async with over_a_socket() as (b, client):
        whole = await client.get("/rooms")
        kinds: tuple[Kind, ...] = ("slow", "drip")
        for kind in kinds:
            b.stage.faults.clear()
            b.stage.faults.add(Fault(kind=kind, seconds=0.05))
            assert (await client.get("/rooms")).json() == whole.json()


async def test_a_hang_lasts_until_the_client_goes() -> None:
    async with over_a_socket() as (b, client):
        b.stage.faults.add(Fault(kind="hang"))
        with pytest.raises(httpx.ReadTimeout):
            await client.get("/rooms", timeout=0.05)
        for _ in range(1000):
            await asyncio.sleep(0.005 if b.stage.calls.in_flight else 0)
        assert b.stage.calls.in_flight == 0
        assert b.stage.calls.calls[0].status is None


@pytest.mark.parametrize("kind", ["reset", "cut_body"])
async def test_the_connection_is_reset(kind: Kind) -> None:
    async with over_a_socket() as (b, client):
        b.stage.faults.add(Fault(kind=kind, times=1))
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            await client.get("/rooms")
        assert (await client.get("/rooms")).status_code == 200
        assert [call.fault for call in b.stage.calls.calls] == [kind, None]


async def test_without_a_socket_a_reset_is_raised() -> None:
    async with bench() as b:
        b.stage.faults.add(Fault(kind="reset"))
        with pytest.raises(ConnectionResetError):
            await b.get("/rooms")


async def test_a_rule_counts_what_it_lets_through_and_what_it_breaks() -> None:
    async with bench() as b:
        b.stage.faults.add(Fault(kind="error", after=1, times=2))
        statuses = [(await b.get("/rooms")).status_code for _ in range(5)]
        assert statuses == [200, 500, 500, 200, 200]
        assert b.stage.faults.as_json()[0]["played"] == 2


async def test_a_rule_fits_path_query_and_page() -> None:
    async with bench() as b:
        query = {"type": "client.join.failed"}
        b.stage.faults.add(Fault(kind="error", path=EVENTS, query=query, page=2))
        types = ["client.join.failed", "client.disconnected"]
        first = await b.page(room_id=ROOM, type=types, limit=5)
        second = {"room_id": ROOM, "limit": 5, "start": first["next"]}
        assert (await b.get("/rooms")).status_code == 200
        assert (await b.get("/analytics/events", **second, type=types)).status_code == 500
        other = await b.page(room_id=ROOM, type=types[1], limit=5)
        third = {"room_id": ROOM, "limit": 5, "start": other["next"], "type": types[1]}
        assert (await b.get("/analytics/events", **third)).status_code == 200


async def test_the_first_rule_that_is_due_decides() -> None:
    async with bench() as b:
        b.stage.faults.add(Fault(kind="error", times=1), Fault(kind="html"))
        assert [(await b.get("/rooms")).status_code for _ in range(3)] == [500, 502, 502]
        b.stage.faults.clear()
        assert (await b.get("/rooms")).status_code == 200


async def test_latency_lets_calls_overlap() -> None:
    async with bench() as b:
        b.stage.switches.latency_ms = 30
        await asyncio.gather(*[b.get("/rooms") for _ in range(7)])
        assert (b.stage.calls.max_in_flight, b.stage.calls.in_flight) == (7, 0)
