"""Heartbeats of this process, recovery of dead processes' jobs, and cleanup of finished jobs.

The contents of finished jobs are deleted and their names kept, so that a repeat is recognised. A
payload holds a response_url and a question; results hold people's names. dbos would keep both for
ever. A name is deleted after 30 days: Slack repeats a delivery for an hour at most.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import structlog
from dbos import DBOS
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    Text,
    delete,
    select,
    update,
)

from bot.domain.errors import StoreUnreachable
from bot.jobs.inbox import INBOX, NOT_BEGUN, Inbox, NewJob
from bot.jobs.ports import ProcessRegistry

_FINAL_STATUSES = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
_NAME_RETENTION_MS = 30 * 24 * 3600 * 1000
_CONTENT_TABLES = ("workflow_input", "workflow_output", "operation_outputs")
"""The tables in which dbos keeps the inputs of jobs and the results of jobs and their steps."""


class JobCleanup:
    """Clears dbos' tables of finished work. Synchronous, because dbos' connections are."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._needs_checkpoint = True
        metadata = MetaData(schema=None if engine.dialect.name == "sqlite" else "dbos")
        self._jobs = Table(
            "workflow_status",
            metadata,
            Column("workflow_uuid", Text, primary_key=True),
            Column("status", Text),
            Column("updated_at", BigInteger),
        )
        self._content_tables = [
            Table(name, metadata, Column("workflow_uuid", Text)) for name in _CONTENT_TABLES
        ]

    def clear(self, now_ms: int) -> int:
        """Delete payloads and results of finished jobs; return the number of jobs cleared.

        `now_ms` (Unix milliseconds) decides only when names are deleted, which is a matter of
        days. Raises SQLAlchemyError.
        """
        jobs, inputs = self._jobs, self._content_tables[0]
        is_finished = jobs.c.status.in_(_FINAL_STATUSES)
        with self._engine.begin() as connection:
            query = (
                select(inputs.c.workflow_uuid)
                .join(jobs, jobs.c.workflow_uuid == inputs.c.workflow_uuid)
                .where(is_finished)
            )
            job_ids = list(connection.execute(query).scalars())
            for table in self._content_tables if job_ids else ():
                connection.execute(delete(table).where(table.c.workflow_uuid.in_(job_ids)))
            is_old = jobs.c.updated_at < now_ms - _NAME_RETENTION_MS
            connection.execute(delete(jobs).where(is_finished, is_old))
            self._clear_inbox(connection, now_ms)
        self._needs_checkpoint |= bool(job_ids)
        if self._needs_checkpoint:
            self._needs_checkpoint = not self._checkpoint_wal()
        return len(job_ids)

    def _checkpoint_wal(self) -> bool:
        """Truncate SQLite's write-ahead log; return False if the log is in use.

        The log still holds the deleted contents. This does not wait for readers: the next clearing
        tries again. https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
        """
        if self._engine.dialect.name != "sqlite":
            return True
        with self._engine.connect() as connection:
            busy_timeout = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
            try:
                row = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={busy_timeout}")
            return bool(row[0] == 0)

    def _clear_inbox(self, connection: Connection, now_ms: int) -> None:
        """Delete the payloads that dbos has recorded by now, and old names."""
        is_begun = INBOX.c.job_id == self._jobs.c.workflow_uuid
        connection.execute(
            update(INBOX).where(NOT_BEGUN, select(1).where(is_begun).exists()).values(payload=None)
        )
        is_old = INBOX.c.came_at < (now_ms - _NAME_RETENTION_MS) // 1000
        connection.execute(delete(INBOX).where(~NOT_BEGUN, is_old))


BEAT_SECONDS = 3.0
DEAD_SECONDS = 15.0
"""A process that is silent for so long counts as dead: its jobs are recovered well within 30 s."""

UNSURE_SECONDS = 10.0
"""A process that could not send a heartbeat for so long stops doing what must not be done twice,
because others may soon take it for dead. Less than `DEAD_SECONDS`, so that it stops before
another process begins."""

_PENDING = "PENDING"
_POLL_SECONDS = 0.2


class RecoveryLoop:
    """Sends the heartbeats of this process and recovers the jobs of silent processes."""

    def __init__(
        self, process_id: str, processes: ProcessRegistry, cleanup: JobCleanup, inbox: Inbox
    ) -> None:
        self.process_id = process_id
        self._processes = processes
        self._cleanup = cleanup
        self._inbox = inbox
        self._begin: Callable[[NewJob], None] | None = None
        self._last_beat = float("-inf")
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._other_count = 0
        self._log = structlog.get_logger("call_doctor.jobs")

    @property
    def replicas(self) -> int:
        """The number of running processes, this one included."""
        return self._other_count + 1

    async def start(self, begin: Callable[[NewJob], None]) -> None:
        """Send the first heartbeat and recover the jobs of dead processes.

        `begin` receives the jobs that those processes had recorded and not begun. Raises
        StoreUnreachable.
        """
        self._begin = begin
        await self.beat_and_take_over()
        self._tasks = (
            asyncio.create_task(self._repeat(self._beat)),
            asyncio.create_task(self._repeat(self._take_over)),
        )

    async def stop(self) -> None:
        """Record the end of this process, so that others can recover its jobs at once."""
        if self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            with contextlib.suppress(StoreUnreachable):
                await self._processes.end(self.process_id)

    async def ensure_still_owner(self) -> None:
        """Wait until no other process can have taken this one for dead."""
        loop = asyncio.get_running_loop()
        while loop.time() - self._last_beat > UNSURE_SECONDS:  # noqa: ASYNC110  a heartbeat ends it
            await asyncio.sleep(_POLL_SECONDS)

    async def _repeat(self, act: Callable[[], Awaitable[None]]) -> None:
        """Act every few seconds.

        Heartbeats do not wait for a recovery: on a busy machine it takes longer than others wait
        for a heartbeat, and two processes that take each other for dead finish nothing.
        """
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await act()
            except Exception:  # noqa: BLE001  a boundary: if the loop ended, jobs would be stranded
                self._log.warning("watch_failed", exc_info=True)

    async def beat_and_take_over(self) -> None:
        """Send a heartbeat and recover the jobs of silent processes. Raises StoreUnreachable."""
        await self._beat()
        await self._take_over()

    async def _beat(self) -> None:
        now = asyncio.get_running_loop().time()
        await self._processes.beat(self.process_id)
        self._last_beat = now

    async def _take_over(self) -> None:
        workflows = await DBOS.list_workflows_async(
            status=_PENDING, load_input=False, load_output=False
        )
        # Read after the list: a process that began a job in the meantime is not dead.
        alive = {*await self._processes.alive(DEAD_SECONDS), self.process_id}
        self._other_count = len(alive) - 1
        dead = sorted(
            {workflow.executor_id for workflow in workflows if workflow.executor_id} - alive
        )
        if dead:
            self._log.info("taking_over", lives=len(dead))
            # dbos recovers a job only if it still belongs to the dead process: two processes that
            # recover at once do no harm.
            await asyncio.to_thread(DBOS._recover_pending_workflows, dead)  # noqa: SLF001  dbos 3.4 has no public call
        await asyncio.to_thread(self._cleanup.clear, int(time.time() * 1000))
        if self._begin is not None:
            for job in await self._inbox.claim_abandoned(alive):
                self._begin(job)
