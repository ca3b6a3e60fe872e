"""Deletes the data of a person or a room, for `call-doctor forget`; audit rows: `audit.py`.

A removal writes an erasure mark, which every running process reads, so that nothing that was read
before is stored again.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, Table, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.difference import person_digest
from bot.domain.errors import StoreUnreachable
from bot.domain.privacy.erasures import ErasureLog, ErasureMarks, digest
from bot.storage.retention import RETENTION, remove_author
from bot.storage.tables import (
    ANSWERS,
    CALL_FACTS,
    CHANNELS,
    CODES,
    FORGOTTEN,
    OPENINGS,
    PEERS,
    ROOMS,
    VOTES,
    WATCHES,
    upsert,
)

Removed = Mapping[str, int]
"""The number of removed rows by kind."""


async def forget_user(connection: AsyncConnection, user: str) -> Removed:
    """Delete the data of a person: as asker in Slack, as user or as peer of 100ms."""
    peer = user.lower()
    watches = or_(
        WATCHES.c.asked_by == user, WATCHES.c.user_id == user, func.lower(WATCHES.c.peer_id) == peer
    )
    is_theirs = or_(CALL_FACTS.c.user_id == user, CALL_FACTS.c.peer_id == peer)
    peers = select(CALL_FACTS.c.peer_id).where(is_theirs)
    is_about = or_(ANSWERS.c.user_id == user, ANSWERS.c.peer_id == peer)
    votes = await _drop(connection, VOTES, or_(VOTES.c.voter == user, _votes_on(is_about)))
    return {
        "look-ups": await _drop(connection, ANSWERS, or_(ANSWERS.c.asked_by == user, is_about)),
        "watches": await _drop(connection, WATCHES, watches),
        "states of openings": await _forget_in_openings(connection, user),
        "peers": await _drop(
            connection, PEERS, or_(PEERS.c.peer_id == peer, PEERS.c.peer_id.in_(peers))
        ),
        **await _drop_webhooks(connection, is_theirs),
        "names under settings": await remove_author(connection, CHANNELS.c.set_by == user),
        **_counted_votes(votes),
    }


async def _forget_in_openings(connection: AsyncConnection, user: str) -> int:
    """Delete the states that a person asked for or is counted in; nobody is on the others then."""
    condition = or_(
        OPENINGS.c.asked_by == user,
        OPENINGS.c.user_id == user,
        OPENINGS.c.peer_id == user.lower(),
        OPENINGS.c.facts.contains(person_digest(user)),
    )
    removed = await _drop(connection, OPENINGS, condition)
    statement = update(OPENINGS).where(OPENINGS.c.taken_user == user)
    released = await connection.execute(statement.values(taken_by="", taken_user=""))
    return removed + released.rowcount


async def forget_room(connection: AsyncConnection, room_id: str) -> Removed:
    """Delete the data of a room: its look-ups, the votes on them, its peers, its codes."""
    votes = await _drop(connection, VOTES, _votes_on(ANSWERS.c.room_id == room_id))
    await _drop(connection, ROOMS, ROOMS.c.room_id == room_id)  # the last request for its codes
    return {
        "look-ups": await _drop(connection, ANSWERS, ANSWERS.c.room_id == room_id),
        "states of openings": await _drop(connection, OPENINGS, OPENINGS.c.room_id == room_id),
        "watches": await _drop(connection, WATCHES, WATCHES.c.room_id == room_id),
        "peers": await _drop(connection, PEERS, PEERS.c.room_id == room_id),
        **await _drop_webhooks(connection, CALL_FACTS.c.room_id == room_id),
        "room codes": await _drop(connection, CODES, CODES.c.room_id == room_id),
        **_counted_votes(votes),
    }


async def _drop_webhooks(connection: AsyncConnection, condition: ColumnElement[bool]) -> Removed:
    """Delete the facts of webhooks; return nothing without any, as where none are received."""
    count = await _drop(connection, CALL_FACTS, condition)
    return {"webhooks": count} if count else {}


def _votes_on(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition for the votes on such answers: a note may say anything about them."""
    return VOTES.c.lookup_id.in_(select(ANSWERS.c.lookup_id).where(condition))


def _counted_votes(votes: int) -> Removed:
    return {"votes": votes} if votes else {}


async def _drop(connection: AsyncConnection, table: Table, condition: ColumnElement[bool]) -> int:
    return (await connection.execute(delete(table).where(condition))).rowcount


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
