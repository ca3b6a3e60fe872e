"""The ids of a room's sessions, read once for all who need them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.investigate.ahead import let_go
from bot.investigate.budget import KEPT, LONGEST_SESSION
from bot.investigate.evidence_near import Span
from bot.investigate.evidence_sessions import SessionReader
from bot.investigate.ports import Clock, HundredMs

_PAGES = 20
"""More than two thousand sessions are too many to be read one by one."""


@dataclass(slots=True)
class RoomSessions:
    """Sessions that can have events that 100ms still keeps."""

    hundredms: HundredMs
    room_id: str
    clock: Clock
    _reading: "asyncio.Task[Sequence[str]] | None" = None

    async def ids(self) -> Sequence[str]:
        """Newest first, as far as they could be read: trouble leaves some out."""
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read())
        return await asyncio.shield(self._reading)

    def close(self) -> None:
        """Nobody needs them any more."""
        if self._reading:
            let_go({self._reading})

    async def _read(self) -> Sequence[str]:
        reader = SessionReader(self.hundredms, self.room_id, _PAGES)
        await reader.run(Span(self.clock() - KEPT - LONGEST_SESSION, None))
        return [session.id for session in reversed(reader.found)]
