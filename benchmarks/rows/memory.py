"""Peak memory of `lookup --json`, by the kernel's high-water mark of the process."""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.checks import whole
from benchmarks.sizes import REAL, ROOM_SETS, RoomSet
from benchmarks.table import MEGABYTE, Row, megabytes, ratio


def measure(bench: Bench) -> Iterator[Row]:
    """A huge room above an empty one, and beside one of a tenth with the same people."""
    bench.delay(0)
    empty = _peak(bench, "empty", 0)
    for rooms in ROOM_SETS:
        yield from _of_set(bench, rooms, empty)


def _of_set(bench: Bench, rooms: RoomSet, empty: int) -> Iterator[Row]:
    sizes = bench.sizes
    even = _peak(bench, rooms.even, sizes.events)
    huge = _peak(bench, rooms.huge, sizes.huge)
    above = (huge - empty) / MEGABYTE
    yield Row(
        f"peak memory for {sizes.huge:,} events over idle, `lookup --json`{rooms.label}",
        above,
        f"{above:.0f} MB",
        f"{megabytes(huge)} - {megabytes(empty)} for an empty room",
        most=150,
        target="≤ 150 MB",
        more=rooms is not REAL,
    )
    yield ratio(
        f"peak memory, {sizes.huge:,} events ÷ {sizes.events:,} events with the same people"
        f"{rooms.label}",
        huge / even,
        f"{megabytes(huge)} ÷ {megabytes(even)}",
        1.3,
        more=True,
    )


def _peak(bench: Bench, room: str, events: int) -> int:
    ran = bench.lookup(bench.room(room), database=f"memory-{room}")
    whole(ran, events)
    return ran.peak
