"""Limits the calls in flight to one workspace and decides which call goes next.

100ms documents no rate for its events endpoint, only that it may answer 429. So the limit is found
by trying, as TCP does: it is halved at each 429 and grows by one for each round of answers, up to
the configured number. Neither `asyncio.Semaphore` nor `aiolimiter` can change its number or order
its waiters, and the libraries found for it are experiments of one release.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import IntEnum


class Priority(IntEnum):
    """The urgency of a call; each rank gets about three times the turns of the next one."""

    FIRST = 0  # needed for the first sentence of an answer
    NEXT_PAGE = 1  # a further page of one list
    BACKGROUND = 2  # not yet needed by a waiting person


_WEIGHTS = {Priority.FIRST: 9, Priority.NEXT_PAGE: 3, Priority.BACKGROUND: 1}

CallerKey = Hashable


@dataclass(frozen=True, slots=True)
class _Waiter:
    caller: CallerKey
    future: "asyncio.Future[None]"


@dataclass(slots=True)
class _Queue:
    """Waiting calls of one rank, by caller.

    `virtual_time` is the number of turns taken, weighted by the rank's share.
    """

    by_caller: OrderedDict[CallerKey, deque[_Waiter]] = field(default_factory=OrderedDict)
    virtual_time: float = 0.0

    def add(self, caller: CallerKey, waiter: _Waiter) -> None:
        """Add a waiter at the end of its caller's queue."""
        self.by_caller.setdefault(caller, deque()).append(waiter)

    def remove(self, caller: CallerKey, waiter: _Waiter) -> None:
        """Remove a waiter, if it is queued; its caller then goes behind the other callers."""
        waiters = self.by_caller.get(caller, deque())
        if waiter not in waiters:
            return
        waiters.remove(waiter)
        self.by_caller.move_to_end(caller)
        if not waiters:
            del self.by_caller[caller]


class ConcurrencyLimiter:
    """At most `max_in_flight` calls in flight, fewer after a 429.

    First pages go in order of arrival. Further pages of many look-ups take turns, so that a room
    of a thousand pages does not keep a small one waiting; no call is passed over for good.
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
        """The number of calls that may be in flight now."""
        return int(self._limit)

    @property
    def in_flight(self) -> int:
        """The number of calls in flight."""
        return self._in_flight

    @asynccontextmanager
    async def slot(self, priority: Priority, caller: CallerKey) -> AsyncIterator[int]:
        """Wait for a turn and hold it; yield the round number for `on_rate_limit`."""
        await self._acquire(priority, caller)
        try:
            yield self._round_number
        finally:
            self._release(caller)

    def on_rate_limit(self, round_number: int) -> None:
        """Halve the limit after a 429, once for all calls that were in flight in that round."""
        if round_number == self._round_number:
            self._round_number += 1
            self._limit = max(1.0, self._limit / 2)

    def on_success(self) -> None:
        """Count an answer: after a whole round of answers the limit grows by one."""
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
                self._release(caller)  # the turn came in the moment of the cancellation
            else:
                self._queues[priority].remove(_queue_key(priority, caller), waiter)
            raise

    def _enqueue(self, priority: Priority, waiter: _Waiter) -> None:
        queue = self._queues[priority]
        if not queue.by_caller:  # an idle rank does not save up turns
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
            if waiter.future.cancelled():  # cancelled in this very moment, together with its caller
                continue
            queue.virtual_time += 1 / _WEIGHTS[rank]
            self._admit(waiter.caller)
            waiter.future.set_result(None)


def _queue_key(priority: Priority, caller: CallerKey) -> CallerKey:
    """Return the queue of a call: one for all first pages, one for each caller's further pages."""
    return None if priority is Priority.FIRST else caller
