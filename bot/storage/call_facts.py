"""The facts of calls that webhooks told, by workspace and the webhook's own id, for 30 days."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.privacy.erasures import digest
from bot.domain.rooms import CallFact, CallFactKind, CallFactReason
from bot.investigate.ports import Clock
from bot.storage.forget import RELEARN_AFTER, read_erasures
from bot.storage.retention import RETENTION
from bot.storage.tables import (
    CALL_FACTS,
    PEERS,
    PULLS,
    as_store_errors,
    insert_if_absent,
    is_storable_id,
)

KINDS: Sequence[CallFactKind] = ("peer.join.failure", "role.change.failure", "room.end.success")
REASONS: Sequence[CallFactReason] = ("peer kicked", "server removed peer")
"""The facts that a diagnosis uses: all of these kinds, and leaves for these reasons."""

_MOST_ROOMS = 50
"""The most rooms in which one user is found by webhooks."""
_ID_COLUMNS = ("room_id", "peer_id", "user_id")
_Row = dict[str, object]


class SqlCallFacts:
    """Stores facts and the progress of fetching them. Every method raises StoreUnreachable."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def store(self, facts: Sequence[CallFact]) -> set[tuple[str, str]]:
        """Store facts and the rooms of their peers; return (workspace, id) of the new webhooks.

        Facts from before an erasure of one of their ids are dropped, however late they come, and
        so are those that are past their retention.
        """
        now = self._clock()
        oldest = int((now - RETENTION).timestamp())
        rows = {
            (fact.workspace, fact.id): _to_row(fact)
            for fact in facts
            if fact.at.timestamp() >= oldest
        }
        ordered = [rows[key] for key in sorted(rows)]  # two replicas must not wait for each other
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                permitted = await _leave_out_erased(connection, ordered, now)
                new = await _insert(connection, permitted)
                fresh = (row for row in permitted if _key(row) in new)
                await _learn_peers(connection, _peer_rows(fresh, now))
        return new

    async def of_room(self, workspace: str, room_id: str, most: int) -> Sequence[CallFact]:
        """See `bot.investigate.ports.RoomIndex.facts_of_room`; facts of the last 30 days."""
        matters = or_(CALL_FACTS.c.reason.in_(REASONS), CALL_FACTS.c.kind.in_(KINDS))
        query = (
            select(CALL_FACTS)
            .where(
                CALL_FACTS.c.workspace == workspace,
                CALL_FACTS.c.room_id == room_id,
                CALL_FACTS.c.at >= (self._clock() - RETENTION).timestamp(),
                matters,
            )
            .order_by(CALL_FACTS.c.at.desc(), CALL_FACTS.c.delivery_id)
            .limit(most)
        )
        with as_store_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return [
            CallFact(
                row.delivery_id,
                row.kind,
                row.workspace,
                row.room_id,
                datetime.fromtimestamp(row.at, UTC),
                row.session_id,
                row.peer_id,
                row.user_id,
                row.reason,
            )
            for row in reversed(rows)
        ]

    async def rooms_of_user(self, user_id: str) -> Sequence[tuple[str, str]]:
        """Return (workspace, room id) pairs of the last 30 days, the latest first."""
        if not is_storable_id(user_id):
            return ()
        place = (CALL_FACTS.c.workspace, CALL_FACTS.c.room_id)
        oldest = (self._clock() - RETENTION).timestamp()
        query = (
            select(*place)
            .where(CALL_FACTS.c.user_id == user_id, CALL_FACTS.c.at >= oldest)
            .group_by(*place)
            .order_by(func.max(CALL_FACTS.c.at).desc(), *place)
            .limit(_MOST_ROOMS)
        )
        with as_store_errors():
            async with self._engine.connect() as connection:
                return [(row.workspace, row.room_id) for row in await connection.execute(query)]

    async def claim_pull(self, workspace: str, every: timedelta) -> datetime | None:
        """Claim the next pull of a workspace; return the time up to which webhooks were read.

        Returns None if another process pulled less than `every` ago. The time of a first pull is
        30 days ago.
        """
        now = self._clock()
        oldest = (now - RETENTION).timestamp()
        first = {"workspace": workspace, "pulled_at": 0.0, "read_to": oldest}
        is_due = PULLS.c.pulled_at <= (now - every).timestamp()
        claim = update(PULLS).where(PULLS.c.workspace == workspace, is_due)
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                await insert_if_absent(connection, PULLS, [first])
                statement = claim.values(pulled_at=now.timestamp()).returning(PULLS.c.read_to)
                read_to = (await connection.execute(statement)).scalar()
        return None if read_to is None else datetime.fromtimestamp(max(read_to, oldest), UTC)

    async def note_pull(self, workspace: str, read_to: datetime) -> None:
        """Record the time up to which a workspace's webhooks were read."""
        statement = update(PULLS).where(PULLS.c.workspace == workspace)
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                await connection.execute(statement.values(read_to=read_to.timestamp()))


async def _insert(connection: AsyncConnection, rows: Sequence[_Row]) -> set[tuple[str, str]]:
    """Insert the rows whose webhook is not known; return their keys.

    The statement has the parameters of one row, so that it is compiled once for any number of rows.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    keys = (CALL_FACTS.c.workspace, CALL_FACTS.c.delivery_id)
    statement = dialect.insert(CALL_FACTS).on_conflict_do_nothing().returning(*keys)
    result = await connection.execute(statement, rows) if rows else ()
    return {(row.workspace, row.delivery_id) for row in result}


async def _learn_peers(connection: AsyncConnection, rows: Sequence[_Row]) -> None:
    """Insert the rows of the index of peers; known ones are seen now."""
    key = list(PEERS.primary_key)
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        insert = postgresql.insert(PEERS)
        seen = {"seen_at": insert.excluded.seen_at}
        await connection.execute(insert.on_conflict_do_update(index_elements=key, set_=seen), rows)
    else:
        into_sqlite = sqlite.insert(PEERS)
        seen = {"seen_at": into_sqlite.excluded.seen_at}
        await connection.execute(
            into_sqlite.on_conflict_do_update(index_elements=key, set_=seen), rows
        )


async def _leave_out_erased(
    connection: AsyncConnection, rows: Sequence[_Row], now: datetime
) -> Sequence[_Row]:
    """Return the rows of which no id was erased after their time, or shortly before it."""
    erased = await read_erasures(connection, (now - RETENTION).timestamp())
    if not erased:
        return rows
    grace = RELEARN_AFTER.total_seconds()
    return [
        row
        for row in rows
        if not any(
            float(str(row["at"])) <= erased.get(digest(str(row[column])), float("-inf")) + grace
            for column in _ID_COLUMNS
        )
    ]


def _to_row(fact: CallFact) -> _Row:
    return {
        "workspace": fact.workspace,
        "delivery_id": fact.id,
        "kind": fact.kind,
        "room_id": fact.room_id,
        "session_id": fact.session_id,
        "peer_id": fact.peer_id,
        "user_id": fact.user_id,
        "reason": fact.reason,
        "at": fact.at.timestamp(),
    }


def _key(row: _Row) -> tuple[str, str]:
    return str(row["workspace"]), str(row["delivery_id"])


def _peer_rows(rows: Iterable[_Row], now: datetime) -> list[_Row]:
    """Return the distinct rows of the index of peers, in a fixed order."""
    columns = ("peer_id", "workspace", "room_id")
    distinct = {
        tuple(str(row[column]) for column in columns): {
            "seen_at": int(now.timestamp()),
            **{column: row[column] for column in columns},
        }
        for row in rows
        if row["peer_id"]
    }
    return [distinct[key] for key in sorted(distinct)]
