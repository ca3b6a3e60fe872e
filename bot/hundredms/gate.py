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


class Rank(IntEnum):
    """How much a call hurries; each rank gets about three times the turns of the next one."""

    FIRST = 0  # what the first sentence of an answer needs
    FURTHER = 1  # a further page of one list
    ASIDE = 2  # what somebody is not waiting for yet


_SHARE = {Rank.FIRST: 9, Rank.FURTHER: 3, Rank.ASIDE: 1}

Asker = Hashable


@dataclass(slots=True)
class _Waiting:
    turn: "asyncio.Future[None]"
    number: int


@dataclass(slots=True)
class _Queue:
    """Calls of one rank, by asker. `used` is the time of turns, weighed by the rank's share."""

    askers: OrderedDict[Asker, deque[_Waiting]] = field(default_factory=OrderedDict)
    used: float = 0.0

    def settle(self) -> bool:
        """Leave out who has gone away; True if anybody waits."""
        for asker in list(self.askers):
            calls = self.askers[asker]
            while calls and calls[0].turn.done():
                calls.popleft()
            if not calls:
                del self.askers[asker]
        return bool(self.askers)


class Gate:
    """At most `most` calls in flight, fewer after a 429.

    First pages go in order of arrival. Further pages of many look-ups take turns, so that a
    room of a thousand pages does not keep a small one waiting; nobody is passed over for good.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = float(most)
        self._flying: dict[Asker, int] = {}
        self._queues = {rank: _Queue() for rank in Rank}
        self._numbers = 0
        self._rounds = 0

    @property
    def limit(self) -> int:
        """Calls that may be in flight now."""
        return int(self._limit)

    @property
    def in_flight(self) -> int:
        """Calls in flight."""
        return sum(self._flying.values())

    @asynccontextmanager
    async def turn(self, rank: Rank, asker: Asker) -> AsyncIterator[int]:
        """Wait for a turn, and hold it; gives the round, for `slow_down`."""
        await self._enter(rank, asker)
        try:
            yield self._rounds
        finally:
            self._leave(asker)

    def slow_down(self, begun_in: int) -> None:
        """100ms said 429 to a call: halve the number, once for all that were then in flight."""
        if begun_in == self._rounds:
            self._rounds += 1
            self._limit = max(1.0, self._limit / 2)

    def speed_up(self) -> None:
        """A call was answered: after a whole round of them, one more may be in flight."""
        self._limit = min(float(self._most), self._limit + 1.0 / self._limit)
        self._let_in()

    async def _enter(self, rank: Rank, asker: Asker) -> None:
        if self.in_flight < self.limit and not any(q.settle() for q in self._queues.values()):
            self._take(asker)
            return
        turn = asyncio.get_running_loop().create_future()
        self._line_up(rank, asker, turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave(asker)  # the turn came in the same moment as the end
            raise

    def _line_up(self, rank: Rank, asker: Asker, turn: "asyncio.Future[None]") -> None:
        queue = self._queues[rank]
        if not queue.settle():  # a rank that was idle has saved up no turns
            waiting = [other.used for other in self._queues.values() if other.settle()]
            queue.used = max(queue.used, min(waiting, default=queue.used))
        self._numbers += 1
        queue.askers.setdefault(asker, deque()).append(_Waiting(turn, self._numbers))

    def _take(self, asker: Asker) -> None:
        self._flying[asker] = self._flying.get(asker, 0) + 1

    def _leave(self, asker: Asker) -> None:
        self._flying[asker] -= 1
        if not self._flying[asker]:
            del self._flying[asker]
        self._let_in()

    def _let_in(self) -> None:
        while self.in_flight < self.limit:
            ready = [rank for rank, queue in self._queues.items() if queue.settle()]
            if not ready:
                return
            rank = min(ready, key=lambda one: (self._queues[one].used, one))
            self._queues[rank].used += 1 / _SHARE[rank]
            askers, asker = self._queues[rank].askers, self._next(rank)
            self._take(asker)
            askers[asker].popleft().turn.set_result(None)
            askers.move_to_end(asker)

    def _next(self, rank: Rank) -> Asker:
        askers = self._queues[rank].askers
        if rank is Rank.FIRST:
            return min(askers, key=lambda one: askers[one][0].number)
        return min(askers, key=lambda one: self._flying.get(one, 0))
