"""Retries of a call to 100ms: the pause after a failure, the wait after a 429, and when to stop."""

import math
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from tenacity import RetryCallState

from bot.investigate.ports import Clock, Tell


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


_SECONDS = re.compile(
    r"(?:retry|try again|wait)\D{0,20}?(\d{1,6}(?:\.\d{1,3})?)\s*(?:s\b|sec)", re.IGNORECASE
)


def parse_wait(headers: Mapping[str, str], message: str, now: datetime) -> float | None:
    """Return the seconds to wait from `Retry-After` (a number or a date), else from the message."""
    retry_after = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", retry_after):
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError, OverflowError):
        match = _SECONDS.search(message)
        return float(match[1]) if match else None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


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
