"""One question to 100ms, and for whom it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.hundredms.announce import Announcer
from bot.hundredms.gate import Rank

Params = Mapping[str, str | int]

LARGEST = 8_000_000
"""Bytes of the largest body that is read. A page of a hundred events takes a tenth of that."""
LARGEST_OF_SESSIONS = 48_000_000
"""A page of a hundred sessions of large rooms takes some megabytes."""


@dataclass(frozen=True, slots=True)
class Call:
    """A GET. `name` is the endpoint without ids, for logs.

    `absent` are statuses that here mean "nothing there", whatever they mean elsewhere. A body of
    more than `largest` bytes is refused.
    """

    name: str
    path: str
    params: Params = field(default_factory=dict)
    absent: frozenset[int] = frozenset()
    largest: int = LARGEST

    @property
    def cursor(self) -> bool:
        """True if it asks for a further page."""
        return "start" in self.params


@dataclass(frozen=True, slots=True)
class Asker:
    """Who hears of waits; `aside` is true for calls that let all others go first."""

    announcer: Announcer | None = None
    aside: bool = False

    def rank(self, call: Call) -> Rank:
        """How much the call hurries."""
        if self.aside:
            return Rank.ASIDE
        return Rank.FURTHER if call.cursor else Rank.FIRST


NOBODY = Asker()
