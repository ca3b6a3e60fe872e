"""Deletes rows that are past their retention.

No row is kept longer than its retention: opening the database deletes old rows, and `purge_hourly`
does so every hour.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import StoreUnreachable
from bot.domain.events import EVENT_RETENTION
from bot.investigate.ports import Clock
from bot.storage.tables import (
    ANSWERS,
    CALL_FACTS,
    CHANNELS,
    CODES,
    FORGOTTEN,
    OPENINGS,
    PEERS,
    ROOMS,
    SHOWN,
    WATCHES,
)

RETENTION = EVENT_RETENTION
"""As long as 100ms keeps events; rows that are looked up again meanwhile stay."""

_AGE_COLUMNS = (
    PEERS.c.seen_at,
    CODES.c.seen_at,
    ROOMS.c.codes_seen_at,
    ANSWERS.c.answered_at,
    OPENINGS.c.changed_at,
    FORGOTTEN.c.forgotten_at,
    SHOWN.c.claimed_at,
    CALL_FACTS.c.at,
    WATCHES.c.started_at,  # a watch lasts seven days at most
)


async def purge(connection: AsyncConnection, before: int) -> None:
    """Delete every row older than that moment (Unix seconds).

    A channel's settings stay: people do not expect private answers to become public again by
    themselves. The id of the person who made them is deleted.
    """
    for column in _AGE_COLUMNS:
        await connection.execute(delete(column.table).where(column < before))
    await remove_author(connection, CHANNELS.c.set_at < before)


async def remove_author(connection: AsyncConnection, condition: ColumnElement[bool]) -> int:
    """Keep the settings and delete the id of their author; return how many had one."""
    statement = update(CHANNELS).where(condition, CHANNELS.c.set_by != "").values(set_by="")
    return (await connection.execute(statement)).rowcount


Purge = Callable[[datetime], Awaitable[None]]
"""Deletes a store's data from before that moment. Raises StoreUnreachable."""

PURGE_SECONDS = 3600.0


@asynccontextmanager
async def purge_hourly(
    stores: Sequence[Purge], clock: Clock, every: float = PURGE_SECONDS
) -> AsyncIterator[None]:
    """While the block runs, delete data older than 30 days from each store every hour."""
    task = asyncio.create_task(_purge_repeatedly(stores, clock, every))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _purge_repeatedly(stores: Sequence[Purge], clock: Clock, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        for purge_store in stores:
            try:
                await purge_store(clock() - RETENTION)
            except StoreUnreachable as error:  # /readyz reports it; the next hour retries
                structlog.get_logger("call_doctor").warning("not_purged", cause=error.cause)
