"""The database on SQLite and PostgreSQL.

`Database` implements `bot.investigate.ports.RoomIndex` and holds the other stores.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.privacy.erasures import ErasureMarks
from bot.domain.rooms import CallFact
from bot.investigate.ports import CODES_MAX_AGE, Clock
from bot.storage import forget, retention
from bot.storage.answer_log import SqlAnswerLog, SqlPostClaims
from bot.storage.audit import SqlAudit, forget_in_audit, purge_audit
from bot.storage.call_facts import SqlCallFacts
from bot.storage.channel_settings import SqlChannelSettings
from bot.storage.forget import Removed, read_erasures, record_erasure, without_erased
from bot.storage.heartbeats import SqlProcessRegistry
from bot.storage.openings import SqlOpeningStates
from bot.storage.retention import RETENTION
from bot.storage.tables import CODES, PEERS, ROOMS, as_store_errors, is_storable_id, upsert
from bot.storage.votes import SqlVotes, purge_votes
from bot.storage.watches import SqlWatchStore

_PURGE_EVERY = timedelta(days=1)
_ID_COLUMNS = ("peer_id", "room_id")
_AUDIT_LABEL = "ids in audit rows"
_CHUNK = 500  # rows; four values each stay far below SQLite's 32,766 parameters


class Database:
    """See `bot.investigate.ports.RoomIndex`. Every method raises StoreUnreachable."""

    def __init__(self, engine: AsyncEngine, clock: Clock, heartbeats: AsyncEngine) -> None:
        self._engine = engine
        self._clock = clock
        self._purged_at = clock()
        self.processes = SqlProcessRegistry(heartbeats)
        self.answer_log = SqlAnswerLog(engine, clock)
        self.opening_states = SqlOpeningStates(engine, clock)
        self.channel_settings = SqlChannelSettings(engine, clock)
        self.post_claims = SqlPostClaims(engine, clock)
        self.audit = SqlAudit(engine, clock)
        self.call_facts = SqlCallFacts(engine, clock)
        self.votes = SqlVotes(engine, clock)
        self.watches = SqlWatchStore(engine, clock)

    async def ping(self) -> None:
        """Check that the database answers and has our tables.

        SQLite answers `SELECT 1` without reading its file.
        """
        with as_store_errors():
            async with self._engine.connect() as connection:
                await connection.execute(select(ROOMS.c.room_id).limit(1))

    async def rooms_of_peer(self, peer_id: str) -> Sequence[tuple[str, str]]:
        """Return (workspace, room id) pairs known for that peer id, case ignored."""
        return await self._find_rooms(PEERS, "peer_id", peer_id)

    async def rooms_of_user(self, user_id: str) -> Sequence[tuple[str, str]]:
        """Return (workspace, room id) pairs of webhooks about that user, the latest first."""
        return await self.call_facts.rooms_of_user(user_id)

    async def rooms_of_code(self, code: str) -> Sequence[tuple[str, str]]:
        """Return (workspace, room id) pairs known for that room code, case ignored."""
        return await self._find_rooms(CODES, "code", code)

    async def learn_peers(self, workspace: str, room_id: str, peer_ids: Iterable[str]) -> None:
        """Store that these peers belong to that room."""
        rows = self._make_rows("peer_id", workspace, room_id, peer_ids)
        await self._store([(PEERS, rows)])

    async def learn_codes(self, workspace: str, room_id: str, codes: Iterable[str]) -> None:
        """Store the room's codes, and that the room was asked for them."""
        room = {
            "workspace": workspace,
            "room_id": room_id,
            "codes_seen_at": self._timestamp(),
        }
        rows = self._make_rows("code", workspace, room_id, codes)
        await self._store([(CODES, rows), (ROOMS, [room])])

    async def recent_rooms(self, most: int) -> Sequence[tuple[str, str]]:
        """Return (workspace, room id) pairs of the latest look-ups, latest first."""
        query = (
            select(ROOMS.c.workspace, ROOMS.c.room_id)
            .order_by(ROOMS.c.codes_seen_at.desc(), ROOMS.c.room_id)
            .limit(most)
        )
        with as_store_errors():
            async with self._engine.connect() as connection:
                return [(row.workspace, row.room_id) for row in await connection.execute(query)]

    async def knows_codes_of(self, workspace: str, room_id: str) -> bool:
        """Return True if that room's codes were learned within a day."""
        query = select(ROOMS.c.room_id).where(
            ROOMS.c.workspace == workspace,
            ROOMS.c.room_id == room_id,
            ROOMS.c.codes_seen_at > self._timestamp(CODES_MAX_AGE),
        )
        with as_store_errors():
            async with self._engine.connect() as connection:
                return (await connection.execute(query)).first() is not None

    async def facts_of_room(self, workspace: str, room_id: str, most: int) -> Sequence[CallFact]:
        """See `bot.investigate.ports.RoomIndex`."""
        return await self.call_facts.of_room(workspace, room_id, most)

    async def purge(self, before: datetime | None = None) -> None:
        """Delete rows older than `before`, by default 30 days ago; audit rows, votes after 400."""
        with as_store_errors():
            async with self._begin_write() as connection:
                await self._purge(connection, before or self._clock() - RETENTION)

    async def forget_user(self, user: str) -> Removed:
        """Delete the data of a person, by Slack user id, 100ms user id or peer id."""
        if not is_storable_id(user):
            return {}
        with as_store_errors():
            async with self._begin_write() as connection:
                await record_erasure(connection, user, self._clock().timestamp())
                removed = await forget.forget_user(connection, user)
                return {**removed, _AUDIT_LABEL: await forget_in_audit(connection, user)}

    async def forget_room(self, room_id: str) -> Removed:
        """Delete the data of a room, in every workspace."""
        if not is_storable_id(room_id):
            return {}
        with as_store_errors():
            async with self._begin_write() as connection:
                await record_erasure(connection, room_id, self._clock().timestamp())
                removed = await forget.forget_room(connection, room_id)
                return {**removed, _AUDIT_LABEL: await forget_in_audit(connection, room_id)}

    async def recent_erasures(self, within: timedelta) -> ErasureMarks:
        """Return the erasures within that time, for `bot.storage.forget.watch_erasures`."""
        with as_store_errors():
            async with self._engine.connect() as connection:
                return await read_erasures(connection, (self._clock() - within).timestamp())

    async def _find_rooms(self, table: Table, column: str, value: str) -> Sequence[tuple[str, str]]:
        if not is_storable_id(value):
            return ()
        query = (
            select(table.c.workspace, table.c.room_id)
            .where(table.c[column] == value.lower(), table.c.seen_at >= self._timestamp(RETENTION))
            .order_by(table.c.seen_at.desc(), table.c.workspace, table.c.room_id)
        )
        with as_store_errors():
            async with self._engine.connect() as connection:
                rows = await connection.execute(query)
                return tuple((row.workspace, row.room_id) for row in rows)

    def _make_rows(
        self, column: str, workspace: str, room_id: str, values: Iterable[str]
    ) -> list[dict[str, object]]:
        """Return the rows, sorted so that two writers lock them in the same order."""
        now = self._timestamp()
        return [
            {column: value, "workspace": workspace, "room_id": room_id, "seen_at": now}
            for value in sorted({value.lower() for value in values if is_storable_id(value)})
        ]

    async def _store(self, batches: Sequence[tuple[Table, list[dict[str, object]]]]) -> None:
        with as_store_errors():
            async with self._begin_write() as connection:
                for table, batch in batches:
                    rows = await without_erased(
                        connection, batch, _ID_COLUMNS, self._clock().timestamp()
                    )
                    for start in range(0, len(rows), _CHUNK):
                        await upsert(connection, table, rows[start : start + _CHUNK])
                if self._clock() - self._purged_at > _PURGE_EVERY:
                    await self._purge(connection, self._clock() - RETENTION)

    async def _purge(self, connection: AsyncConnection, before: datetime) -> None:
        await retention.purge(connection, int(before.timestamp()))
        await purge_audit(connection, self._clock())
        await purge_votes(connection, self._clock())
        self._purged_at = self._clock()

    def _begin_write(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._engine.execution_options(writes=True).begin()

    def _timestamp(self, ago: timedelta = timedelta()) -> int:
        return int((self._clock() - ago).timestamp())
