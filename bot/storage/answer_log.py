"""The log of posted answers.

`SqlAnswerLog` implements `bot.domain.records.answer_log.AnswerLog` on SQLite and PostgreSQL.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.errors import NotAllowed
from bot.domain.metrics import LookupOutcome
from bot.domain.records.answer_log import PostedAnswer
from bot.domain.saved_lookup import decode, encode
from bot.investigate.ports import Clock
from bot.storage.erasures import without_erased
from bot.storage.retention import RETENTION
from bot.storage.sql import as_store_errors, upsert
from bot.storage.tables import ANSWERS

_ID_COLUMNS = ("room_id", "peer_id", "user_id", "asked_by")


class SqlAnswerLog:
    """See `bot.domain.records.answer_log.AnswerLog`. Stores ids only, no names, events or texts."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def remember(self, answer: PostedAnswer) -> None:
        """Store the answer, unless no button could carry its ids.

        An example is a huge user id, or one with control characters.
        """
        saved_lookup = answer.handle
        encoded = encode(saved_lookup)
        if not encoded or not f"{saved_lookup.user_id}{saved_lookup.peer_id}".isprintable():
            return
        row = {
            "lookup_id": saved_lookup.lookup_id,
            "workspace": saved_lookup.workspace,
            "room_id": saved_lookup.room_id,
            "peer_id": (saved_lookup.peer_id or "").lower(),
            "user_id": saved_lookup.user_id or "",
            "asked_by": answer.asked_by,
            "channel": answer.channel,
            "ts": answer.ts,
            "outcome": answer.outcome.value,
            "handle": encoded,
            "answered_at": int(self._clock().timestamp()),
        }
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                now = self._clock().timestamp()
                rows = await without_erased(connection, [row], _ID_COLUMNS, now)
                if rows:
                    await upsert(connection, ANSWERS, rows)

    async def find(self, lookup_id: str) -> PostedAnswer | None:
        """Return the answer with that reference; None if it is absent or in an obsolete form."""
        query = select(ANSWERS).where(
            ANSWERS.c.lookup_id == lookup_id.upper(),
            ANSWERS.c.answered_at >= int((self._clock() - RETENTION).timestamp()),
        )
        with as_store_errors():
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).first()
        if row is None:
            return None
        try:
            saved_lookup = decode(row.handle)
        except NotAllowed:  # written by a release whose buttons cannot be read either
            return None
        return PostedAnswer(
            saved_lookup, row.asked_by, row.channel, row.ts, LookupOutcome(row.outcome)
        )
