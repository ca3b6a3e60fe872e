"""A circuit breaker for each workspace: when 100ms is down, calls fail at once.

After `CallLimits.failures` failures in a row (no connection, no answer in time, 5xx) calls are
refused at once for `rest` seconds. Then one trial call checks whether 100ms is back, while all
others are still refused. Any other answer, 4xx and 429 too, shows that 100ms is up. The state
machine is purgatory's, which by itself lets all calls through when it is half open and counts a
cancelled call as failed.

https://learn.microsoft.com/azure/architecture/patterns/circuit-breaker
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from purgatory.domain.model import Context, OpenedState

from bot.domain.metrics import CircuitState
from bot.hundredms.request import Request
from bot.hundredms.retries import CallLimits, TransientError

OnStateChange = Callable[[str, CircuitState], None]
"""Called with the workspace's alias and the new state when a circuit changes."""

_STATES: dict[str, CircuitState] = {
    "closed": "closed",
    "opened": "open",
    "half-opened": "half_open",
}
_OPTIONAL_ENDPOINTS = frozenset({"analytics/peer-stats", "room-codes/room/{id}", "sessions"})
"""Endpoints that an answer can do without. They may be down alone and do not open the circuit."""

_Answer = TypeVar("_Answer")
_log = structlog.get_logger(__name__)


class CircuitOpen(Exception):
    """The call was not made: 100ms failed again and again a moment ago."""


class Circuit:
    """The circuit of one workspace; every attempt goes through `run`."""

    def __init__(self, alias: str, limits: CallLimits) -> None:
        self._alias = alias
        self._limits = limits
        self._on_state: OnStateChange | None = None
        self._context = Context(alias, limits.failures, limits.rest)
        self._trial_running = False
        self.state: CircuitState = "closed"

    def subscribe(self, on_state: OnStateChange) -> None:
        """Call `on_state` with the state now and at every change."""
        self._on_state = on_state
        on_state(self._alias, self.state)

    def raise_if_open(self) -> None:
        """Raise CircuitOpen if an attempt would be refused now, so that it need not queue."""
        is_resting = self._context.opened_at is not None and (
            time.time() <= self._context.opened_at + self._limits.rest
        )
        if self._trial_running or (self.state == "open" and is_resting):
            raise CircuitOpen

    def attempt_timeout(self, seconds: float) -> float:
        """Return the seconds an attempt may take.

        A trial gets fewer, since somebody waits for it.
        """
        return min(seconds, self._limits.trial) if self.state == "half_open" else seconds

    async def run(self, request: Request, attempt: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """Return the answer of `attempt`. Raises CircuitOpen untried, or the attempt's error."""
        self.raise_if_open()
        try:
            self._context.handle_new_request()
        except OpenedState:
            raise CircuitOpen from None
        self._update_state()
        trial = self._trial_running = self.state == "half_open"
        try:
            return await self._run_attempt(request, attempt)
        finally:
            if trial:
                self._trial_running = False
            self._update_state()

    async def _run_attempt(
        self, request: Request, attempt: Callable[[], Awaitable[_Answer]]
    ) -> _Answer:
        """Run the attempt and report its result to the state machine, unless it was cancelled."""
        try:
            answer = await attempt()
        except TransientError as error:
            if request.name not in _OPTIONAL_ENDPOINTS:
                self._context.handle_exception(error)
            raise
        except asyncio.CancelledError:
            raise
        except Exception:
            self._context.handle_end_request()
            raise
        self._context.handle_end_request()
        return answer

    def _update_state(self) -> None:
        self._context.messages.clear()  # meant for purgatory's stores, which we do not use
        state = _STATES[self._context.state]
        if state != self.state:
            self.state = state
            _log.warning("hundredms.circuit", workspace=self._alias, state=state)
            if self._on_state is not None:
                self._on_state(self._alias, state)
