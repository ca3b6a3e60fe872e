"""The states of openings. `SqlOpeningStates` works on SQLite and PostgreSQL."""

import json
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.answer_log import EarlierAnswer, OpeningState
from bot.domain.difference import AnswerFacts
from bot.domain.errors import NotAllowed
from bot.domain.report import Surroundings
from bot.domain.saved_lookup import SavedLookup, decode, encode, target_key
from bot.investigate.ports import Clock
from bot.storage.forget import without_erased
from bot.storage.retention import RETENTION
from bot.storage.tables import OPENINGS, as_store_errors, insert_if_absent

_ID_COLUMNS = ("room_id", "peer_id", "user_id", "asked_by")
_SURROUNDINGS = TypeAdapter(Surroundings)
_EARLIER = TypeAdapter(EarlierAnswer)
_MOST_STANDING = 50
"""The most openings of one room and channel among which one of the same target is looked for."""


class SqlOpeningStates:
    """See `bot.domain.answer_log.OpeningStates`."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def add(self, state: OpeningState) -> None:
        """Store a new opening's state, unless no button could carry its ids."""
        handle = state.handle
        if not encode(handle) or not f"{handle.user_id}{handle.peer_id}".isprintable():
            return
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                now = self._clock().timestamp()
                rows = await without_erased(connection, [self._row(state)], _ID_COLUMNS, now)
                if rows:
                    await insert_if_absent(connection, OPENINGS, rows)

    async def find(self, lookup_id: str) -> OpeningState | None:
        """Return the state; None if it is absent or in an obsolete form."""
        oldest = int((self._clock() - RETENTION).timestamp())
        query = select(OPENINGS).where(
            OPENINGS.c.lookup_id == lookup_id.upper(), OPENINGS.c.changed_at >= oldest
        )
        with as_store_errors():
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).first()
        return _to_state(row) if row else None

    async def replace(self, state: OpeningState) -> bool:
        """Store the next revision; of two jobs that do so at once, the database lets one."""
        row = self._row(state)
        conditions = (
            OPENINGS.c.lookup_id == state.handle.lookup_id.upper(),
            OPENINGS.c.revision == state.revision - 1,
        )
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                result = await connection.execute(update(OPENINGS).where(*conditions).values(row))
        return result.rowcount == 1

    async def find_standing(
        self, handle: SavedLookup, channel: str, since: datetime
    ) -> OpeningState | None:
        """See `bot.domain.answer_log.OpeningStates.find_standing`."""
        query = (
            select(OPENINGS)
            .where(
                OPENINGS.c.room_id == handle.room_id,
                OPENINGS.c.channel == channel,
                OPENINGS.c.ts != "",
                OPENINGS.c.lookup_id != handle.lookup_id.upper(),
                OPENINGS.c.as_of >= int(since.timestamp()),
            )
            .order_by(OPENINGS.c.as_of.desc(), OPENINGS.c.ts.desc())
            .limit(_MOST_STANDING)
        )
        with as_store_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        states = filter(None, map(_to_state, rows))
        wanted = target_key(handle)
        return next((state for state in states if target_key(state.handle) == wanted), None)

    def _row(self, state: OpeningState) -> dict[str, object]:
        handle = state.handle
        return {
            "lookup_id": handle.lookup_id.upper(),
            "room_id": handle.room_id,
            "peer_id": (handle.peer_id or "").lower(),
            "user_id": handle.user_id or "",
            "asked_by": state.asked_by,
            "asker": state.asker,
            "channel": state.channel,
            "ts": state.ts,
            "thread": state.thread,
            "handle": encode(handle),
            "as_of": int(handle.as_of.timestamp()),
            "facts": json.dumps(state.facts.to_record()) if state.facts else "",
            "revision": state.revision,
            "taken_by": state.taken_by,
            "taken_user": state.taken_user,
            "note": state.note,
            "edits": " ".join(state.edits),
            "changed_at": int(self._clock().timestamp()),
            "surroundings": _SURROUNDINGS.dump_json(state.surroundings).decode()
            if state.surroundings
            else "",
            "earlier": _EARLIER.dump_json(state.earlier).decode() if state.earlier else "",
        }


def _to_state(row: Row[tuple[object, ...]]) -> OpeningState | None:
    """Return the state; None if a release wrote it whose buttons cannot be read either."""
    try:
        handle = decode(row.handle)
    except NotAllowed:
        return None
    return OpeningState(
        handle,
        row.channel,
        row.ts,
        row.thread,
        AnswerFacts.from_record(json.loads(row.facts)) if row.facts else None,
        row.asked_by,
        row.asker,
        row.revision,
        row.taken_by,
        row.taken_user,
        row.note,
        tuple(row.edits.split()),
        _SURROUNDINGS.validate_json(row.surroundings) if row.surroundings else None,
        _EARLIER.validate_json(row.earlier) if row.earlier else None,
    )
