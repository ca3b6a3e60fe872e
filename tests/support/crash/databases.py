"""An empty database for each run; a run that crashes the database gets its own server."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Connection, column, create_engine, select, table, text

from workbench.postgres import PostgresServer

Kind = Literal["sqlite", "postgresql"]


@dataclass(frozen=True, slots=True)
class Database:
    """A database's URL, empty for a file of the run's own; `crash` restarts its server."""

    url: str
    crash: Callable[[], None] | None = None


@dataclass(slots=True)
class Databases:
    """Makes databases of either kind."""

    start: Callable[[], PostgresServer]
    _shared: list[PostgresServer] = field(default_factory=list)
    _free: list[PostgresServer] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @asynccontextmanager
    async def one(self, kind: Kind, *, crashing: bool = False) -> AsyncIterator[Database]:
        """Make an empty database for the length of the block."""
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


def silence(url: str) -> None:
    """Age all heartbeats: a live process renews its own within 3 s."""
    with _connected(url) as connection:
        connection.execute(text("UPDATE lives SET beat_at = beat_at - 3600"))


def count_votes(url: str) -> int:
    """Return how many votes are stored."""
    with _connected(url) as connection:
        return len(connection.execute(select(table("votes", column("voter")).c.voter)).all())


def count_left(url: str, *, given: bool) -> int:
    """Return how many jobs are not over, or with `given` how many payloads are not cleared.

    The tables of `bot/jobs` and dbos' own; SQLite keeps them in a file beside the other.
    """
    postgres = url.startswith("postgresql")
    schema = "dbos" if postgres else None
    jobs = table("workflow_status", column("workflow_uuid"), column("status"), schema=schema)
    inbox = table("call_doctor_inbox", column("job_id"), column("payload"))
    payloads = table("workflow_input", schema=schema)
    left = inbox.c.payload.is_not(None)
    begun = select(1).where(jobs.c.workflow_uuid == inbox.c.job_id).exists()
    if given:
        queries = [
            select(column("workflow_uuid")).select_from(payloads),
            select(inbox.c.job_id).where(left),
        ]
    else:
        under_way = jobs.c.status.in_(("PENDING", "ENQUEUED"))
        queries = [
            select(jobs.c.status).where(under_way),
            select(inbox.c.job_id).where(left, ~begun),
        ]
    with _connected(url if postgres else url.replace(".db", "-jobs.db")) as connection:
        return sum(len(connection.execute(query).all()) for query in queries)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
