"""Heartbeats: a row for each process that shares the database, updated every few seconds."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Float, cast, delete, extract, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.functions import now

from bot.storage.tables import LIVES, as_store_errors

_MAX_SILENCE = 24 * 3600
"""Seconds after which the row of a process that did not record its end is deleted."""


class SqlProcessRegistry:
    """See `bot.jobs.ports.ProcessRegistry`.

    A SQLite file has one process at a time (`bot.storage.connect.lock_sqlite_file`).
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"

    async def beat(self, process_id: str) -> None:
        """Record that this process is alive."""
        same_process = LIVES.c.life == process_id
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                result = await connection.execute(
                    update(LIVES).where(same_process).values(beat_at=self._database_time())
                )
                if not result.rowcount:
                    is_expired = LIVES.c.beat_at < self._database_time() - _MAX_SILENCE
                    await connection.execute(delete(LIVES).where(is_expired))
                    row = select(literal(process_id), self._database_time())
                    await connection.execute(LIVES.insert().from_select(["life", "beat_at"], row))

    async def end(self, process_id: str) -> None:
        """Record that this process has ended."""
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                await connection.execute(delete(LIVES).where(LIVES.c.life == process_id))

    async def alive(self, within: float) -> Sequence[str]:
        """Return the ids of the processes that sent a heartbeat in the last `within` seconds.

        Return none on SQLite, which allows no other process.
        """
        if self._is_sqlite:
            return ()
        query = select(LIVES.c.life).where(LIVES.c.beat_at > self._database_time() - within)
        with as_store_errors():
            async with self._engine.connect() as connection:
                return tuple((await connection.execute(query)).scalars())

    def _database_time(self) -> ColumnElement[float]:
        """Return the database's time in Unix seconds."""
        if self._is_sqlite:
            return cast(func.strftime("%s", "now"), Float)
        return cast(extract("epoch", now()), Float)
