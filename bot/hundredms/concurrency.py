"""Which call to one workspace goes next, and how many run side by side.

100ms documents no rate for its events endpoint, only that it may answer 429. So the number in
flight is found by trying, as TCP does: halved when 100ms says 429, and one more for each round
of answers, up to the limit set. Neither `asyncio.Semaphore` nor `aiolimiter` can change its
number or knows an order, and the libraries found for it are experiments of one release.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import IntEnum


class Priority(IntEnum):
    """How much a call hurries; each rank gets about three times the turns of the next one."""

    FIRST = 0  # what the first sentence of an answer needs
    NEXT_PAGE = 1  # a further page of one list
    BACKGROUND = 2  # what somebody is not waiting for yet


_WEIGHTS = {Priority.FIRST: 9, Priority.NEXT_PAGE: 3, Priority.BACKGROUND: 1}

CallerKey = Hashable


@dataclass(frozen=True, slots=True)
class _Waiter:
    caller: CallerKey
    future: "asyncio.Future[None]"


@dataclass(slots=True)
class _Queue:
    """Calls of one rank, in lines. `used` is the time of turns, weighed by the rank's share."""

    by_caller: OrderedDict[CallerKey, deque[_Waiter]] = field(default_factory=OrderedDict)
    virtual_time: float = 0.0

    def add(self, caller: CallerKey, waiter: _Waiter) -> None:
        """At the end of its line."""
        self.by_caller.setdefault(caller, deque()).append(waiter)

    def remove(self, caller: CallerKey, waiter: _Waiter) -> None:
        """Out of its line, if it stands there; the line steps back behind the others."""
        waiters = self.by_caller.get(caller, deque())
        if waiter not in waiters:
            return
        waiters.remove(waiter)
        self.by_caller.move_to_end(caller)
        if not waiters:
            del self.by_caller[caller]


class ConcurrencyLimiter:
    """At most `most` calls in flight, fewer after a 429.

    First pages go in order of arrival. Further pages of many look-ups take turns, so that a
    room of a thousand pages does not keep a small one waiting; nobody is passed over for good.
    """

    def __init__(self, max_in_flight: int) -> None:
        self._max_in_flight = max_in_flight
        self._limit = float(max_in_flight)
        self._in_flight = 0
        self._in_flight_by_caller: dict[CallerKey, int] = {}
        self._queues = {priority: _Queue() for priority in Priority}
        self._round_number = 0

    @property
    def limit(self) -> int:
        """Calls that may be in flight now."""
        return int(self._limit)

    @property
    def in_flight(self) -> int:
        """Calls in flight."""
        return self._in_flight

    @asynccontextmanager
    async def slot(self, priority: Priority, caller: CallerKey) -> AsyncIterator[int]:
        """Wait for a turn, and hold it; gives the round, for `slow_down`."""
        await self._acquire(priority, caller)
        try:
            yield self._round_number
        finally:
            self._release(caller)

    def on_rate_limit(self, round_number: int) -> None:
        """100ms said 429 to a call: halve the number, once for all that were then in flight."""
        if round_number == self._round_number:
            self._round_number += 1
            self._limit = max(1.0, self._limit / 2)

    def on_success(self) -> None:
        """A call was answered: after a whole round of them, one more may be in flight."""
        self._limit = min(float(self._max_in_flight), self._limit + 1.0 / self._limit)
        self._admit_waiters()

    async def _acquire(self, priority: Priority, caller: CallerKey) -> None:
        if self._in_flight < self.limit and not any(
            queue.by_caller for queue in self._queues.values()
        ):
            self._admit(caller)
            return
        waiter = _Waiter(caller, asyncio.get_running_loop().create_future())
        self._enqueue(priority, waiter)
        try:
            await waiter.future
        except asyncio.CancelledError:
            if waiter.future.done() and not waiter.future.cancelled():
                self._release(caller)  # the turn came in the same moment as the end
            else:
                self._queues[priority].remove(_queue_key(priority, caller), waiter)
            raise

    def _enqueue(self, priority: Priority, waiter: _Waiter) -> None:
        queue = self._queues[priority]
        if not queue.by_caller:  # a rank that was idle has saved up no turns
            virtual_times = [
                other.virtual_time for other in self._queues.values() if other.by_caller
            ]
            queue.virtual_time = max(
                queue.virtual_time, min(virtual_times, default=queue.virtual_time)
            )
        queue.add(_queue_key(priority, waiter.caller), waiter)

    def _admit(self, caller: CallerKey) -> None:
        self._in_flight += 1
        self._in_flight_by_caller[caller] = self._in_flight_by_caller.get(caller, 0) + 1

    def _release(self, caller: CallerKey) -> None:
        self._in_flight -= 1
        self._in_flight_by_caller[caller] -= 1
        if not self._in_flight_by_caller[caller]:
            del self._in_flight_by_caller[caller]
        self._admit_waiters()

    def _admit_waiters(self) -> None:
        while self._in_flight < self.limit:
            ready = [rank for rank, queue in self._queues.items() if queue.by_caller]
            if not ready:
                return
            rank = min(ready, key=lambda item: (self._queues[item].virtual_time, item))
            queue = self._queues[rank]
            key = min(queue.by_caller, key=lambda item: self._in_flight_by_caller.get(item, 0))
            waiter = queue.by_caller[key][0]
            queue.remove(key, waiter)
            if waiter.future.cancelled():  # given up in this very moment, together with who left
                continue
            queue.virtual_time += 1 / _WEIGHTS[rank]
            self._admit(waiter.caller)
            waiter.future.set_result(None)


def _queue_key(priority: Priority, caller: CallerKey) -> CallerKey:
    """First pages stand in one line, in order of arrival; further ones in one for each asker."""
    return None if priority is Priority.FIRST else caller
