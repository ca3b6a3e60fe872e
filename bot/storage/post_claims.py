"""Claims of public posts.

`SqlPostClaims` implements `bot.domain.records.post_claims.PostClaims` on SQLite and PostgreSQL.
"""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.records.post_claims import Claim
from bot.investigate.ports import Clock
from bot.storage.sql import as_store_errors, insert_if_absent
from bot.storage.tables import SHOWN

CLAIM_TIMEOUT = timedelta(hours=1)
"""A claim without a post after so long is void: its job cannot be running any more."""


class SqlPostClaims:
    """See `bot.domain.records.post_claims.PostClaims`."""

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
