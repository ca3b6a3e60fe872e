"""Deletes the contents of finished jobs and keeps their names, so that a repeat is recognised.

A payload holds a response_url and a question; results hold people's names. dbos would keep both
for ever. A name is deleted after 30 days: Slack repeats a delivery for an hour at most.
"""

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

from bot.jobs.inbox import INBOX, NOT_BEGUN

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
