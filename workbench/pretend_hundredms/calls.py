"""The log of calls: what was asked, when, and what came of it. Never a token."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from workbench.pretend_hundredms.ids import digest


@dataclass(slots=True)
class Call:
    """One call; ``status`` stays None if no answer was begun, times are seconds since 1970.

    ``token`` tells tokens apart without holding them: 1 is the first ever shown, and so on.
    """

    number: int
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    started: float
    finished: float | None = None
    status: int | None = None
    workspace: str | None = None
    fault: str | None = None
    token: int | None = None

    def values(self, name: str) -> list[str]:
        """All values of a query parameter."""
        return [value for key, value in self.query if key == name]


class CallLog:
    """Calls in the order of their arrival, and how many ran side by side."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.in_flight = 0
        self.max_in_flight = 0
        self._count = 0
        self._tokens: dict[bytes, int] = {}

    def begin(
        self, method: str, path: str, query: tuple[tuple[str, str], ...], header: str = ""
    ) -> Call:
        """Write down a call that has arrived; ``header`` is its Authorization, not kept."""
        self._count += 1
        call = Call(self._count, method, path, query, time.time())
        if header:
            known = self._tokens.setdefault(digest(header), len(self._tokens) + 1)
            call.token = known
        self.calls.append(call)
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        return call

    def end(self, call: Call) -> None:
        """Write down that a call is over."""
        call.finished = time.time()
        self.in_flight -= 1

    def clear(self) -> None:
        """Forget all calls; those under way still count as in flight."""
        self.calls.clear()
        self.max_in_flight = self.in_flight

    def of(self, path_prefix: str) -> list[Call]:
        """The calls whose path begins so."""
        return [call for call in self.calls if call.path.startswith(path_prefix)]

    def not_reads(self) -> list[Call]:
        """The calls that were no GET: a read-only client makes none."""
        return [call for call in self.calls if call.method != "GET"]

    def as_json(self) -> dict[str, Any]:
        """Everything, for the control endpoint."""
        return {
            "calls": [asdict(call) for call in self.calls],
            "count": len(self.calls),
            "not_reads": len(self.not_reads()),
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
        }
