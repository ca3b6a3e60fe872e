"""A request to 100ms: its caller, its limits (retries, backoff) and the waits it announces."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tenacity import RetryCallState

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
        wait = max(1, math.floor(seconds))
        await self._tell(f"100ms is rate-limiting us. Continuing in {wait} s.")


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


@dataclass(frozen=True, slots=True)
class CallLimits:
    """Seconds and counts of one call.

    `call` bounds the time of all attempts and of the pauses we choose ourselves. Waits that 100ms
    announces come on top of it, at most `wait_once` each and `wait_all` together. After `failures`
    in a row, which is more than one call makes, no call to the workspace is made for `rest`
    seconds; then a trial call of at most `trial` seconds is made.
    """

    connect: float = 5.0
    attempt: float = 14.0
    call: float = 30.0
    attempts: int = 4
    waits: int = 6
    wait_once: float = 60.0
    wait_all: float = 120.0
    in_flight: int = 8
    failures: int = 8
    rest: float = 10.0
    trial: float = 5.0


class TransientError(Exception):
    """An attempt failed in a way that may pass."""


class RateLimited(Exception):
    """100ms asks us to wait, for `seconds` if it said how long."""

    def __init__(self, message: str, seconds: float | None) -> None:
        super().__init__(message)
        self.seconds = seconds


class RetryBudget:
    """The remaining limits of one call; supplies tenacity's `wait` and `stop`."""

    def __init__(self, limits: CallLimits) -> None:
        self._limits = limits
        self._spent = 0.0
        self._waited = 0.0
        self._failures = 0
        self._rate_limits = 0

    @property
    def attempt_seconds(self) -> float:
        """Seconds the next attempt may take; 0 if the time is used up."""
        return max(0.0, min(self._limits.attempt, self._limits.call - self._spent))

    def spend(self, seconds: float) -> None:
        """Count the seconds of an attempt."""
        self._spent += seconds

    def wait(self, state: RetryCallState) -> float:
        """Return the seconds to pause after this failure, with jitter so that calls spread out."""
        failure = _failure(state)
        if isinstance(failure, RateLimited):
            self._rate_limits += 1
            if failure.seconds is not None:
                pause = max(1.0, failure.seconds) + random.uniform(0.0, 0.5)  # noqa: S311
                self._waited += pause
                return pause
            pause = 2.0 ** (self._rate_limits - 1) * random.uniform(1.0, 1.25)  # noqa: S311
        else:
            self._failures += 1
            pause = 0.5 * 2.0 ** (self._failures - 1) * random.uniform(0.5, 1.5)  # noqa: S311
        self._spent += pause
        return pause

    def stop(self, state: RetryCallState) -> bool:
        """Return True if another attempt is beyond the limits. tenacity asks after `wait`."""
        limits, failure = self._limits, _failure(state)
        if isinstance(failure, RateLimited) and failure.seconds is not None:
            too_long = failure.seconds > limits.wait_once or self._waited > limits.wait_all
            return too_long or self._rate_limits > limits.waits
        exhausted = self._failures >= limits.attempts or self._rate_limits > limits.waits
        return exhausted or self._spent >= limits.call


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
