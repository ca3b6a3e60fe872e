"""A request to 100ms, and the look-up that makes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.hundredms.concurrency import Priority
from bot.hundredms.retries import WaitNotifier

Params = Mapping[str, str | int | Sequence[str]]
"""A sequence is sent as a parameter for each of its values."""

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
