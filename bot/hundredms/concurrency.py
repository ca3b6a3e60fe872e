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
    FURTHER = 1  # a further page of one list
    ASIDE = 2  # what somebody is not waiting for yet


_SHARE = {Priority.FIRST: 9, Priority.FURTHER: 3, Priority.ASIDE: 1}

Asker = Hashable


@dataclass(frozen=True, slots=True)
class _Waiting:
    asker: Asker
    turn: "asyncio.Future[None]"


@dataclass(slots=True)
class _Queue:
    """Calls of one rank, in lines. `used` is the time of turns, weighed by the rank's share."""

    lines: OrderedDict[Asker, deque[_Waiting]] = field(default_factory=OrderedDict)
    used: float = 0.0

    def add(self, line: Asker, one: _Waiting) -> None:
        """At the end of its line."""
        self.lines.setdefault(line, deque()).append(one)

    def remove(self, line: Asker, one: _Waiting) -> None:
        """Out of its line, if it stands there; the line steps back behind the others."""
        calls = self.lines.get(line, deque())
        if one not in calls:
            return
        calls.remove(one)
        self.lines.move_to_end(line)
        if not calls:
            del self.lines[line]


class ConcurrencyLimiter:
    """At most `most` calls in flight, fewer after a 429.

    First pages go in order of arrival. Further pages of many look-ups take turns, so that a
    room of a thousand pages does not keep a small one waiting; nobody is passed over for good.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = float(most)
        self._in_flight = 0
        self._flying: dict[Asker, int] = {}
        self._queues = {rank: _Queue() for rank in Priority}
        self._rounds = 0

    @property
    def limit(self) -> int:
        """Calls that may be in flight now."""
        return int(self._limit)

    @property
    def in_flight(self) -> int:
        """Calls in flight."""
        return self._in_flight

    @asynccontextmanager
    async def slot(self, rank: Priority, asker: Asker) -> AsyncIterator[int]:
        """Wait for a turn, and hold it; gives the round, for `slow_down`."""
        await self._enter(rank, asker)
        try:
            yield self._rounds
        finally:
            self._leave(asker)

    def on_rate_limit(self, begun_in: int) -> None:
        """100ms said 429 to a call: halve the number, once for all that were then in flight."""
        if begun_in == self._rounds:
            self._rounds += 1
            self._limit = max(1.0, self._limit / 2)

    def on_success(self) -> None:
        """A call was answered: after a whole round of them, one more may be in flight."""
        self._limit = min(float(self._most), self._limit + 1.0 / self._limit)
        self._let_in()

    async def _enter(self, rank: Priority, asker: Asker) -> None:
        if self._in_flight < self.limit and not any(q.lines for q in self._queues.values()):
            self._take(asker)
            return
        one = _Waiting(asker, asyncio.get_running_loop().create_future())
        self._line_up(rank, one)
        try:
            await one.turn
        except asyncio.CancelledError:
            if one.turn.done() and not one.turn.cancelled():
                self._leave(asker)  # the turn came in the same moment as the end
            else:
                self._queues[rank].remove(_line(rank, asker), one)
            raise

    def _line_up(self, rank: Priority, one: _Waiting) -> None:
        queue = self._queues[rank]
        if not queue.lines:  # a rank that was idle has saved up no turns
            waiting = [other.used for other in self._queues.values() if other.lines]
            queue.used = max(queue.used, min(waiting, default=queue.used))
        queue.add(_line(rank, one.asker), one)

    def _take(self, asker: Asker) -> None:
        self._in_flight += 1
        self._flying[asker] = self._flying.get(asker, 0) + 1

    def _leave(self, asker: Asker) -> None:
        self._in_flight -= 1
        self._flying[asker] -= 1
        if not self._flying[asker]:
            del self._flying[asker]
        self._let_in()

    def _let_in(self) -> None:
        while self._in_flight < self.limit:
            ready = [rank for rank, queue in self._queues.items() if queue.lines]
            if not ready:
                return
            rank = min(ready, key=lambda one: (self._queues[one].used, one))
            queue = self._queues[rank]
            line = min(queue.lines, key=lambda one: self._flying.get(one, 0))
            one = queue.lines[line][0]
            queue.remove(line, one)
            if one.turn.cancelled():  # given up in this very moment, together with who left
                continue
            queue.used += 1 / _SHARE[rank]
            self._take(one.asker)
            one.turn.set_result(None)


def _line(rank: Priority, asker: Asker) -> Asker:
    """First pages stand in one line, in order of arrival; further ones in one for each asker."""
    return None if rank is Priority.FIRST else asker
