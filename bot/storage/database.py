"""`SqlMemory` implements `bot.investigate.ports.Memory` on SQLite and PostgreSQL."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.records.erasures import ErasureMarks
from bot.investigate.ports import Clock
from bot.storage import retention
from bot.storage.answer_log import SqlAnswerLog
from bot.storage.audit import SqlAudit, forget_in_audit, purge_audit
from bot.storage.channel_settings import SqlChannelSettings
from bot.storage.erasures import without_erased, record_erasure, read_erasures
from bot.storage.heartbeats import SqlProcessRegistry
from bot.storage.post_claims import SqlPostClaims
from bot.storage.retention import KEPT, Removed
from bot.storage.sql import is_storable_id, as_store_errors, upsert
from bot.storage.tables import CODES, PEERS, ROOMS

CODES_FRESH = timedelta(days=1)

_PURGE_EVERY = timedelta(days=1)
_NAMES = ("peer_id", "room_id")
_IN_AUDIT = "ids in audit rows"
_CHUNK = 500  # rows; four values each stay far below SQLite's 32,766 parameters


class Database:
    """See `bot.investigate.ports.Memory`. Every method raises StoreUnreachable."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._purged_at = clock()
        self.lives = SqlProcessRegistry(engine)
        self.answers = SqlAnswerLog(engine, clock)
        self.channels = SqlChannelSettings(engine, clock)
        self.shown = SqlPostClaims(engine, clock)
        self.audit = SqlAudit(engine, clock)

    async def ping(self) -> None:
        """Nothing, if the database answers and has our tables.

        SQLite answers `SELECT 1` without a look at its file.
        """
        with as_store_errors():
            async with self._engine.connect() as connection:
                await connection.execute(select(ROOMS.c.room_id).limit(1))

    async def rooms_of_peer(self, peer_id: str) -> Sequence[tuple[str, str]]:
        """(workspace, room id) pairs known for that peer id, case ignored."""
        return await self._rooms(PEERS, "peer_id", peer_id)

    async def rooms_of_code(self, code: str) -> Sequence[tuple[str, str]]:
        """(workspace, room id) pairs known for that room code, case ignored."""
        return await self._rooms(CODES, "code", code)

    async def learn_peers(self, workspace: str, room_id: str, peer_ids: Iterable[str]) -> None:
        """Remember that these peers belong to that room."""
        rows = self._rows("peer_id", workspace, room_id, peer_ids)
        await self._store([(PEERS, rows)])

    async def learn_codes(self, workspace: str, room_id: str, codes: Iterable[str]) -> None:
        """Remember the room's codes, and that it was asked for them."""
        asked = {
            "workspace": workspace,
            "room_id": room_id,
            "codes_seen_at": self._seconds(),
        }
        rows = self._rows("code", workspace, room_id, codes)
        await self._store([(CODES, rows), (ROOMS, [asked])])

    async def knows_codes_of(self, workspace: str, room_id: str) -> bool:
        """True if that room's codes were learned within a day."""
        known = select(ROOMS.c.room_id).where(
            ROOMS.c.workspace == workspace,
            ROOMS.c.room_id == room_id,
            ROOMS.c.codes_seen_at > self._seconds(CODES_FRESH),
        )
        with as_store_errors():
            async with self._engine.connect() as connection:
                return (await connection.execute(known)).first() is not None

    async def purge(self, before: datetime | None = None) -> None:
        """Drop what is older than that moment: than 30 days, unless told; audit rows after 400."""
        with as_store_errors():
            async with self._writing() as connection:
                await self._purge(connection, before or self._clock() - KEPT)

    async def forget_user(self, user: str) -> Removed:
        """Drop what is kept of a person, by Slack's id, 100ms' user id or peer id."""
        if not is_storable_id(user):
            return {}
        with as_store_errors():
            async with self._writing() as connection:
                await record_erasure(connection, user, self._clock().timestamp())
                removed = await retention.forget_user(connection, user)
                return {**removed, _IN_AUDIT: await forget_in_audit(connection, user)}

    async def forget_room(self, room_id: str) -> Removed:
        """Drop what is kept of a room, in every workspace."""
        if not is_storable_id(room_id):
            return {}
        with as_store_errors():
            async with self._writing() as connection:
                await record_erasure(connection, room_id, self._clock().timestamp())
                removed = await retention.forget_room(connection, room_id)
                return {**removed, _IN_AUDIT: await forget_in_audit(connection, room_id)}

    async def forgotten(self, within: timedelta) -> ErasureMarks:
        """What was forgotten within that time, for `bot.storage.marks.heeded`."""
        with as_store_errors():
            async with self._engine.connect() as connection:
                return await read_erasures(connection, (self._clock() - within).timestamp())

    async def _rooms(self, table: Table, column: str, value: str) -> Sequence[tuple[str, str]]:
        if not is_storable_id(value):
            return ()
        query = (
            select(table.c.workspace, table.c.room_id)
            .where(table.c[column] == value.lower(), table.c.seen_at >= self._seconds(KEPT))
            .order_by(table.c.seen_at.desc(), table.c.workspace, table.c.room_id)
        )
        with as_store_errors():
            async with self._engine.connect() as connection:
                found = await connection.execute(query)
                return tuple((row.workspace, row.room_id) for row in found)

    def _rows(
        self, column: str, workspace: str, room_id: str, values: Iterable[str]
    ) -> list[dict[str, object]]:
        """Sorted, so that two writers take the rows' locks in the same order."""
        now = self._seconds()
        return [
            {column: value, "workspace": workspace, "room_id": room_id, "seen_at": now}
            for value in sorted({value.lower() for value in values if is_storable_id(value)})
        ]

    async def _store(self, batches: Sequence[tuple[Table, list[dict[str, object]]]]) -> None:
        with as_store_errors():
            async with self._writing() as connection:
                for table, found in batches:
                    rows = await without_erased(
                        connection, found, _NAMES, self._clock().timestamp()
                    )
                    for start in range(0, len(rows), _CHUNK):
                        await upsert(connection, table, rows[start : start + _CHUNK])
                if self._clock() - self._purged_at > _PURGE_EVERY:
                    await self._purge(connection, self._clock() - KEPT)

    async def _purge(self, connection: AsyncConnection, before: datetime) -> None:
        await retention.purge(connection, int(before.timestamp()))
        await purge_audit(connection, self._clock())
        self._purged_at = self._clock()

    def _writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._engine.execution_options(writes=True).begin()

    def _seconds(self, ago: timedelta = timedelta()) -> int:
        return int((self._clock() - ago).timestamp())
