"""The log of posted answers, and the claims of public posts.

`SqlAnswerLog` and `SqlPostClaims` implement the interfaces of `bot.domain.answer_log` on SQLite and
PostgreSQL.
"""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.answer_log import Claim, PostedAnswer
from bot.domain.errors import NotAllowed
from bot.domain.metrics import LookupOutcome
from bot.domain.saved_lookup import decode, encode
from bot.investigate.ports import Clock
from bot.storage.forget import without_erased
from bot.storage.retention import RETENTION
from bot.storage.tables import ANSWERS, SHOWN, as_store_errors, insert_if_absent, upsert

_ID_COLUMNS = ("room_id", "peer_id", "user_id", "asked_by")


class SqlAnswerLog:
    """See `bot.domain.answer_log.AnswerLog`. Stores ids only, no names, events or texts."""

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


CLAIM_TIMEOUT = timedelta(hours=1)
"""A claim without a post after so long is void: its job cannot be running any more."""


class SqlPostClaims:
    """See `bot.domain.answer_log.PostClaims`."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def claim(self, what: str, by: str) -> Claim:
        """Claim a post; return ACQUIRED, HELD or DONE.

        Of two jobs that claim at once the database lets one have it.
        """
        now = int(self._clock().timestamp())
        claim = {"what": what, "by": by, "stands": False, "claimed_at": now}
        is_stale = SHOWN.c.claimed_at < now - int(CLAIM_TIMEOUT.total_seconds())
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                await insert_if_absent(connection, SHOWN, [claim])
                statement = update(SHOWN).where(SHOWN.c.what == what, ~SHOWN.c.stands, is_stale)
                await connection.execute(statement.values(by=by, claimed_at=now))
                query = select(SHOWN).where(SHOWN.c.what == what)
                row = (await connection.execute(query)).one()
        if row.by == by:
            return Claim.ACQUIRED
        return Claim.DONE if row.stands else Claim.HELD

    async def keep(self, what: str, by: str) -> None:
        """Record that the post was made."""
        conditions = (SHOWN.c.what == what, SHOWN.c.by == by)
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                await connection.execute(update(SHOWN).where(*conditions).values(stands=True))

    async def release(self, what: str, by: str) -> None:
        """Release the claim: the post could not be made."""
        conditions = (SHOWN.c.what == what, SHOWN.c.by == by, ~SHOWN.c.stands)
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                await connection.execute(delete(SHOWN).where(*conditions))
