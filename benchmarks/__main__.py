"""``scripts/bench``: measures, prints, and writes docs/performance.md."""

import argparse
import sys
from collections.abc import Callable, Iterator

from benchmarks.bench import Bench, open_bench
from benchmarks.machine import machine, today
from benchmarks.report import measured, write
from benchmarks.rows import cpu, crowd, first, memory, peer, slack, start, terminal, whole
from benchmarks.rows.beside import Beside
from benchmarks.sizes import FULL, SMALL
from benchmarks.table import Row

Line = Row | Beside
ROWS: dict[str, Callable[[Bench], Iterator[Line]]] = {
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


def main() -> int:
    """The process's exit status: 1 if something does not work; never for a slow number."""
    args = _arguments()
    sizes, where = SMALL if args.small else FULL, machine()
    with open_bench(sizes) as bench:
        lines = [line for name in args.only or ROWS for line in _told(ROWS[name](bench))]
    if not args.small and not args.only:
        write(measured(lines, sizes, where, today()))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--small", action="store_true", help="small sizes; nothing is written")
    parser.add_argument(
        "--only",
        choices=[*ROWS],
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
