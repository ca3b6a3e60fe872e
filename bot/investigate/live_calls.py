"""The watched calls of this process: their turns at 100ms, and what wakes their looks."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.catalogue import Catalogue
from bot.domain.query import LookupQuery
from bot.domain.target import Choices, Target
from bot.investigate.live_call import LiveCall
from bot.investigate.ports import Clock, Tell, Workspaces
from bot.investigate.room_index import BestEffortRoomIndex

Resolve = Callable[[LookupQuery, Tell], Awaitable[Target | Choices]]


@dataclass(slots=True)
class CallPacer:
    """Spaces the calls of all watches of one 100ms workspace: one a second in all processes.

    `time` returns seconds that only grow, `sleep` waits, and `replicas` returns the number of
    processes that share the second.
    """

    time: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    replicas: Callable[[], int]
    _free_at: float = 0.0

    async def turn(self) -> None:
        """Wait for the next free turn; turns are given out in the order of the calls."""
        now = self.time()
        at = max(now, self._free_at)
        self._free_at = at + self.replicas()
        if at > now:
            await self.sleep(at - now)


@dataclass(slots=True)
class LiveCalls:
    """The watched calls that this process reads, and what wakes them.

    `resolve` finds the target of a question. `sleep` waits; `replicas` returns the number of
    processes that share the calls.
    """

    workspaces: Workspaces
    catalogue: Catalogue
    room_index: BestEffortRoomIndex
    clock: Clock
    resolve: Resolve
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    replicas: Callable[[], int] = lambda: 1
    calls: dict[str, LiveCall] = field(default_factory=dict)
    wakes: dict[str, asyncio.Event] = field(default_factory=dict)
    rooms: frozenset[tuple[str, str]] = frozenset()
    """Workspace and id of each watched room, as `bot.slack.watch` read them a moment ago."""
    running: int = 0
    """The number of watches that this process looks after."""
    _pacers: dict[str, CallPacer] = field(default_factory=dict)

    def open(
        self, watch_id: str, target: Target, whole_reads: int, base_total: int | None
    ) -> LiveCall:
        """Return the call of a watch; what an earlier look of this process read is kept."""
        call = self.calls.get(watch_id)
        if call is None:
            alias = target.room.workspace
            call = LiveCall(
                self.workspaces[alias].low_priority(),
                target,
                self.catalogue,
                self.room_index,
                self.clock,
                self._pacer(alias).turn,
                whole_reads,
                base_total,
            )
            self.calls[watch_id] = call
        return call

    def close(self, watch_id: str) -> None:
        """Drop everything that was read for a watch."""
        self.calls.pop(watch_id, None)
        self.wakes.pop(watch_id, None)

    def clear(self) -> None:
        """Drop everything that was read, because data were erased."""
        self.calls.clear()

    def wake(self, watch_id: str) -> None:
        """Let the next look of a watch begin at once."""
        self.wakes.setdefault(watch_id, asyncio.Event()).set()

    async def wait(self, watch_id: str, moment: datetime) -> None:
        """Wait until that moment, or until the watch is woken."""
        wake = self.wakes.setdefault(watch_id, asyncio.Event())
        seconds = (moment - self.clock()).total_seconds()
        if seconds > 0 and not wake.is_set():
            waiters: set[asyncio.Future[object]] = {
                asyncio.ensure_future(self.sleep(seconds)),
                asyncio.ensure_future(wake.wait()),
            }
            try:
                await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for waiter in waiters:
                    waiter.cancel()
                await asyncio.gather(*waiters, return_exceptions=True)
        wake.clear()

    def _pacer(self, alias: str) -> CallPacer:
        if alias not in self._pacers:
            self._pacers[alias] = CallPacer(self._seconds, self.sleep, self.replicas)
        return self._pacers[alias]

    def _seconds(self) -> float:
        return self.clock().timestamp()
