"""Work that goes on after the acknowledgement: held, bounded, and finished before we stop.

Python's loop keeps only weak references to tasks, and Bolt keeps none.
https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from bot.slack.bounds import Bounds


class Crew:
    """Our own set of tasks. `bounds` says how many look-ups ask 100ms at once."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin work; its errors are its own to explain."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, seconds: float) -> int:
        """Wait for what is under way, at most so long; returns how many had to be cut off."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + seconds
        while self._tasks and loop.time() < give_up:
            await asyncio.wait(set(self._tasks), timeout=max(0.0, give_up - loop.time()))
        left = set(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        if left:
            structlog.get_logger("call_doctor").error("cut_off", lookups=len(left))
        return len(left)
