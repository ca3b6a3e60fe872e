"""Which processes share the database: a row for each, touched every few seconds."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Float, cast, delete, extract, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.functions import now

from bot.storage.sql import as_store_errors
from bot.storage.tables import LIVES

_FORGOTTEN = 24 * 3600
"""Seconds after which a life that never said that it ended is dropped."""


class SqlProcessRegistry:
    """See `bot.jobs.ports.Lives`. SQLite has one process at a time (`bot.storage.alone`)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._alone = engine.dialect.name == "sqlite"

    async def beat(self, life: str) -> None:
        """Say that this life goes on."""
        mine = LIVES.c.life == life
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                touched = await connection.execute(
                    update(LIVES).where(mine).values(beat_at=self._clock())
                )
                if not touched.rowcount:
                    old = LIVES.c.beat_at < self._clock() - _FORGOTTEN
                    await connection.execute(delete(LIVES).where(old))
                    row = select(literal(life), self._clock())
                    await connection.execute(LIVES.insert().from_select(["life", "beat_at"], row))

    async def end(self, life: str) -> None:
        """Say that it is over."""
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                await connection.execute(delete(LIVES).where(LIVES.c.life == life))

    async def alive(self, within: float) -> Sequence[str]:
        """Those who said so within that many seconds; nobody else's can be, on SQLite."""
        if self._alone:
            return ()
        query = select(LIVES.c.life).where(LIVES.c.beat_at > self._clock() - within)
        with as_store_errors():
            async with self._engine.connect() as connection:
                return tuple((await connection.execute(query)).scalars())

    def _clock(self) -> ColumnElement[float]:
        """The database's time in Unix seconds."""
        if self._alone:
            return cast(func.strftime("%s", "now"), Float)
        return cast(extract("epoch", now()), Float)
