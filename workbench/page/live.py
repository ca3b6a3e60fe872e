"""Server-sent events: every document once, then each that changes."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.responses import StreamingResponse

from workbench.page.changes import Changes

LOOK_SECONDS = 0.1
HEARTBEAT_SECONDS = 15.0


@dataclass(slots=True)
class Live:
    """The stream of changes; `notes` are words for the page, such as which template changed."""

    changes: Changes
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    notes: list[str] = field(default_factory=list)

    def stream(self) -> StreamingResponse:
        """One page's stream."""
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(self._events(), media_type="text/event-stream", headers=headers)

    async def _events(self) -> AsyncIterator[str]:
        version, noted, quiet = 0, len(self.notes), 0.0
        while not self.closing.is_set():
            self.changes.look()
            if self.changes.version > version:
                found = self.changes.since(version)
                version, quiet = self.changes.version, 0.0
                yield _event("documents", found)
            for note in self.notes[noted:]:
                yield _event("note", note)
            noted = len(self.notes)
            if quiet >= HEARTBEAT_SECONDS:
                quiet = 0.0
                yield ": still here\n\n"
            await asyncio.sleep(LOOK_SECONDS)
            quiet += LOOK_SECONDS


def _event(name: str, content: object) -> str:
    return f"event: {name}\ndata: {json.dumps(content)}\n\n"
