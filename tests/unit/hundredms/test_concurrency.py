"""The gate: never more in flight than allowed, nobody kept waiting for good."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hundredms.concurrency import ConcurrencyLimiter, Priority
from bot.investigate.ports import EventQuery
from tests.support.hundredms.client_harness import EMPTY, bench, page

QUERY = EventQuery("6600aa11bb22cc33dd44ee55", "client.join.failed")


class Hall:
    """Calls that wait at one gate; each ends when it is told to."""

    def __init__(self, most: int) -> None:
        self.gate = ConcurrencyLimiter(most)
        self.begun: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.ends: dict[str, asyncio.Event] = {}
        self.most_seen = 0

    async def arrive(self, name: str, rank: Priority, asker: str) -> None:
        self.ends[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._call(name, rank, asker))
        await settled()

    async def end(self, name: str) -> None:
        self.ends[name].set()
        await self.tasks[name]
        await settled()

    async def end_all(self) -> None:
        while any(not task.done() for task in self.tasks.values()):
            for name in list(self.begun):
                if not self.tasks[name].done():
                    await self.end(name)

    async def _call(self, name: str, rank: Priority, asker: str) -> None:
        async with self.gate.slot(rank, asker):
            self.begun.append(name)
            self.most_seen = max(self.most_seen, self.gate.in_flight)
            await self.ends[name].wait()


async def settled() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


async def test_calls_beyond_the_limit_wait_and_first_pages_go_in_order() -> None:
    hall = Hall(2)
    for number in range(5):
        await hall.arrive(f"{number}", Priority.FIRST, f"asker {number}")
    assert hall.begun == ["0", "1"]
    await hall.end("1")
    await hall.end("0")
    assert hall.begun == ["0", "1", "2", "3"]
    await hall.end_all()
    assert hall.most_seen == 2


async def test_a_first_page_passes_further_pages_and_those_pass_what_is_aside() -> None:
    hall = Hall(1)
    await hall.arrive("held", Priority.FIRST, "a")
    await hall.arrive("aside", Priority.BACKGROUND, "a")
    await hall.arrive("further", Priority.NEXT_PAGE, "a")
    await hall.arrive("first", Priority.FIRST, "b")
    await hall.end_all()
    assert hall.begun == ["held", "first", "further", "aside"]


async def test_calls_that_end_at_once_keep_no_turn_for_themselves() -> None:
    """A call that holds a turn and one that waits for it are given up in the same moment."""
    hall = Hall(1)
    for name in ("held", "waits", "next"):
        await hall.arrive(name, Priority.FIRST, name)
    for name in ("held", "waits"):
        hall.tasks[name].cancel()
    await asyncio.gather(hall.tasks["held"], hall.tasks["waits"], return_exceptions=True)
    assert hall.tasks["held"].cancelled()
    assert hall.tasks["waits"].cancelled()
    await settled()
    assert hall.begun == ["held", "next"]
    await hall.end("next")
    assert hall.gate.in_flight == 0


async def test_a_small_room_does_not_wait_for_the_pages_of_a_large_one() -> None:
    hall = Hall(1)
    await hall.arrive("held", Priority.NEXT_PAGE, "large")
    for number in range(20):
        await hall.arrive(f"large {number}", Priority.NEXT_PAGE, "large")
    await hall.arrive("small", Priority.NEXT_PAGE, "small")
    await hall.end("held")
    await hall.end("large 0")
    assert hall.begun == ["held", "large 0", "small"]
    await hall.end_all()


async def test_whoever_has_less_in_flight_is_next() -> None:
    hall = Hall(2)
    await hall.arrive("l0", Priority.NEXT_PAGE, "large")
    await hall.arrive("l1", Priority.NEXT_PAGE, "large")
    for number in range(2, 9):
        await hall.arrive(f"l{number}", Priority.NEXT_PAGE, "large")
    await hall.arrive("s0", Priority.NEXT_PAGE, "small")
    await hall.end("l0")
    assert hall.begun[-1] == "s0"
    await hall.end_all()


async def test_nobody_is_passed_over_for_good() -> None:
    hall = Hall(1)
    await hall.arrive("held", Priority.FIRST, "x")
    await hall.arrive("aside", Priority.BACKGROUND, "a")
    await hall.arrive("further", Priority.NEXT_PAGE, "a")
    for number in range(60):
        await hall.arrive(f"first {number}", Priority.FIRST, f"asker {number}")
    await hall.end_all()
    assert hall.begun.index("further") < 15
    assert hall.begun.index("aside") < 40


async def test_429_halves_the_number_once_and_answers_bring_it_back() -> None:
    gate = ConcurrencyLimiter(8)
    gate.on_rate_limit(0)
    gate.on_rate_limit(0)  # it was in flight with the first one
    assert gate.limit == 4
    gate.on_rate_limit(1)
    assert gate.limit == 2
    for _ in range(100):
        gate.on_success()
    assert gate.limit == 8


async def test_the_number_never_falls_below_one() -> None:
    gate = ConcurrencyLimiter(3)
    for begun_in in range(10):
        gate.on_rate_limit(begun_in)
    assert gate.limit == 1


async def test_a_waiting_call_that_is_cancelled_leaves_its_place() -> None:
    hall = Hall(1)
    await hall.arrive("held", Priority.FIRST, "a")
    await hall.arrive("gone", Priority.FIRST, "b")
    await hall.arrive("next", Priority.FIRST, "c")
    hall.tasks["gone"].cancel()
    await settled()
    await hall.end("held")
    assert hall.begun == ["held", "next"]
    await hall.end("next")
    assert hall.gate.in_flight == 0


async def test_a_call_cancelled_in_the_moment_of_its_turn_gives_it_back() -> None:
    hall = Hall(1)
    await hall.arrive("held", Priority.FIRST, "a")
    await hall.arrive("gone", Priority.FIRST, "b")
    await hall.arrive("next", Priority.FIRST, "c")
    hall.ends["held"].set()
    await asyncio.sleep(0)  # the turn has passed on, nobody has run yet
    hall.tasks["gone"].cancel()
    await settled()
    assert hall.tasks["gone"].cancelled()
    await hall.end("next")
    assert hall.gate.in_flight == 0


EVENTS = st.sampled_from(["end", "cancel", "429"])
MOVES = st.lists(st.tuples(st.sampled_from(Priority), st.sampled_from("abc"), EVENTS), max_size=40)


@given(st.integers(1, 4), MOVES)
def test_whatever_happens_every_call_has_its_turn(
    most: int, moves: list[tuple[Priority, str, str]]
) -> None:
    async def play() -> None:
        hall = Hall(most)
        rounds: Iterator[int] = iter(range(1000))
        for number, (rank, asker, what) in enumerate(moves):
            await hall.arrive(f"{number}", rank, asker)
            waiting = [name for name, task in hall.tasks.items() if not task.done()]
            if what == "cancel":
                hall.tasks[waiting[0]].cancel()
                await settled()
            elif what == "429":
                hall.gate.on_rate_limit(next(rounds))
            elif hall.begun and not hall.tasks[hall.begun[-1]].done():
                await hall.end(hall.begun[-1])
        await hall.end_all()
        assert hall.most_seen <= most
        assert hall.gate.in_flight == 0

    asyncio.run(play())


async def test_the_client_keeps_to_fewer_calls_after_429() -> None:
    busy = httpx.Response(429, json={"code": 429, "message": "retry after 2 seconds"})
    async with bench(busy, page()) as one:
        gate = one.client.connection.limiter
        await one.client.events(QUERY)
        assert gate.limit == 4


@pytest.mark.parametrize("aside", [True, False])
async def test_calls_made_aside_ask_the_same(*, aside: bool) -> None:
    async with bench(httpx.Response(200, json=EMPTY)) as one:
        client = one.client.low_priority() if aside else one.client
        await client.events(QUERY)
        assert client.alias == "main"
        assert one.neighbour.queries()[0]["room_id"] == QUERY.room_id
