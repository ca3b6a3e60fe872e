"""Limits and tracks the work that continues after the acknowledgement.

`LookupLimiter` limits how many look-ups may ask 100ms at once, in total and for one person, and how
many may wait. Its limits hold for this process; several processes share the work as it arrives.

`BackgroundTasks` holds the tasks and finishes them before the process stops. Python's event loop
keeps only weak references to tasks, and Bolt keeps none.
https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.domain.errors import TooManyWaiting
from bot.investigate.ports import Tell

ADMISSION_SECONDS = 30.0
"""Seconds after which an admitted look-up that has not asked for a slot no longer counts: it began
in another process."""


@dataclass(slots=True)
class _AskerState:
    """One person's look-ups: admission times, number waiting, and number in this process."""

    slots: asyncio.Semaphore
    admitted: list[float] = field(default_factory=list)
    waiting: int = 0
    lookups: int = 0

    def count_waiting(self) -> int:
        """Return the number of look-ups that have no slot yet."""
        since = time.monotonic() - ADMISSION_SECONDS
        self.admitted = [at for at in self.admitted if at > since]
        return len(self.admitted) + self.waiting

    def drop_admission(self) -> None:
        """Remove the oldest admission, if there is one."""
        del self.admitted[:1]

    def is_idle(self) -> bool:
        return not self.count_waiting() and not self.lookups


class LookupLimiter:
    """Gives out slots for look-ups: `at_once` in total, `per_asker` for one person.

    At most `waiting` look-ups wait in total, and at most `waiting_per_asker` for one person, so
    that nobody fills the queue that everybody shares. `depth` is called with the number of waiting
    look-ups whenever it changes.
    """

    def __init__(
        self,
        at_once: int,
        per_asker: int,
        waiting: int,
        depth: Callable[[int], None],
        waiting_per_asker: int = 10,
    ) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._per_asker = per_asker
        self._max_waiting = waiting
        self._max_waiting_per_asker = waiting_per_asker
        self._report_depth = depth
        self._askers: dict[str, _AskerState] = {}
        self._waiting = 0

    def ensure_room(self, asker: str) -> None:
        """Admit a look-up of this person, before it is recorded. Raises TooManyWaiting.

        The admission ends when the look-up asks for its slot, or when `withdraw` takes it back.
        """
        if self._waiting >= self._max_waiting:
            raise TooManyWaiting(f"{self._waiting} look-ups are waiting already.")
        state = self._state_of(asker)
        waiting = state.count_waiting()
        if waiting >= self._max_waiting_per_asker:
            raise TooManyWaiting(
                f"{waiting} of your look-ups are waiting already.",
                headline="You have too many look-ups waiting",
                next_step="Wait until some of them are answered, then ask again. I have not "
                "started this one.",
            )
        state.admitted.append(time.monotonic())

    def withdraw(self, asker: str) -> None:
        """Take back the admission of a look-up that will not begin here."""
        self._state_of(asker).drop_admission()
        self._forget_idle(asker)

    @asynccontextmanager
    async def slot(self, asker: str, tell: Tell) -> AsyncIterator[None]:
        """Wait for a slot and hold it; tell an asker who must wait for their own look-ups."""
        state = self._state_of(asker)
        state.drop_admission()
        state.lookups += 1
        try:
            async with self._wait_for_slot(state, tell):
                yield
        finally:
            state.lookups -= 1
            self._forget_idle(asker)

    @asynccontextmanager
    async def _wait_for_slot(self, state: _AskerState, tell: Tell) -> AsyncIterator[None]:
        self._change_waiting(state, +1)
        is_waiting = True
        try:
            if state.slots.locked():
                await tell("Waiting for your other look-ups …")
            async with state.slots, self._slots:
                is_waiting = False
                self._change_waiting(state, -1)
                yield
        finally:
            if is_waiting:
                self._change_waiting(state, -1)

    def _state_of(self, asker: str) -> _AskerState:
        return self._askers.setdefault(asker, _AskerState(asyncio.Semaphore(self._per_asker)))

    def _forget_idle(self, asker: str) -> None:
        if self._state_of(asker).is_idle():
            del self._askers[asker]

    def _change_waiting(self, state: _AskerState, change: int) -> None:
        state.waiting += change
        self._waiting += change
        self._report_depth(self._waiting)


class BackgroundTasks:
    """Runs background tasks. `limiter` limits how many look-ups ask 100ms at once."""

    def __init__(self, limiter: LookupLimiter) -> None:
        self.limiter = limiter
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Start a task; it must report its own errors."""
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, seconds: float) -> int:
        """Wait at most `seconds` for the running tasks; return how many had to be cancelled."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while self._tasks and loop.time() < deadline:
            await asyncio.wait(set(self._tasks), timeout=max(0.0, deadline - loop.time()))
        unfinished = set(self._tasks)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        if unfinished:
            structlog.get_logger("call_doctor").error("cut_off", lookups=len(unfinished))
        return len(unfinished)
