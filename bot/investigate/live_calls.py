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

    A look that began goes on before another one begins: 45 looks of two calls each take 90 s, and
    one that finds a change makes its further calls at once instead of after everybody's next one.

    `time` returns seconds that only grow, `sleep` waits, and `replicas` returns the number of
    processes that share the second.
    """

    time: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    replicas: Callable[[], int]
    _free_at: float = 0.0
    _beginning: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def turn(self, *, begins: bool) -> None:
        """Wait for the next free turn, each kind of call in the order of its arrival."""
        if not begins:
            await self.sleep(self._take() - self.time())
            return
        async with self._beginning:
            while (pause := self._free_at - self.time()) > 0:
                await self.sleep(pause)
            self._take()

    def _take(self) -> float:
        """Take the next turn, and return its time."""
        at = max(self.time(), self._free_at)
        self._free_at = at + self.replicas()
        return at


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
    moved_rooms: set[tuple[str, str]] = field(default_factory=set)
    """The watched rooms that a webhook has named since then."""
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
        """Let the next look of a watch begin at once, if this process looks after it."""
        if watch_id in self.wakes:
            self.wakes[watch_id].set()

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
