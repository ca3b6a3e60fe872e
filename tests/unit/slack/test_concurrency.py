"""Nobody holds up the others, nobody waits unseen, and what is full says so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import TooManyWaiting
from bot.slack.concurrency import LookupLimiter


async def silent(_: str) -> None:
    """Nobody listens."""


async def calm() -> None:
    """Let every task go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


class Crowd:
    """Look-ups that hold their turn until they are let go."""

    def __init__(self, at_once: int = 50, per_asker: int = 3, waiting: int = 500) -> None:
        self.depths: list[int] = [0]
        self.bounds = LookupLimiter(at_once, per_asker, waiting, self.depths.append)
        self.holding: list[str] = []
        self.told: list[tuple[str, str]] = []
        self.end = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    async def ask(self, *askers: str) -> None:
        self.tasks += [asyncio.create_task(self._hold(asker)) for asker in askers]
        await calm()

    async def _hold(self, asker: str) -> None:
        async def tell(reason: str) -> None:
            self.told.append((asker, reason))

        async with self.bounds.slot(asker, tell):
            self.holding.append(asker)
            try:
                await self.end.wait()
            finally:
                self.holding.remove(asker)


@asynccontextmanager
async def crowd(at_once: int = 50, per_asker: int = 3, waiting: int = 500) -> AsyncIterator[Crowd]:
    """Afterwards everybody has had a turn, and nothing is left behind."""
    made = Crowd(at_once, per_asker, waiting)
    yield made
    made.end.set()
    await asyncio.gather(*made.tasks, return_exceptions=True)
    assert made.depths[-1] == 0
    assert made.bounds._askers == {}


async def test_one_person_has_so_many_turns_and_others_have_theirs() -> None:
    async with crowd(per_asker=3) as it:
        await it.ask("alice", "alice", "alice", "alice", "alice", "bob")
        assert sorted(it.holding) == ["alice", "alice", "alice", "bob"]
        assert it.told == [("alice", "Waiting for your other look-ups …")] * 2
        assert it.depths[-1] == 2


async def test_all_together_have_so_many() -> None:
    async with crowd(at_once=2) as it:
        await it.ask("alice", "bob", "carol", "dave")
        assert it.holding == ["alice", "bob"]
        assert it.told == []
        assert it.depths[-1] == 2


async def test_a_full_queue_refuses_until_there_is_room() -> None:
    async with crowd(at_once=1, waiting=2) as it:
        await it.ask("alice", "bob")
        it.bounds.ensure_room("dora")
        await it.ask("carol")
        with pytest.raises(TooManyWaiting, match="2 look-ups"):
            it.bounds.ensure_room("dora")
        it.end.set()
        await calm()
        it.bounds.ensure_room("dora")
        it.bounds.withdraw("dora")
        it.bounds.withdraw("dora")


async def test_one_asker_cannot_fill_the_queue_of_all() -> None:
    async with crowd(at_once=1, per_asker=1) as it:
        await it.ask("alice")
        for _ in range(10):
            it.bounds.ensure_room("alice")
        with pytest.raises(TooManyWaiting, match="10 of your look-ups"):
            it.bounds.ensure_room("alice")
        it.bounds.ensure_room("bob")
        await it.ask("bob", *["alice"] * 10)
        with pytest.raises(TooManyWaiting, match="10 of your look-ups"):
            it.bounds.ensure_room("alice")
        it.end.set()
        await calm()
        it.bounds.ensure_room("alice")
        it.bounds.withdraw("alice")


async def test_who_gives_up_leaves_no_trace() -> None:
    async with crowd(at_once=1) as it:
        await it.ask("alice", "bob", "bob")
        for task in it.tasks[1:]:
            task.cancel()
        await calm()
        assert it.depths[-1] == 0
        assert set(it.bounds._askers) == {"alice"}


async def test_trouble_while_telling_leaves_no_trace() -> None:
    bounds = LookupLimiter(1, 1, 1, lambda _: None)

    async def broken(_: str) -> None:
        raise ConnectionError

    async with AsyncExitStack() as stack:
        await stack.enter_async_context(bounds.slot("alice", silent))
        with pytest.raises(ConnectionError):
            await stack.enter_async_context(bounds.slot("alice", broken))
        bounds.ensure_room("alice")


@given(st.lists(st.sampled_from("abcd"), max_size=40), st.integers(1, 5), st.integers(1, 4))
def test_the_bounds_hold_whoever_asks(askers: list[str], at_once: int, per_asker: int) -> None:
    async def held() -> None:
        running: list[str] = []
        depths = [0]
        bounds = LookupLimiter(at_once, per_asker, 100, depths.append)

        async def look_up(asker: str) -> None:
            async with bounds.slot(asker, silent):
                running.append(asker)
                assert len(running) <= at_once
                assert running.count(asker) <= per_asker
                await asyncio.sleep(0)
                running.remove(asker)

        await asyncio.gather(*(look_up(asker) for asker in askers))
        assert depths[-1] == 0
        assert min(depths) == 0
        assert bounds._askers == {}

    asyncio.run(held())
