"""New questions first: each waits three seconds at most for its acknowledgement, no step does."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

TURNS = 6
"""Turns of the loop in which a question that was read may come to its recording, and one that was
recorded to its acknowledgement."""

PATIENCE_SECONDS = 1.0
"""A step gives way for so long and no longer: questions that never end must not stop answers."""


class Precedence:
    """Lets the recording of questions go before the steps of jobs under way."""

    def __init__(self) -> None:
        self._recording = 0
        self._clear = asyncio.Event()
        self._clear.set()

    @contextmanager
    def recording(self) -> Iterator[None]:
        """While the block runs, steps wait to begin."""
        self._recording += 1
        self._clear.clear()
        try:
            yield
        finally:
            self._recording -= 1
            if not self._recording:
                self._clear.set()

    async def give_way(self) -> None:
        """Return when no question is being recorded or about to be, or patience is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                free = 0
                while free < TURNS:
                    await self._clear.wait()
                    await asyncio.sleep(0)
                    free = free + 1 if self._clear.is_set() else 0
