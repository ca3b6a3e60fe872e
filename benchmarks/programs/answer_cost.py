"""Measures the cost of turning a diagnosed report into Slack's messages; prints JSON.

``python -m benchmarks.programs.answer_cost ROOM_ID``
"""

import asyncio
import json
import statistics
import sys
import time

from benchmarks.programs.fold_cost import report_of
from bot import wiring
from bot.cli.log_setup import set_up_logs
from bot.cli.runtime_tuning import freeze_gc
from bot.domain.report import Report
from bot.settings import read_settings

_TIMES = 7


def _answered(engine: wiring.Services, report: Report) -> tuple[float, int]:
    """CPU seconds of one answer, and its messages."""
    before = time.process_time()
    answer = engine.renderer.answer(report)
    messages = [answer.opening, *answer.replies, *([answer.more] if answer.more else [])]
    for message in messages:
        json.dumps({"text": message.text, "blocks": list(message.blocks)})
    return time.process_time() - before, len(messages)


async def _measured(room_id: str) -> dict[str, float]:
    async with wiring.open_services(read_settings(), memory_needed=False) as engine:
        report = await report_of(engine, room_id)
        costs = [_answered(engine, report) for _ in range(_TIMES + 1)]
    return {
        "cpu": statistics.median(cost for cost, _ in costs[1:]),
        "first": costs[0][0],
        "times": _TIMES,
        "failures": len(report.failures),
        "messages": costs[0][1],
    }


def main() -> None:
    """Prints {cpu, first, times, failures, messages}."""
    set_up_logs("CRITICAL")
    freeze_gc()  # as `call-doctor` does once a command is loaded
    print(json.dumps(asyncio.run(_measured(sys.argv[1]))))


if __name__ == "__main__":
    main()
