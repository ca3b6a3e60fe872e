"""One question to 100ms, and for whom it is asked.

Telling the asker that 100ms makes us wait: once, though five cursors wait side by side.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.hundredms.concurrency import Priority
from bot.investigate.ports import Clock, Tell

_TOLERANCE = timedelta(seconds=1)


class WaitNotifier:
    """Tells of waits, except of those that end no later than one that was told already."""

    def __init__(self, tell: Tell, clock: Clock) -> None:
        self._tell = tell
        self._clock = clock
        self._announced_until: datetime | None = None

    async def announce(self, seconds: float) -> None:
        """Say that we wait that long, in one sentence."""
        until = self._clock() + timedelta(seconds=seconds)
        if self._announced_until and until <= self._announced_until + _TOLERANCE:
            return
        self._announced_until = until
        await self._tell(f"100ms asks us to wait {max(1, math.floor(seconds))} s.")


Params = Mapping[str, str | int]

MAX_BODY = 8_000_000
"""Bytes of the largest body that is read. A page of a hundred events takes a tenth of that."""
MAX_SESSIONS_BODY = 48_000_000
"""A page of a hundred sessions of large rooms takes some megabytes."""


@dataclass(frozen=True, slots=True)
class Request:
    """A GET. `name` is the endpoint without ids, for logs.

    `absent` are statuses that here mean "nothing there", whatever they mean elsewhere. A body of
    more than `largest` bytes is refused.
    """

    name: str
    path: str
    params: Params = field(default_factory=dict)
    absent_statuses: frozenset[int] = frozenset()
    max_body: int = MAX_BODY

    @property
    def has_cursor(self) -> bool:
        """True if it asks for a further page."""
        return "start" in self.params


@dataclass(frozen=True, slots=True)
class Caller:
    """Who hears of waits; `aside` is true for calls that let all others go first."""

    wait_notifier: WaitNotifier | None = None
    aside: bool = False

    def priority(self, request: Request) -> Priority:
        """How much the call hurries."""
        if self.aside:
            return Priority.BACKGROUND
        return Priority.NEXT_PAGE if request.has_cursor else Priority.FIRST


ANONYMOUS = Caller()
