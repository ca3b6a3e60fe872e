"""The bot by itself: its start, and what it holds while nobody asks."""

import time
from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.processes import memory
from benchmarks.table import MEGABYTE, Row, megabytes, middle, seconds


def measure(bench: Bench) -> Iterator[Row]:
    """Median time from the start to ready, at the usual delay; resident memory when idle."""
    took, held, highest = [], 0, 0
    bench.delay(bench.sizes.delay)
    for number in range(bench.sizes.repeats):
        with bench.serving(f"start-{number}") as served:
            took.append(served.seconds)
            time.sleep(bench.sizes.quiet)
            held, highest = memory(served.pid, "VmRSS"), memory(served.pid, "VmHWM")
    yield Row(
        "idle `serve`: ready",
        middle(took),
        seconds(middle(took)),
        f"median of {len(took)}, each with a new database",
        most=1.5,
        target="≤ 1.5 s",
    )
    yield Row(
        "idle `serve`: memory",
        held / MEGABYTE,
        megabytes(held),
        f"resident, {bench.sizes.quiet:g} s after it was ready; {megabytes(highest)} at its peak",
        most=140,
        target="≤ 140 MB",
    )
