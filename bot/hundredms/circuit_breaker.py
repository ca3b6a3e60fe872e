"""A circuit for one workspace: when 100ms is down, nobody waits to hear so again and again.

After some failures in a row (no connection, no answer in time, 5xx) calls are refused at once
for a rest; then one call tries whether 100ms is back, while the others are still refused. Any
other answer, 4xx and 429 too, shows that 100ms lives. The state machine is purgatory's, which
by itself lets all calls through when it is half open and counts a cancelled call as failed.

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
from bot.hundredms.retry import CallLimits, TransientError

OnStateChange = Callable[[str, CircuitState], None]
"""Told when a workspace's circuit changes: alias, state."""

_STATES: dict[str, CircuitState] = {
    "closed": "closed",
    "opened": "open",
    "half-opened": "half_open",
}
_OPTIONAL_ENDPOINTS = frozenset({"analytics/peer-stats", "room-codes/room/{id}", "sessions"})
"""An answer stands without these. They may be down by themselves, and open nothing."""

_Answer = TypeVar("_Answer")
_log = structlog.get_logger(__name__)


class CircuitOpen(Exception):
    """Not tried: 100ms failed again and again a moment ago."""


class Circuit:
    """Attempts go through `run`; each workspace has a circuit of its own."""

    def __init__(self, alias: str, limits: CallLimits) -> None:
        self._alias = alias
        self._limits = limits
        self._on_state: OnStateChange | None = None
        self._context = Context(alias, limits.failures, limits.rest)
        self._trial_running = False
        self.state: CircuitState = "closed"

    def subscribe(self, on_state: OnStateChange) -> None:
        """Tell the state now, and whenever it changes."""
        self._on_state = on_state
        on_state(self._alias, self.state)

    def raise_if_open(self) -> None:
        """Raises Paused if an attempt would be refused now: nobody need queue for it."""
        is_resting = self._context.opened_at is not None and (
            time.time() <= self._context.opened_at + self._limits.rest
        )
        if self._trial_running or (self.state == "open" and is_resting):
            raise CircuitOpen

    def attempt_timeout(self, seconds: float) -> float:
        """How long an attempt may take: a trial is shorter, since somebody waits for it."""
        return min(seconds, self._limits.trial) if self.state == "half_open" else seconds

    async def run(self, request: Request, attempt: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """What the attempt answers. Raises Paused without trying, or what the attempt raises."""
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
        """Tell the state machine how it went; what was cancelled tells nothing of 100ms."""
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
        self._context.messages.clear()  # meant for stores of purgatory's that we do not use
        state = _STATES[self._context.state]
        if state != self.state:
            self.state = state
            _log.warning("hundredms.circuit", workspace=self._alias, state=state)
            if self._on_state is not None:
                self._on_state(self._alias, state)
