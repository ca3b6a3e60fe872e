"""A clock that runs faster than the machine's, and that tests move ahead."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.investigate.live_calls import LiveCalls

_POLL_SECONDS = 0.02


class FastClock:
    """A clock that runs `speed` times as fast as the machine's; its sleeps last as much less."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._start = datetime.now(UTC)
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the time in UTC."""
        passed = datetime.now(UTC) - self._start
        return self._start + passed * self._speed + self._ahead

    def jump(self, span: timedelta) -> None:
        """Move the clock ahead; whoever sleeps until then wakes."""
        self._ahead += span

    def attach(self, live: LiveCalls) -> None:
        """Let watches sleep by this clock."""
        live.sleep = self.sleep

    async def sleep(self, seconds: float) -> None:
        """Sleep for so many seconds of this clock."""
        due = self.now() + timedelta(seconds=seconds)
        while (left := (due - self.now()).total_seconds()) > 0:  # noqa: ASYNC110  the clock jumps
            await asyncio.sleep(min(left / self._speed, _POLL_SECONDS))
