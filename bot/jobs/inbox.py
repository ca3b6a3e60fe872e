"""The inbox: records questions before they are acknowledged, many in one commit.

dbos makes several round trips to the database for each job, and they queue: of 200 questions at
once the last was acknowledged after more than a second. So a row of our own is written first. The
job of dbos is begun from that row afterwards, by this process or, if this process has died, by the
process that recovers its rows.
"""

import asyncio
import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Index,
    MetaData,
    Table,
    Text,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, ProgrammingError

from bot.jobs.ports import Json

Found = TypeVar("Found")

_METADATA = MetaData()
INBOX = Table(
    "call_doctor_inbox",
    _METADATA,
    Column("job_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("payload", Text),  # null once dbos has the job
    Column("life", Text, nullable=False),
    Column("came_at", BigInteger, nullable=False, index=True),
)
NOT_BEGUN = INBOX.c.payload.is_not(None)
"""Selects rows that may not have become jobs yet: a few among many that hold only a name."""

Index("call_doctor_inbox_left", INBOX.c.life, sqlite_where=NOT_BEGUN, postgresql_where=NOT_BEGUN)


@dataclass(frozen=True, slots=True)
class NewJob:
    """A new job, with the values that will be passed to dbos."""

    job_id: str
    kind: str
    payload: Json


@dataclass(frozen=True, slots=True)
class _PendingJob:
    row: Mapping[str, Any]
    future: "asyncio.Future[bool]"

    @property
    def job_id(self) -> str:
        return str(self.row["job_id"])


class Inbox:
    """Records jobs. One thread writes; it writes all waiting jobs in one commit."""

    def __init__(self, engine: Engine, process_id: str) -> None:
        self._engine = engine
        self._process_id = process_id
        self._pending: list[_PendingJob] = []
        self._writer: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "inbox")
        kind = sqlite if engine.dialect.name == "sqlite" else postgresql
        self._insert = kind.insert(INBOX).on_conflict_do_nothing().returning(INBOX.c.job_id)

    def create_table(self) -> None:
        """Create the table; two processes may do so at once. Raises SQLAlchemyError."""
        with suppress(IntegrityError, ProgrammingError):  # the other process was faster
            _METADATA.create_all(self._engine)

    def close(self) -> None:
        """Stop writing."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def record(self, job: NewJob) -> bool:
        """Record the job; return False if it is known already. Raises SQLAlchemyError."""
        pending = _PendingJob(self._to_row(job), asyncio.get_running_loop().create_future())
        self._pending.append(pending)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await pending.future

    async def claim_abandoned(self, alive: Collection[str]) -> Sequence[NewJob]:
        """Claim the jobs that dead processes recorded and did not begin, and return them."""
        return await asyncio.to_thread(self._claim_rows, alive)

    async def drop(self, job_id: str) -> None:
        """Delete the payload of a job that is no longer wanted."""
        await self._run_in_thread(self._drop_payload, job_id)

    async def _write(self) -> None:
        while self._pending:
            batch, self._pending = self._pending, []
            try:
                new_ids = await self._run_in_thread(
                    self._commit, [pending.row for pending in batch]
                )
            except Exception as error:  # noqa: BLE001  a boundary: every waiter gets the error
                for pending in batch:
                    if not pending.future.done():
                        pending.future.set_exception(error)
                continue
            for pending in batch:
                if not pending.future.done():
                    pending.future.set_result(pending.job_id in new_ids)
                new_ids.discard(pending.job_id)  # a job that is twice in one batch is new once

    async def _run_in_thread(self, function: Callable[..., Found], *arguments: object) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    def _to_row(self, job: NewJob) -> Mapping[str, Any]:
        """Return the row of a job.

        Its payload is ASCII: whatever a text holds, it cannot fail the commit of the others.
        """
        return {
            "job_id": job.job_id,
            "kind": job.kind,
            "payload": json.dumps(job.payload),
            "life": self._process_id,
            "came_at": int(time.time()),
        }

    def _commit(self, rows: Sequence[Mapping[str, Any]]) -> set[str]:
        """Insert the rows; return the ids that are new."""
        rows_by_id = {row["job_id"]: row for row in reversed(rows)}  # the first of equal ids counts
        # Always in the same order: two replicas with the same deliveries must not wait for each
        # other.
        ordered = [rows_by_id[job_id] for job_id in sorted(rows_by_id)]
        with self._engine.begin() as connection:
            return set(connection.execute(self._insert, ordered).scalars())

    def _claim_rows(self, alive: Collection[str]) -> list[NewJob]:
        is_abandoned = NOT_BEGUN & INBOX.c.life.not_in([*alive, self._process_id])
        statement = (
            update(INBOX)
            .where(is_abandoned)
            .values(life=self._process_id)
            .returning(INBOX.c.job_id, INBOX.c.kind, INBOX.c.payload)
        )
        with self._engine.begin() as connection:
            # Usually there is nothing to claim, and a reader does not wait for the write lock.
            if (
                connection.execute(select(INBOX.c.job_id).where(is_abandoned).limit(1)).first()
                is None
            ):
                return []
            rows = connection.execute(statement).all()
        return [NewJob(row.job_id, row.kind, json.loads(row.payload)) for row in rows]

    def _drop_payload(self, job_id: str) -> None:
        with self._engine.begin() as connection:
            same_job = INBOX.c.job_id == job_id
            connection.execute(update(INBOX).where(same_job).values(payload=None))
