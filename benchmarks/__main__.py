"""``scripts/bench``: measures, prints, and writes docs/performance.md."""

import argparse
import sys
from collections.abc import Callable, Iterator
from typing import TypeVar

from benchmarks.bench import Bench, open_bench
from benchmarks.machine import machine, today
from benchmarks.report import measured, write
from benchmarks.rows import beside, cpu, crowd, first, memory, peer, start, whole
from benchmarks.sizes import FULL, SMALL
from benchmarks.table import Row

Measure = Callable[[Bench], Iterator[Row]]
ROWS: dict[str, Measure] = {
    "first": first.measure,
    "whole": whole.measure,
    "cpu": cpu.measure,
    "memory": memory.measure,
    "peer": peer.measure,
    "crowd": crowd.measure,
    "start": start.measure,
}
BESIDE = "beside"
Line = TypeVar("Line", Row, beside.Beside)


def main() -> int:
    """The process's exit status: 1 if something does not work; never for a slow number."""
    args = _arguments()
    sizes, where = SMALL if args.small else FULL, machine()
    names = args.only or [*ROWS, BESIDE]
    with open_bench(sizes) as bench:
        rows = [row for name in names if name in ROWS for row in _told(ROWS[name](bench))]
        others = list(_told(beside.measure(bench))) if BESIDE in names else []
    if not args.small and not args.only:
        write(measured(rows, others, sizes, where, today()))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--small", action="store_true", help="small sizes; nothing is written")
    parser.add_argument(
        "--only",
        choices=[*ROWS, BESIDE],
        action="append",
        help="these measurements alone; nothing is written",
    )
    return parser.parse_args()


def _told(lines: Iterator[Line]) -> Iterator[Line]:
    for line in lines:
        print(line.line(), flush=True)
        yield line


if __name__ == "__main__":
    sys.exit(main())
