"""``python -m workbench.swift_hundredms --plan plan.json``: planned rooms on a loopback port."""

import argparse
import asyncio
from datetime import UTC, datetime
from pathlib import Path

from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET
from workbench.swift_hundredms.answers import Answers
from workbench.swift_hundredms.plan import read_plans
from workbench.swift_hundredms.shelves import fill
from workbench.swift_hundredms.wire import Swift, listening


async def _serve(plan: Path, port: int, delay: float) -> None:
    shelves = fill(read_plans(plan), datetime.now(UTC))
    swift = Swift(Answers(shelves), ACCESS_KEY, SECRET, delay)
    async with listening(swift, port) as url:
        print(url, flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Serve until ended; the first line on stdout is the base URL."""
    parser = argparse.ArgumentParser(prog="python -m workbench.swift_hundredms")
    parser.add_argument(
        "--plan", type=Path, required=True, help="a JSON list of rooms, see plan.py"
    )
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    args = parser.parse_args()
    asyncio.run(_serve(args.plan, args.port, args.delay))


if __name__ == "__main__":
    main()
