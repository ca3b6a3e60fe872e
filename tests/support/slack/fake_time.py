"""Time that stands still while watches work, and then goes on to the next moment that one awaits.

The bot, its jobs, its database and both pretend ends are the real ones; only the clock and the
sleeps of watches are replaced. So a day of a hundred watches takes as long as its calls take.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.investigate.live_calls import CallPacer, LiveCalls
from tests.support.fast_clock import FastClock

_SPINS = 16
"""Rounds of the event loop in which what was woken begins to work or waits again."""
_STUCK_SECONDS = 300.0


class FakeTime(FastClock):
    """A clock that stands still until `pass_` moves it from one moment that is awaited to the next.

    `parked` is the number of watches that wait for a later moment. `on_tick` is called before each
    move.
    """

    def __init__(self) -> None:
        self.moment = datetime.now(UTC).replace(microsecond=0)
        self.parked = 0
        self.on_tick: Callable[[], None] = lambda: None
        self._timers: list[tuple[datetime, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self.live: LiveCalls | None = None

    def now(self) -> datetime:
        return self.moment

    def attach(self, live: LiveCalls) -> None:
        """Let watches sleep by this clock, and count those that wait."""
        self.live, live.sleep = live, self._nap
        live._pacers["default"] = _CountingPacer(self)

    def after(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something once so many seconds have passed."""
        due = self.moment + timedelta(seconds=seconds)
        heapq.heappush(self._timers, (due, next(self._numbers), act))

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            return
        due = asyncio.get_running_loop().create_future()
        self.after(seconds, partial(_wake, due))
        await due

    async def _nap(self, seconds: float) -> None:
        self.parked += 1
        try:
            await self.sleep(seconds)
        finally:
            self.parked -= 1

    async def pass_(self, seconds: float, running: Callable[[], Awaitable[int]]) -> None:
        """Let so many seconds pass; `running` returns the number of watches that run."""
        end = self.moment + timedelta(seconds=seconds)
        expected = await running()
        while True:
            expected = await self._until_parked(expected, running)
            self.on_tick()
            if not self._timers or self._timers[0][0] > end:
                break
            due, _, act = heapq.heappop(self._timers)
            self.moment = max(self.moment, due)
            act()
        self.moment = end

    async def _until_parked(self, expected: int, running: Callable[[], Awaitable[int]]) -> int:
        stuck = time.monotonic() + _STUCK_SECONDS
        for turn in itertools.count(1):
            if self.parked == expected:
                for _ in range(_SPINS):
                    await asyncio.sleep(0)
                if self.parked == expected:
                    return expected
            await asyncio.sleep(0.002)
            if turn % 50 == 0:
                expected = await running()
                assert time.monotonic() < stuck, f"{self.parked} of {expected} watches wait"
        raise AssertionError


def _wake(due: asyncio.Future[None]) -> None:
    if not due.done():
        due.set_result(None)


class _CountingPacer(CallPacer):
    """Counts the watches that wait for their turn as parked."""

    def __init__(self, fake: FakeTime) -> None:
        super().__init__(lambda: fake.now().timestamp(), fake.sleep, lambda: 1)
        self._fake = fake

    async def turn(self, *, begins: bool) -> None:
        self._fake.parked += 1
        try:
            await super().turn(begins=begins)
        finally:
            self._fake.parked -= 1
