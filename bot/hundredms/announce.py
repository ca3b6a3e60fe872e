"""Telling the asker that 100ms makes us wait: once, though five cursors wait side by side."""

import math
from datetime import datetime, timedelta

from bot.investigate.ports import Clock, Tell

_SAME = timedelta(seconds=1)


class Announcer:
    """Tells of waits, except of those that end no later than one that was told already."""

    def __init__(self, tell: Tell, clock: Clock) -> None:
        self._tell = tell
        self._clock = clock
        self._told_until: datetime | None = None

    async def wait(self, seconds: float) -> None:
        """Say that we wait that long, in one sentence."""
        until = self._clock() + timedelta(seconds=seconds)
        if self._told_until and until <= self._told_until + _SAME:
            return
        self._told_until = until
        await self._tell(f"100ms asks us to wait {max(1, math.floor(seconds))} s.")
