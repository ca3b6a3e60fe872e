"""A request to 100ms, its caller, and the notices to that caller when 100ms makes us wait."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.hundredms.concurrency import Priority
from bot.investigate.ports import Clock, Tell

_TOLERANCE = timedelta(seconds=1)


class WaitNotifier:
    """Announces waits to the asker, once for waits that run side by side (there may be five).

    A wait that ends no later than an announced one is not announced.
    """

    def __init__(self, tell: Tell, clock: Clock) -> None:
        self._tell = tell
        self._clock = clock
        self._announced_until: datetime | None = None

    async def announce(self, seconds: float) -> None:
        """Say in one sentence that we wait that long."""
        until = self._clock() + timedelta(seconds=seconds)
        if self._announced_until and until <= self._announced_until + _TOLERANCE:
            return
        self._announced_until = until
        await self._tell(f"100ms asks us to wait {max(1, math.floor(seconds))} s.")


Params = Mapping[str, str | int]

MAX_BODY = 8_000_000
"""The largest body that is read, in bytes. A page of a hundred events takes a tenth of that."""
MAX_SESSIONS_BODY = 48_000_000
"""A page of a hundred sessions of large rooms takes some megabytes."""


@dataclass(frozen=True, slots=True)
class Request:
    """A GET request. `name` is the endpoint without ids, for logs.

    `absent_statuses` are HTTP statuses that mean "nothing there" for this request, whatever they
    mean elsewhere. A body of more than `max_body` bytes is refused.
    """

    name: str
    path: str
    params: Params = field(default_factory=dict)
    absent_statuses: frozenset[int] = frozenset()
    max_body: int = MAX_BODY

    @property
    def has_cursor(self) -> bool:
        """True if the request asks for a further page."""
        return "start" in self.params


@dataclass(frozen=True, slots=True)
class Caller:
    """The look-up that makes a call. `wait_notifier` announces waits.

    `aside` is true for calls that let all others go first.
    """

    wait_notifier: WaitNotifier | None = None
    aside: bool = False

    def priority(self, request: Request) -> Priority:
        """Return the priority of a request of this caller."""
        if self.aside:
            return Priority.BACKGROUND
        return Priority.NEXT_PAGE if request.has_cursor else Priority.FIRST


ANONYMOUS = Caller()
