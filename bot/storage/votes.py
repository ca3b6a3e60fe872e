"""Votes on answers in the database, and the verdicts that they are counted against.

`SqlVotes` implements `bot.domain.votes.VoteStore` on SQLite and PostgreSQL.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.answer_log import PostedAnswer
from bot.domain.votes import Accuracy, Vote, accuracy_of
from bot.investigate.ports import Clock
from bot.storage.tables import VERDICTS, VOTES, as_store_errors, insert_if_absent, upsert

RETENTION = timedelta(days=400)


class SqlVotes:
    """See `bot.domain.votes.VoteStore`."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def cast(self, vote: Vote, answered_at: datetime) -> None:
        """Store the vote in place of the person's earlier one on the same answer.

        The answer counts as one even if it could not be logged when it was posted.
        """
        verdict = {
            "lookup_id": vote.reference,
            "verdict": vote.verdict,
            "confidence": vote.confidence,
        }
        row = {
            **verdict,
            "voter": vote.voter,
            "right": vote.right,
            "cause": vote.cause,
            "note": vote.note,
            "voted_at": self._clock().timestamp(),
        }
        answer = {**verdict, "answered_at": int(answered_at.timestamp())}
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                await insert_if_absent(connection, VERDICTS, [answer])
                await upsert(connection, VOTES, [row])

    async def accuracy(self, since: datetime | None = None) -> Accuracy:
        """Return the accuracy of the answers since that moment, by default of all that is kept."""
        oldest = self._oldest(since)
        count = select(func.count()).select_from(VERDICTS).where(VERDICTS.c.answered_at >= oldest)
        with as_store_errors():
            async with self._engine.connect() as connection:
                answers = (await connection.execute(count)).scalar_one()
                votes = (await connection.execute(_votes_since(oldest))).all()
        return accuracy_of(answers, map(_to_vote, votes))

    async def since(self, since: datetime | None = None) -> Sequence[Vote]:
        """Return the votes on the answers since that moment, in their order."""
        with as_store_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(_votes_since(self._oldest(since)))).all()
        return tuple(map(_to_vote, rows))

    def _oldest(self, since: datetime | None) -> int:
        oldest = self._clock() - RETENTION
        return int(max(since or oldest, oldest).timestamp())


def _votes_since(oldest: int) -> Select[tuple[object, ...]]:
    return (
        select(VOTES)
        .join(VERDICTS, VERDICTS.c.lookup_id == VOTES.c.lookup_id)
        .where(VERDICTS.c.answered_at >= oldest)
        .order_by(VOTES.c.voted_at, VOTES.c.lookup_id, VOTES.c.voter)
    )


def _to_vote(row: Row[tuple[object, ...]]) -> Vote:
    return Vote(
        row.lookup_id, row.voter, row.verdict, row.confidence, row.right, row.cause, row.note
    )


async def remember_verdict(
    connection: AsyncConnection, answer: PostedAnswer, answered_at: int
) -> None:
    """Store the verdict of an answer; a repeated try of a partial answer only changes it."""
    if not answer.verdict:
        return
    row = {
        "lookup_id": answer.handle.lookup_id,
        "verdict": answer.verdict,
        "confidence": answer.confidence,
        "answered_at": answered_at,
    }
    await upsert(connection, VERDICTS, [row], only=("verdict", "confidence"))


async def purge_votes(connection: AsyncConnection, now: datetime) -> None:
    """Delete votes older than 400 days, and verdicts of that age without a vote."""
    before = (now - RETENTION).timestamp()
    await connection.execute(delete(VOTES).where(VOTES.c.voted_at < before))
    has_vote = VERDICTS.c.lookup_id.in_(select(VOTES.c.lookup_id))
    await connection.execute(
        delete(VERDICTS).where(VERDICTS.c.answered_at < int(before), ~has_vote)
    )
