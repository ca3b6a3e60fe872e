"""`scripts/soak`: two replicas on PostgreSQL through a bad day; 1 if a promise was broken."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence

from workbench.soak.day import Plan
from workbench.soak.run import soak

_SHOWN = 20


def main(words: Sequence[str] | None = None) -> int:
    """Run and print; 1 if a promise was broken."""
    plan = _plan(words)
    began = time.monotonic()
    outcome = asyncio.run(soak(plan))
    print(*outcome.lines(), sep="\n")
    print(f"time                {time.monotonic() - began:.0f} s, seed {plan.seed}")
    print(*[*outcome.details, *outcome.unended][:_SHOWN], sep="\n")
    if outcome.broken:
        print(f"broken: {', '.join(outcome.broken)}")
    return 1 if outcome.broken else 0


def _plan(words: Sequence[str] | None) -> Plan:
    usual = Plan()
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    add = parser.add_argument
    add("--questions", type=int, default=usual.questions)
    add("--minutes", type=float, default=usual.minutes, help="ask no longer than so long")
    add("--at-once", type=int, default=usual.at_once, help="questions in flight")
    add("--kill-every", type=int, default=usual.kill_every, help="questions, on average")
    add("--patience", type=float, default=usual.patience, help="seconds until one is silent")
    add("--watches", type=int, default=usual.watches, help="watches beside the questions")
    add("--seed", type=int, default=usual.seed)
    add("--logs", default=usual.logs, help="a folder for the replicas' logs")
    return Plan(**vars(parser.parse_args(words)))


if __name__ == "__main__":
    sys.exit(main())
