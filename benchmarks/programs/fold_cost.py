"""Measures the cost of a diagnosed report of a room: fetch, fold, diagnosis; beside json.loads.

``python -m benchmarks.programs.fold_cost ROOM_ID SMALL_ROOM_ID``: the small room first, so that
what happens once is not counted, such as the import of the database with the first failure. CPU
time is that of the whole process, threads included.
"""

import asyncio
import json
import sys
import time
from typing import Any

import httpx

from benchmarks.programs.common import api, events_of, token_headers
from bot import wiring
from bot.cli.log_setup import set_up_logs
from bot.cli.runtime_tuning import freeze_gc
from bot.domain.events import ERROR_TYPES
from bot.domain.parsing import parse_query
from bot.domain.report import Report
from bot.settings import read_settings

_DECODED_TIMES = 3


async def report_of(engine: wiring.Services, room_id: str) -> Report:
    """The report of a room, with its diagnosis."""

    async def tell(note: str) -> None:
        print(note, file=sys.stderr)

    question = parse_query(room_id, wiring.now())
    found = await engine.investigator.report(question, wiring.new_lookup_id(), tell)
    if not isinstance(found, Report):
        raise SystemExit("there is no such room")
    return await engine.investigator.diagnose(found, tell)


async def _folded(room_id: str, small: str) -> tuple[float, int]:
    async with wiring.open_services(read_settings(), memory_needed=False) as engine:
        await report_of(engine, small)
        before = time.process_time()
        report = await report_of(engine, room_id)
        return time.process_time() - before, report.completeness.fetched


def _decoded(room_id: str) -> tuple[float, int]:
    """CPU of json.loads of all pages, the best of a few; and the events in them."""
    with httpx.Client(base_url=api(), headers=token_headers(), trust_env=False) as client:
        bodies = [body for kind in ERROR_TYPES for body in events_of(client, room_id, kind)]
    costs, pages = [], list[dict[str, Any]]()
    for _ in range(_DECODED_TIMES):
        before = time.process_time()
        pages = [json.loads(body) for body in bodies]
        costs.append(time.process_time() - before)
    return min(costs), sum(len(page["events"]) for page in pages)


def main() -> None:
    """Prints {cpu, events, json_loads, decoded}."""
    set_up_logs("CRITICAL")
    freeze_gc()  # as `call-doctor` does once a command is loaded
    cpu, events = asyncio.run(_folded(*sys.argv[1:3]))
    loads, decoded = _decoded(sys.argv[1])
    print(json.dumps({"cpu": cpu, "events": events, "json_loads": loads, "decoded": decoded}))


if __name__ == "__main__":
    main()
