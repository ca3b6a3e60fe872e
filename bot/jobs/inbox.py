"""The inbox: records questions before they are acknowledged, many in one commit, and begins them.

dbos makes several round trips to the database for each job, and they queue: of 200 questions at
once the last was acknowledged after more than a second. So a row of our own is written first, in
time or the question is refused. The job of dbos is begun from that row afterwards, by this process
or, if this process has died, by the process that recovers its rows.

New questions are recorded before running jobs take their next step, because Slack waits only three
seconds for an acknowledgement.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import Context
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from dbos import error
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
from sqlalchemy.exc import IntegrityError, ProgrammingError, SQLAlchemyError
from tenacity import RetryCallState, retry, wait_exponential

from bot.domain.errors import StoreUnreachable
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


IDLE_TURNS = 6
"""Turns of the event loop in which a question that was read can reach its recording, and a
recorded one its acknowledgement."""

PATIENCE_SECONDS = 1.0
"""The longest that a step waits: an endless stream of questions must not stop answers."""


class SubmitPriority:
    """Lets new questions be recorded before running jobs take their next step."""

    def __init__(self) -> None:
        self._recording_count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Make steps wait to begin while the block runs."""
        self._recording_count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._recording_count -= 1
            if not self._recording_count:
                self._idle.set()

    async def wait_for_submits(self) -> None:
        """Wait until no question is being recorded or about to be, `PATIENCE_SECONDS` at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                idle_turns = 0
                while idle_turns < IDLE_TURNS:
                    await self._idle.wait()
                    await asyncio.sleep(0)
                    idle_turns = idle_turns + 1 if self._idle.is_set() else 0


RECORD_SECONDS = 1.6
"""A question that is not recorded by then is refused: Slack waits three seconds for an
acknowledgement."""

DATABASE_ERRORS = (SQLAlchemyError, error.DBOSException, OSError)
"""The exceptions that dbos and the database raise."""


class JobSubmitter:
    """Records jobs and begins them.

    `begin` submits a recorded job to dbos; `pending_tasks` are the submissions that are under way.
    """

    def __init__(
        self, inbox: Inbox, priority: SubmitPriority, begin: Callable[[NewJob], Awaitable[None]]
    ) -> None:
        self.pending_tasks: set[asyncio.Task[None]] = set()
        self._inbox = inbox
        self._priority = priority
        # While this process runs, no other begins the job, so it retries whatever the error.
        self._begin = retry(wait=wait_exponential(0.2, max=10), before_sleep=self._log_retry)(begin)
        self._refused: set[str] = set()
        self._log = structlog.get_logger("call_doctor.jobs")

    async def submit(self, job: NewJob) -> bool:
        """Record a job and begin it; return False if it is known. Raises StoreUnreachable."""
        if job.job_id in self._refused:  # its row may stand, and is dropped soon
            raise StoreUnreachable("An earlier attempt to record it is still under way.")
        recording = asyncio.create_task(self._record(job))
        await asyncio.wait({recording}, timeout=RECORD_SECONDS)
        if not recording.done():
            # The write continues. The question was refused, so its job must not run later.
            self._refused.add(job.job_id)
            recording.add_done_callback(_ignore_exception)
            raise StoreUnreachable("The question could not be recorded in time.")
        try:
            return recording.result()
        except DATABASE_ERRORS as trouble:
            raise StoreUnreachable(
                f"The question could not be recorded ({type(trouble).__name__})."
            ) from trouble

    def adopt(self, job: NewJob) -> None:
        """Begin a job that a dead process recorded; dbos knows if that process began it."""
        self._start(self._begin_after_submits(job))

    async def _record(self, job: NewJob) -> bool:
        """Record the job in a task of its own: a recorded job is begun even if the request ends."""
        is_new = False
        try:
            with self._priority.recording():
                is_new = await self._inbox.record(job)
        finally:
            is_refused = is_new and job.job_id in self._refused
            if not is_refused:
                self._refused.discard(job.job_id)
        if is_new:
            self._start(self._withdraw(job) if is_refused else self._begin_after_submits(job))
        return is_new

    async def _withdraw(self, job: NewJob) -> None:
        """Drop a job that was refused; from then on it can be submitted again."""
        try:
            await self._inbox.drop(job.job_id)
        finally:
            self._refused.discard(job.job_id)

    def _start(self, coroutine: Coroutine[None, None, None]) -> None:
        """Start a task without the context of the caller, who may be a job itself.

        To dbos the new job would be a child: its begin would be a step of a job that is over by
        then, and be dropped if that step could not be recorded.
        """
        task = asyncio.create_task(coroutine, context=Context())
        self.pending_tasks.add(task)
        task.add_done_callback(self._on_done)

    async def _begin_after_submits(self, job: NewJob) -> None:
        await self._priority.wait_for_submits()
        await self._begin(job)

    def _log_retry(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        self._log.warning("not_begun_yet", tries=state.attempt_number, exc_info=error)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self.pending_tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            # Its row stays: the next process begins it.
            self._log.error("left_in_inbox", exc_info=task.exception())


def _ignore_exception(recording: "asyncio.Task[bool]") -> None:
    """Read the exception of a late recording, so that Python does not warn about it."""
    if not recording.cancelled():
        recording.exception()
