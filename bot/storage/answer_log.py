"""The log of posted answers, and the claims of public posts.

`SqlAnswerLog` and `SqlPostClaims` implement the interfaces of `bot.domain.answer_log` on SQLite and
PostgreSQL.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Row, Text, cast, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.answer_log import Claim, PostedAnswer
from bot.domain.errors import NotAllowed
from bot.domain.metrics import LookupOutcome
from bot.domain.saved_lookup import decode, encode
from bot.investigate.ports import Clock
from bot.storage.forget import without_erased
from bot.storage.retention import RETENTION
from bot.storage.tables import ANSWERS, SHOWN, as_store_errors, insert_if_absent, upsert
from bot.storage.votes import remember_verdict

_ID_COLUMNS = ("room_id", "peer_id", "user_id", "asked_by")


class SqlAnswerLog:
    """See `bot.domain.answer_log.AnswerLog`. Stores nobody's name and no events."""

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
        answered_at = int(self._clock().timestamp())
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
            "answered_at": answered_at,
            "thread": answer.thread,
            "sentence": answer.sentence,
            "verdict": answer.verdict,
            "confidence": answer.confidence,
            "subject": answer.subject,
        }
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                now = self._clock().timestamp()
                rows = await without_erased(connection, [row], _ID_COLUMNS, now)
                if rows:
                    await upsert(connection, ANSWERS, rows)
                    await remember_verdict(connection, answer, answered_at)

    async def find(self, lookup_id: str) -> PostedAnswer | None:
        """Return the answer with that reference; None if it is absent or in an obsolete form."""
        return await self._last(ANSWERS.c.lookup_id == lookup_id.upper())

    async def last_in_thread(self, channel: str, thread: str, user: str) -> PostedAnswer | None:
        """See `bot.domain.answer_log.AnswerLog.last_in_thread`."""
        return await self._last(ANSWERS.c.channel == channel, ANSWERS.c.thread == thread, user=user)

    async def last_in_dm(self, channel: str) -> PostedAnswer | None:
        """See `bot.domain.answer_log.AnswerLog.last_in_dm`."""
        return await self._last(ANSWERS.c.channel == channel)

    async def _last(self, *conditions: ColumnElement[bool], user: str = "") -> PostedAnswer | None:
        """Return the last matching answer that can be read; with `user`, that they may see."""
        query = (
            select(ANSWERS)
            .where(*conditions, ANSWERS.c.answered_at >= self._oldest())
            .order_by(_POSTED_AT.desc(), ANSWERS.c.answered_at.desc())
            .limit(_MOST_READ)
        )
        with as_store_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        answers = filter(None, map(_to_answer, rows))
        return next((answer for answer in answers if not user or _may_see(answer, user)), None)

    async def last_of(self, user: str, most: int) -> Sequence[PostedAnswer]:
        """See `bot.domain.answer_log.AnswerLog.last_of`."""
        query = (
            select(ANSWERS)
            .where(ANSWERS.c.asked_by == user, ANSWERS.c.answered_at >= self._oldest())
            .order_by(ANSWERS.c.answered_at.desc(), _POSTED_AT.desc())
            .limit(most)
        )
        with as_store_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return tuple(filter(None, map(_to_answer, rows)))

    async def channels_of(self, user: str, most: int) -> Sequence[str]:
        """See `bot.domain.answer_log.AnswerLog.channels_of`."""
        last_at = func.max(ANSWERS.c.answered_at)
        query = (
            select(ANSWERS.c.channel)
            .where(
                ANSWERS.c.asked_by == user,
                ANSWERS.c.answered_at >= self._oldest(),
                or_(ANSWERS.c.channel.startswith("C"), ANSWERS.c.channel.startswith("G")),
            )
            .group_by(ANSWERS.c.channel)
            .order_by(last_at.desc(), ANSWERS.c.channel)
            .limit(most)
        )
        with as_store_errors():
            async with self._engine.connect() as connection:
                return tuple((await connection.execute(query)).scalars())

    def _oldest(self) -> int:
        return int((self._clock() - RETENTION).timestamp())


_MOST_READ = 100
"""The most answers of one thread among which the last readable one is looked for."""
_POSTED_AT = func.coalesce(func.nullif(ANSWERS.c.ts, ""), cast(ANSWERS.c.answered_at, Text))
"""The opening's time stamp, because a retry stores a partial answer again later."""


def _to_answer(row: Row[tuple[object, ...]]) -> PostedAnswer | None:
    """Return the answer; None if a release wrote it whose buttons cannot be read either."""
    try:
        saved_lookup = decode(row.handle)
    except NotAllowed:
        return None
    return PostedAnswer(
        saved_lookup,
        row.asked_by,
        row.channel,
        row.ts,
        LookupOutcome(row.outcome),
        row.thread,
        row.sentence,
        row.verdict,
        row.confidence,
        row.subject,
        datetime.fromtimestamp(row.answered_at, UTC),
    )


def _may_see(answer: PostedAnswer, user: str) -> bool:
    return not answer.handle.private or answer.asked_by == user


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
