"""``scripts/bench``: measures, prints, and writes docs/performance.md."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from benchmarks.bench import Bench, open_bench
from benchmarks.machine import machine, today
from benchmarks.report import Line, measured, write
from benchmarks.rows import (
    cpu,
    crowd,
    first,
    growth,
    memory,
    peer,
    replicas,
    slack,
    start,
    terminal,
    whole,
)
from benchmarks.sizes import FULL, SMALL, Sizes, growth_plans, plans

Measures = dict[str, Callable[[Bench], Iterator[Line]]]
ROWS: Measures = {
    "first": first.measure,
    "slack": slack.measure,
    "terminal": terminal.measure,
    "cpu": cpu.measure,
    "crowd": crowd.measure,
    "memory": memory.measure,
    "whole": whole.measure,
    "start": start.measure,
    "peer": peer.measure,
}
GROWTH: Measures = {"growth": growth.measure, "replicas": replicas.measure}


def main() -> int:
    """The process's exit status: 1 if something does not work; never for a slow number."""
    args = _arguments()
    sizes, where = SMALL if args.small else FULL, machine()
    names = args.only or [*ROWS, *GROWTH]
    lines = [
        *_lines(names, ROWS, sizes, plans(sizes)),
        *_lines(names, GROWTH, sizes, growth_plans(sizes)),
    ]
    if not args.small and not args.only:
        write(measured(lines, sizes, where, today()))
    return 0


def _lines(
    names: Sequence[str], measures: Measures, sizes: Sizes, rooms: list[dict[str, Any]]
) -> Iterator[Line]:
    """The lines of those measures that are named, told as they come."""
    wanted = [name for name in names if name in measures]
    if wanted:
        with open_bench(sizes, rooms) as bench:
            for name in wanted:
                for line in measures[name](bench):
                    print(line.line(), flush=True)
                    yield line


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--small", action="store_true", help="small sizes; nothing is written")
    parser.add_argument(
        "--only",
        choices=[*ROWS, *GROWTH],
        action="append",
        help="these measurements alone; nothing is written",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
