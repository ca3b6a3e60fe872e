"""Peak memory of `lookup --json`, by the kernel's high-water mark of the process."""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.checks import whole
from benchmarks.table import MEGABYTE, Row, megabytes, ratio


def measure(bench: Bench) -> Iterator[Row]:
    """A huge room above an empty one, and beside one of a tenth with the same people."""
    sizes = bench.sizes
    bench.delay(0)
    peaks = {name: _peak(bench, name, events) for name, events in _rooms(bench).items()}
    above = (peaks["huge"] - peaks["empty"]) / MEGABYTE
    yield Row(
        f"peak memory, {sizes.huge:,} events - idle",
        above,
        f"{above:.0f} MB",
        f"{megabytes(peaks['huge'])} - {megabytes(peaks['empty'])} for an empty room",
        most=100,
        target="≤ 100 MB",
    )
    yield ratio(
        f"peak memory, {sizes.huge:,} events ÷ {sizes.events:,} events with the same people",
        peaks["huge"] / peaks["even"],
        f"{megabytes(peaks['huge'])} ÷ {megabytes(peaks['even'])}",
        1.3,
    )


def _rooms(bench: Bench) -> dict[str, int]:
    return {"empty": 0, "even": bench.sizes.events, "huge": bench.sizes.huge}


def _peak(bench: Bench, room: str, events: int) -> int:
    ran = bench.lookup(bench.room(room), database=f"memory-{room}")
    whole(ran, events)
    return ran.peak
