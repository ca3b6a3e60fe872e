"""``scripts/bench``: measures, prints, and writes docs/performance.md."""

import argparse
import sys
from collections.abc import Callable, Iterator

from benchmarks.bench import Bench, open_bench
from benchmarks.rows import cpu, crowd, first, memory, peer, start, whole
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


def main() -> int:
    """The process's exit status: 1 if something does not work; never for a slow number."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--small", action="store_true", help="small sizes, nothing is written")
    parser.add_argument("--only", choices=ROWS, action="append", help="these measurements alone")
    args = parser.parse_args()
    with open_bench(SMALL if args.small else FULL) as bench:
        for name in args.only or ROWS:
            for row in ROWS[name](bench):
                print(row.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
