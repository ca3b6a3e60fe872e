"""The watches that run; `SqlWatchStore` implements `bot.domain.watching.watch.WatchStore`.

A row is deleted when its watch ends.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.privacy.personal_names import Names
from bot.domain.watching.watch import (
    MOST_WATCHES_IN_CHANNEL,
    MOST_WATCHES_IN_WORKSPACE,
    Added,
    Watch,
)
from bot.investigate.ports import Clock
from bot.storage.tables import WATCHES, as_store_errors, insert_if_absent


class SqlWatchStore:
    """See `bot.domain.watching.watch.WatchStore`."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def add(self, watch: Watch) -> tuple[Added, str]:
        """Store a new watch unless a limit forbids it.

        Of two watches of one target that are added at once the database keeps one.
        """
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                running = await _same_target(connection, watch)
                if running:
                    return "added" if running == watch.id else "same_target", running
                if await _count(connection, "channel", watch.channel) >= MOST_WATCHES_IN_CHANNEL:
                    return "channel_full", ""
                in_workspace = await _count(connection, "workspace", watch.workspace)
                if in_workspace >= MOST_WATCHES_IN_WORKSPACE:
                    return "workspace_full", ""
                await insert_if_absent(connection, WATCHES, [_row_of(watch)])
                running = await _same_target(connection, watch)
        return "added" if running == watch.id else "same_target", running

    async def place(self, watch_id: str, ts: str) -> None:
        """Store the time stamp of the watch's message."""
        await self._update(WATCHES.c.watch_id == watch_id, ts=ts)

    async def find(self, watch_id: str) -> Watch | None:
        """Return the watch; None if it does not run."""
        query = select(WATCHES).where(WATCHES.c.watch_id == watch_id.upper())
        with as_store_errors():
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).first()
        return _watch_of(row) if row is not None else None

    async def running(self) -> Sequence[Watch]:
        """Return all watches, the oldest first."""
        query = select(WATCHES).order_by(WATCHES.c.started_at, WATCHES.c.watch_id)
        with as_store_errors():
            async with self._engine.connect() as connection:
                return [_watch_of(row) for row in await connection.execute(query)]

    async def stop(self, watch_id: str, by: str) -> bool:
        """Mark the watch as stopped; the first person who stops it is recorded."""
        is_running = (WATCHES.c.watch_id == watch_id.upper()) & (WATCHES.c.stopped_by == "")
        return await self._update(is_running, stopped_by=by) > 0

    async def wake(self, workspace: str, room_id: str) -> int:
        """Mark the watches of a room for an early look; return how many there are."""
        is_there = (WATCHES.c.workspace == workspace) & (WATCHES.c.room_id == room_id)
        return await self._update(is_there, woken_at=self._clock().timestamp())

    async def end(self, watch_id: str) -> None:
        """Delete the watch."""
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                await connection.execute(delete(WATCHES).where(WATCHES.c.watch_id == watch_id))

    async def _update(self, condition: Any, **values: object) -> int:  # noqa: ANN401  SQLAlchemy's
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                statement = update(WATCHES).where(condition).values(**values)
                return (await connection.execute(statement)).rowcount


async def _same_target(connection: AsyncConnection, watch: Watch) -> str:
    """Return the id of the watch with the same target in the same channel; "" if there is none."""
    query = select(WATCHES.c.watch_id).where(
        WATCHES.c.channel == watch.channel, WATCHES.c.target == watch.target_key
    )
    return str((await connection.execute(query)).scalar() or "")


async def _count(connection: AsyncConnection, column: str, value: str) -> int:
    query = select(func.count()).select_from(WATCHES).where(WATCHES.c[column] == value)
    return int((await connection.execute(query)).scalar_one())


def _row_of(watch: Watch) -> dict[str, object]:
    return {
        "watch_id": watch.id,
        "target": watch.target_key,
        "workspace": watch.workspace,
        "kind": watch.kind,
        "room_id": watch.room_id,
        "session_id": watch.session_id,
        "peer_id": watch.peer_id,
        "user_id": watch.user_id,
        "channel": watch.channel,
        "ts": watch.ts,
        "asked_by": watch.asked_by,
        "started_at": watch.started_at.timestamp(),
        "until": watch.until.timestamp() if watch.until else 0,
        "notify": watch.notify,
        "names": watch.names.value,
        "stopped_by": watch.stopped_by,
        "woken_at": watch.woken_at,
    }


def _watch_of(row: Any) -> Watch:  # noqa: ANN401  SQLAlchemy's row
    return Watch(
        id=row.watch_id,
        workspace=row.workspace,
        kind=row.kind,
        room_id=row.room_id,
        session_id=row.session_id,
        peer_id=row.peer_id,
        user_id=row.user_id,
        channel=row.channel,
        ts=row.ts,
        asked_by=row.asked_by,
        started_at=datetime.fromtimestamp(row.started_at, UTC),
        until=datetime.fromtimestamp(row.until, UTC) if row.until else None,
        notify=row.notify,
        names=Names(row.names),
        stopped_by=row.stopped_by,
        woken_at=row.woken_at,
    )
