"""An outage of 100ms is told at once, of one workspace alone, and its end is noticed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from bot.domain.errors import HundredMsBusy, HundredMsUnreachable
from bot.domain.metrics import CircuitState
from bot.hundredms.workspaces import CallLimits, Credentials, HundredMsClient, open_workspaces
from tests.support.hundredms.client_harness import EMPTY, KEY, NOW, PEER, ROOM, SECRET, SESSION

FINE = httpx.Response(200, json=EMPTY)
REST = 0.05
REFUSED = httpx.ConnectError("refused")
OUTAGES: list[httpx.Response | Exception] = [
    REFUSED,
    httpx.ReadTimeout("late"),
    httpx.RemoteProtocolError("reset"),
    httpx.Response(500),
    httpx.Response(503, text="<html>"),
]


@dataclass
class World:
    """Two workspaces; `answer` is what the first one's 100ms does, `held` keeps it waiting."""

    answer: httpx.Response | Exception = field(default_factory=lambda: FINE)
    asked: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event | None = None
    states: list[tuple[str, CircuitState]] = field(default_factory=list)
    clients: dict[str, HundredMsClient] = field(default_factory=dict)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "healthy.test":
            return FINE
        self.asked += 1
        self.came.set()
        if self.held is not None:
            await self.held.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return httpx.Response(self.answer.status_code, content=self.answer.content)

    async def fails(self, workspace: str = "main") -> bool:
        try:
            await self.clients[workspace].room(ROOM)
        except HundredMsUnreachable:
            return True
        return False

    async def until_open(self) -> None:
        while ("main", "open") not in self.states:
            await self.fails()
        self.asked = 0
        self.came.clear()


@asynccontextmanager
async def world(**limits: float) -> AsyncIterator[World]:
    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    made = World()
    signed = [
        Credentials(alias, KEY, SECRET, "", f"http://{host}/v2")
        for alias, host in (("main", "ailing.test"), ("eu", "healthy.test"))
    ]
    async with open_workspaces(
        signed,
        clock=lambda: NOW,
        transport=httpx.MockTransport(made),
        limits=CallLimits(**{"rest": REST, **limits}),  # type: ignore[arg-type]
        sleep=at_once,
    ) as clients:
        made.clients = clients
        for client in clients.values():
            client.circuit.subscribe(lambda alias, state: made.states.append((alias, state)))
        yield made


@pytest.mark.parametrize("outage", OUTAGES, ids=str)
async def test_after_failures_in_a_row_nobody_asks_or_waits(
    outage: httpx.Response | Exception,
) -> None:
    async with world(rest=3600) as it:
        it.answer = outage
        await it.until_open()
        with pytest.raises(HundredMsUnreachable, match=r"failing for the last minute.*`main`"):
            await it.clients["main"].room(ROOM)
        assert it.asked == 0


async def test_another_workspace_goes_on() -> None:
    async with world(rest=3600) as it:
        it.answer = REFUSED
        await it.until_open()
        assert not await it.fails("eu")
        assert it.states == [("main", "closed"), ("eu", "closed"), ("main", "open")]


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_what_is_not_there_is_no_outage(status: int) -> None:
    async with world() as it:
        it.answer = httpx.Response(status)
        for _ in range(30):
            assert await it.clients["main"].room(ROOM) is None
        assert it.clients["main"].circuit.state == "closed"


async def test_busy_is_no_outage() -> None:
    async with world(waits=1) as it:
        it.answer = httpx.Response(429)
        for _ in range(12):
            with pytest.raises(HundredMsBusy):
                await it.clients["main"].room(ROOM)
        assert it.clients["main"].circuit.state == "closed"


async def test_one_call_that_fails_is_no_outage() -> None:
    async with world() as it:
        for _ in range(10):
            it.answer = REFUSED
            assert await it.fails()
            it.answer = FINE
            assert not await it.fails()
        assert it.clients["main"].circuit.state == "closed"


async def test_what_an_answer_can_do_without_opens_nothing() -> None:
    async with world() as it:
        it.answer = httpx.Response(500)
        for _ in range(10):
            with pytest.raises(HundredMsUnreachable):
                await it.clients["main"].peer_stats(PEER, SESSION)
        assert it.clients["main"].circuit.state == "closed"


async def test_a_look_up_given_up_says_nothing_of_100ms() -> None:
    async with world() as it:
        it.held = asyncio.Event()
        for _ in range(20):
            asking = asyncio.create_task(it.fails())
            await it.came.wait()
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            it.came.clear()
        assert it.clients["main"].circuit.state == "closed"


async def test_after_the_rest_one_call_tries_and_the_others_are_spared() -> None:
    async with world() as it:
        it.answer = REFUSED
        await it.until_open()
        await asyncio.sleep(2 * REST)
        it.answer, it.held = FINE, asyncio.Event()
        trial = asyncio.create_task(it.fails())
        await it.came.wait()
        assert all(await asyncio.gather(*(it.fails() for _ in range(20))))
        assert it.asked == 1
        it.held.set()
        assert not await trial
        assert not await it.fails()
        assert [state for alias, state in it.states if alias == "main"] == [
            "closed",
            "open",
            "half_open",
            "closed",
        ]


async def test_a_trial_that_fails_begins_another_rest() -> None:
    async with world() as it:
        it.answer = REFUSED
        await it.until_open()
        await asyncio.sleep(2 * REST)
        assert await it.fails()
        assert it.asked == 1, "no second attempt"
        assert it.clients["main"].circuit.state == "open"


async def test_a_trial_given_up_leaves_the_next_one_to_try() -> None:
    async with world() as it:
        it.answer = REFUSED
        await it.until_open()
        await asyncio.sleep(2 * REST)
        it.answer, it.held = FINE, asyncio.Event()
        trial = asyncio.create_task(it.fails())
        await it.came.wait()
        trial.cancel()
        await asyncio.gather(trial, return_exceptions=True)
        it.held = None
        assert not await it.fails()
        assert it.clients["main"].circuit.state == "closed"


async def test_a_trial_that_hangs_is_given_up_soon() -> None:
    async with world(trial=0.01) as it:
        it.answer = REFUSED
        await it.until_open()
        await asyncio.sleep(2 * REST)
        it.held = asyncio.Event()
        assert await it.fails()
        assert it.asked == 1
