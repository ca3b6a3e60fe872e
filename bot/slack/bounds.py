"""How many look-ups may ask 100ms at once, of everybody and of one person, and how many wait.

In this process: several share the work as it comes to them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.domain.errors import TooManyWaiting
from bot.investigate.ports import Tell


@dataclass(slots=True)
class _Asker:
    turns: asyncio.Semaphore
    lookups: int = 0


class Bounds:
    """`depth` hears how many look-ups wait whenever that changes."""

    def __init__(
        self, at_once: int, per_asker: int, waiting: int, depth: Callable[[int], None]
    ) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._per_asker = per_asker
        self._most = waiting
        self._depth = depth
        self._askers: dict[str, _Asker] = {}
        self._waiting = 0

    def admit(self) -> None:
        """Raises TooManyWaiting if no more can be taken on; to be asked before one is recorded."""
        if self._waiting >= self._most:
            raise TooManyWaiting(f"{self._waiting} look-ups wait for their turn already.")

    @asynccontextmanager
    async def turn(self, asker: str, tell: Tell) -> AsyncIterator[None]:
        """Wait for a turn and hold it; an asker who must wait for their own look-ups is told."""
        known = self._askers.setdefault(asker, _Asker(asyncio.Semaphore(self._per_asker)))
        known.lookups += 1
        try:
            async with self._waited(known, tell):
                yield
        finally:
            known.lookups -= 1
            if not known.lookups:
                del self._askers[asker]

    @asynccontextmanager
    async def _waited(self, asker: _Asker, tell: Tell) -> AsyncIterator[None]:
        self._change(+1)
        waits = True
        try:
            if asker.turns.locked():
                await tell("Waiting for your other look-ups …")
            async with asker.turns, self._turns:
                waits = False
                self._change(-1)
                yield
        finally:
            if waits:
                self._change(-1)

    def _change(self, by: int) -> None:
        self._waiting += by
        self._depth(self._waiting)
