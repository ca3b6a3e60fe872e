"""The whole answer, by `lookup --json`: what it costs above an empty room's, plus one page."""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.checks import expect, whole
from benchmarks.sizes import REAL, ROOM_SETS, RoomSet
from benchmarks.table import Row, middle, ratio, seconds


def measure(bench: Bench) -> Iterator[Row]:
    """Events over five types against the longest chain; of one type against one reader."""
    bench.delay(bench.sizes.delay)
    empty = seconds_of(bench, "empty", 0)
    for rooms in ROOM_SETS:
        yield from _of_set(bench, rooms, empty)


def _of_set(bench: Bench, rooms: RoomSet, empty: float) -> Iterator[Row]:
    sizes = bench.sizes
    even = seconds_of(bench, rooms.even, sizes.events) - empty + sizes.delay
    chain = sizes.chain * sizes.delay
    yield ratio(
        f"whole answer, {sizes.events:,} events evenly over five types ÷ "
        f"(longest chain x latency), {seconds(sizes.delay)}{rooms.label}",
        even / chain,
        f"{seconds(even)} ÷ ({sizes.chain} pages x {seconds(sizes.delay)}); "
        f"an empty room takes {seconds(empty)}, process start included",
        1.25,
        more=True,
    )
    one = seconds_of(bench, rooms.one_type, sizes.events) - empty + sizes.delay
    reader = bench.measured("sequential_reader", bench.room(rooms.one_type))
    expect(reader["events"], sizes.events, "events of the sequential reader")
    yield ratio(
        f"one type of {sizes.events:,} events over {sizes.many_sessions} sessions ÷ a sequential "
        f"reader, {seconds(sizes.delay)}{rooms.label}",
        one / reader["seconds"],
        f"{seconds(one)} ÷ {seconds(reader['seconds'])}",
        0.25,
        more=rooms is not REAL,
    )


def seconds_of(bench: Bench, room: str, events: int) -> float:
    """The median time of a look-up, from the process's start to its end."""
    walls = []
    for number in range(bench.sizes.repeats):
        ran = bench.lookup(bench.room(room), database=f"whole-{room}-{number}")
        whole(ran, events)
        walls.append(ran.wall)
    return middle(walls)
