"""Erasure marks: written with the removal, read by every running process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import StoreUnreachable
from bot.domain.records.erasures import ErasureLog, ErasureMarks, digest
from bot.storage.retention import RETENTION
from bot.storage.sql import upsert
from bot.storage.tables import FORGOTTEN

POLL_SECONDS = 3.0
OVERLAP = timedelta(hours=1)
"""Marks of the last hour are read again, because the writer's clock may differ."""

RELEARN_AFTER = timedelta(minutes=15)
"""For so long nothing about an erased id is learned again: a look-up that began before may have
read of it. It equals the time for which a running bot caches events
(`bot.investigate.event_cache`)."""

Row = Mapping[str, object]
ReadErasures = Callable[[timedelta], Awaitable[ErasureMarks]]
"""Returns the marks that are not older than that."""


async def record_erasure(connection: AsyncConnection, name: str, now: float) -> None:
    """Write a mark for a name that is being removed."""
    await upsert(connection, FORGOTTEN, [{"digest": digest(name), "forgotten_at": now}])


async def read_erasures(connection: AsyncConnection, since: float) -> ErasureMarks:
    """Return the marks since that moment (Unix seconds)."""
    query = select(FORGOTTEN).where(FORGOTTEN.c.forgotten_at >= since)
    return {row.digest: row.forgotten_at for row in await connection.execute(query)}


async def without_erased(
    connection: AsyncConnection, rows: Sequence[Row], columns: Sequence[str], now: float
) -> Sequence[Row]:
    """Return the rows that mention no recently erased id in any of `columns`."""
    erased = await read_erasures(connection, now - RELEARN_AFTER.total_seconds())
    if not erased:
        return rows
    return [
        row for row in rows if not any(digest(str(row.get(column))) in erased for column in columns)
    ]


@asynccontextmanager
async def watch_erasures(
    read: ReadErasures,
    erasure_log: ErasureLog,
    on_new: Callable[[], None],
    every: float = POLL_SECONDS,
) -> AsyncIterator[None]:
    """Keep `erasure_log` up to date while the block runs; call `on_new` after new marks.

    Raises StoreUnreachable if the database is unavailable at the beginning.
    """
    erasure_log.update(await read(RETENTION))
    task = asyncio.create_task(_poll_erasures(read, erasure_log, on_new, every))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _poll_erasures(
    read: ReadErasures, erasure_log: ErasureLog, on_new: Callable[[], None], every: float
) -> None:
    while True:
        await asyncio.sleep(every)
        try:
            new = erasure_log.update(await read(OVERLAP))
        except StoreUnreachable as error:  # /readyz reports it; the next poll retries
            structlog.get_logger("call_doctor").warning("marks_not_read", cause=error.cause)
            continue
        if new:
            on_new()
            structlog.get_logger("call_doctor").info("let_go")
