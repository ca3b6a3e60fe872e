"""Removing rows: those too old to be of use, and those of one person or room.

Nothing is kept longer than it may be: opening the database purges it, this does so hourly.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, Table, delete, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import StoreUnreachable
from bot.investigate.ports import Clock
from bot.storage.tables import ANSWERS, CHANNELS, CODES, FORGOTTEN, PEERS, ROOMS, SHOWN

RETENTION = timedelta(days=30)
"""As long as 100ms keeps events; what is looked up again meanwhile stays."""

Removed = Mapping[str, int]
"""How many rows were removed, by what they were."""

_AGE_COLUMNS = (
    PEERS.c.seen_at,
    CODES.c.seen_at,
    ROOMS.c.codes_seen_at,
    ANSWERS.c.answered_at,
    FORGOTTEN.c.forgotten_at,
    SHOWN.c.claimed_at,
)


async def purge(connection: AsyncConnection, before: int) -> None:
    """Drop every row older than that moment (Unix seconds).

    A channel's settings stay: nobody expects that answers become public by themselves again. Who
    made them is a person, and goes.
    """
    for column in _AGE_COLUMNS:
        await connection.execute(delete(column.table).where(column < before))
    await _remove_author(connection, CHANNELS.c.set_at < before)


async def forget_user(connection: AsyncConnection, user: str) -> Removed:
    """Drop what is kept of a person: as asker in Slack, as user or as peer of 100ms."""
    peer = user.lower()
    condition = or_(
        ANSWERS.c.asked_by == user, ANSWERS.c.user_id == user, ANSWERS.c.peer_id == peer
    )
    return {
        "look-ups": await _drop(connection, ANSWERS, condition),
        "peers": await _drop(connection, PEERS, PEERS.c.peer_id == peer),
        "names under settings": await _remove_author(connection, CHANNELS.c.set_by == user),
    }


async def forget_room(connection: AsyncConnection, room_id: str) -> Removed:
    """Drop what is kept of a room: its look-ups, its peers, its codes."""
    await _drop(connection, ROOMS, ROOMS.c.room_id == room_id)  # when its codes were asked for
    return {
        "look-ups": await _drop(connection, ANSWERS, ANSWERS.c.room_id == room_id),
        "peers": await _drop(connection, PEERS, PEERS.c.room_id == room_id),
        "room codes": await _drop(connection, CODES, CODES.c.room_id == room_id),
    }


async def _drop(connection: AsyncConnection, table: Table, condition: ColumnElement[bool]) -> int:
    return (await connection.execute(delete(table).where(condition))).rowcount


async def _remove_author(connection: AsyncConnection, condition: ColumnElement[bool]) -> int:
    """Leave the settings, without who made them."""
    statement = update(CHANNELS).where(condition, CHANNELS.c.set_by != "").values(set_by="")
    return (await connection.execute(statement)).rowcount


Purge = Callable[[datetime], Awaitable[None]]
"""Drops what a store holds from before that moment. Raises StoreUnreachable."""

PURGE_SECONDS = 3600.0


@asynccontextmanager
async def purge_hourly(
    stores: Sequence[Purge], clock: Clock, every: float = PURGE_SECONDS
) -> AsyncIterator[None]:
    """While the block runs, each store is purged hourly of what is older than 30 days."""
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
            except StoreUnreachable as error:  # /readyz tells it; the next hour tries again
                structlog.get_logger("call_doctor").warning("not_purged", cause=error.cause)
