"""An empty database for each run, and a server of its own for a run that crashes it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from workbench.postgres import PostgresServer

Kind = Literal["sqlite", "postgresql"]


@dataclass(frozen=True, slots=True)
class Database:
    """`url` is empty for a file of the run's own; `crash` restarts the server under everybody."""

    url: str
    crash: Callable[[], None] | None = None


@dataclass(slots=True)
class Databases:
    """Makes them."""

    start: Callable[[], PostgresServer]
    _shared: list[PostgresServer] = field(default_factory=list)
    _free: list[PostgresServer] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @asynccontextmanager
    async def one(self, kind: Kind, *, crashing: bool = False) -> AsyncIterator[Database]:
        """An empty database while the block runs."""
        name = f"crash_{next(self._numbers)}"
        if kind == "sqlite":
            yield Database("")
        elif not crashing:
            if not self._shared:
                self._shared.append(self.start())
            yield Database(await asyncio.to_thread(self._shared[0].database, name))
        else:
            server = self._free.pop() if self._free else self.start()
            try:
                url = await asyncio.to_thread(server.database, name)
                yield Database(url, server.restart)
            finally:
                self._free.append(server)
