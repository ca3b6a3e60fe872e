"""Receives the reports of commits from a bot's process, and strikes at a chosen one."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.crash.points import Point

Strike = Callable[[], Awaitable[bool]]
"""Strikes; returns whether the process may continue."""

BY_TIME = frozenset({"lives", "workflow_status", "workflow_status+call_doctor_inbox"})
"""Writes on a timer, heartbeats and cleanup, which belong to no step."""


@dataclass(slots=True)
class Gate:
    """Counts commits once armed, and strikes at the chosen one."""

    path: str
    armed: bool = False
    wanted: Point | None = None
    strike: Strike | None = None
    commits: list[str] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)

    def arm(self, wanted: Point | None, strike: Strike) -> None:
        """Start counting."""
        self.armed, self.wanted, self.strike = True, wanted, strike

    def disarm(self) -> None:
        """Stop counting and striking."""
        self.armed = False

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one thread of the bot's process."""
        number = 0
        try:
            while line := await reader.readline():
                moment, label = line.decode().split()
                if moment == "before":
                    number = self._count(label)
                if await self._passes(Point("commit", label, number, moment)):
                    writer.write(b".")
                    await writer.drain()
        except ConnectionError:
            return  # killed
        finally:
            writer.close()

    def _count(self, label: str) -> int:
        if not self.armed or label in BY_TIME:
            return 0
        self.commits.append(label)
        self._counts[label] += 1
        return self._counts[label]

    async def _passes(self, point: Point) -> bool:
        if not self.armed or point != self.wanted or self.strike is None:
            return True
        self.wanted = None
        return await self.strike()


@asynccontextmanager
async def open_gate() -> AsyncIterator[Gate]:
    """Run a gate for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="gate-") as folder:
        gate = Gate(str(Path(folder) / "s"))
        server = await asyncio.start_unix_server(gate.talk, gate.path)
        try:
            yield gate
        finally:
            server.close()
