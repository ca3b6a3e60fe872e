"""The job queue: dbos behind our own interface, one for each process.

https://docs.dbos.dev/python/reference/configuration
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import Engine

from bot.database import open_job_engine
from bot.domain.errors import StoreUnreachable
from bot.jobs.inbox import DATABASE_ERRORS, Inbox, JobSubmitter, NewJob, SubmitPriority
from bot.jobs.ports import JobHandler, Json, ProcessRegistry
from bot.jobs.recovery import JobCleanup, RecoveryLoop
from bot.jobs.steps import DbosSteps, JsonSerializer, refuse_other_serializers

APPLICATION = "call-doctor"
VERSION = "1"
"""The version of our jobs' steps. dbos resumes a job only in a process of the same version.

Raise it when a step keeps its name but records another form or means something else: dbos compares
names only and would return the old record. A step that was renamed, removed, moved or added before
others is noticed by its name, and the asker is told (`RecordUnusable`). Neither needs it if a key
of the payload decides which steps a job takes, as `weighs_audience` does.

It protects nothing else: rows of the inbox and buttons carry no version, so a stored field keeps
its name and a new one has a default (`docs/persisted-names.md`). After a rise, a job of the older
version waits until a process of that version runs again. Without a version of ours dbos takes a
hash of the code, and every rolling restart would strand jobs that way."""

THREADS = 32
"""Without this limit dbos makes a thread for each piece of work and keeps it; `POOL` threads use
the database."""

_WORKFLOW = "job"
_LOOK_SECONDS = 0.5
"""Seconds after which a process that ends looks anew which jobs have become idle."""


class DbosJobQueue:
    """A job queue in a database. Open it with `open_jobs`."""

    def __init__(self, recovery: RecoveryLoop, inbox: Inbox) -> None:
        self.recovery = recovery
        self._handlers: dict[str, JobHandler] = {}
        self._running: dict[str, asyncio.Future[None]] = {}
        self._idle: set[str] = set()
        self._priority = SubmitPriority()
        self._submitter = JobSubmitter(inbox, self._priority, self._begin)
        self._log = structlog.get_logger("call_doctor.jobs")

    @property
    def replicas(self) -> int:
        """The number of running processes that share the database, this one included."""
        return self.recovery.replicas

    @property
    def running_count(self) -> int:
        """The number of jobs that this process works on; idle ones do not count."""
        return len(self._busy_tasks())

    def register(self, kind: str, handler: JobHandler) -> None:
        """Register the handler of a kind of job."""
        self._handlers[kind] = handler

    async def submit(self, kind: str, job_id: str, payload: Json) -> bool:
        """Record a job and begin it; return False if the job is known already."""
        return await self._submitter.submit(NewJob(job_id, kind, payload))

    async def start(self) -> None:
        """Recover the jobs of dead processes, now and from now on.

        Call it after every `register`.
        """
        await self.recovery.start(self._submitter.adopt)

    async def settle(self, seconds: float) -> int:
        """Wait for the running jobs; return the number of jobs that are not finished in time.

        Idle jobs are not waited for. All these jobs stay recorded: another running process, or the
        next one to start, continues them.
        """
        deadline = asyncio.get_running_loop().time() + seconds
        while tasks := self._busy_tasks():
            remaining = deadline - asyncio.get_running_loop().time()
            if remaining <= 0:
                break
            await asyncio.wait(tasks, timeout=min(remaining, _LOOK_SECONDS))
        unfinished = {*self._submitter.pending_tasks, *self._running.values()}
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        return len(unfinished)

    def _busy_tasks(self) -> set[asyncio.Future[None]]:
        busy = (task for job_id, task in self._running.items() if job_id not in self._idle)
        return {*self._submitter.pending_tasks, *busy}

    async def _begin(self, job: NewJob) -> None:
        """Submit a recorded job to dbos, which runs it here.

        The job runs only once, even if another process submits it too.
        """
        with SetWorkflowID(job.job_id):
            handle = await DBOS.start_workflow_async(self._workflow, job.kind, job.payload)
        task = getattr(handle, "task", None)  # absent if another process runs the job
        if task is not None:
            self._track(job.job_id, task)

    def _track(self, job_id: str, task: "asyncio.Future[None]") -> None:
        """Record that `task` runs the job; a later task for the same job replaces it."""
        self._running[job_id] = task

        def forget(finished: "asyncio.Future[None]") -> None:
            if self._running.get(job_id) is finished:
                del self._running[job_id]

        task.add_done_callback(forget)

    def _register_workflow(self) -> None:
        """Register the one workflow that every job runs; dbos has one registry for each process."""

        @DBOS.workflow(name=_WORKFLOW)
        async def job(kind: str, payload: Json) -> None:
            job_id, task = DBOS.workflow_id or "", asyncio.current_task()
            if task is not None:
                self._track(job_id, task)  # dbos shields its own task; this one can be cancelled
            ensure_owner = self.recovery.ensure_still_owner
            steps = DbosSteps(job_id, ensure_owner, self._priority, self._idle)
            try:
                await self._handlers[kind](payload, steps)
            except Exception:
                self._log.exception("job_failed", kind=kind)
                raise

        self._workflow = job


@asynccontextmanager
async def open_jobs(
    url: str, process_id: str, processes: ProcessRegistry
) -> AsyncIterator[DbosJobQueue]:
    """Yield the job queue, open while the block runs.

    `url` is a URL of SQLAlchemy's for a synchronous driver. Raises StoreUnreachable.
    """
    # The inbox has an engine of its own: in dbos' pool a question would queue behind the steps of
    # all running jobs.
    engine, inbox_engine = open_job_engine(url), open_job_engine(url)
    inbox = Inbox(inbox_engine, process_id)
    jobs = DbosJobQueue(RecoveryLoop(process_id, processes, JobCleanup(engine), inbox), inbox)
    refuse_other_serializers()
    DBOS(config=_config(engine, process_id))
    _route_dbos_logs()
    jobs._register_workflow()  # noqa: SLF001  same module
    try:
        _launch(inbox)
        yield jobs
    finally:
        try:
            await jobs.recovery.stop()
        finally:
            await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
            inbox.close()
            inbox_engine.dispose()
            engine.dispose()


def _launch(inbox: Inbox) -> None:
    """Launch dbos on this event loop, so that it runs recovered jobs here and not in a thread.

    Raises StoreUnreachable.
    """
    try:
        DBOS.launch()
        inbox.create_table()
    except DATABASE_ERRORS as trouble:
        # Not `from trouble`: the driver's message may hold the address.
        raise StoreUnreachable(
            f"The database of jobs could not be opened ({type(trouble).__name__})."
        ) from None


def _config(engine: Engine, process_id: str) -> DBOSConfig:
    return DBOSConfig(
        name=APPLICATION,
        application_version=VERSION,
        executor_id=process_id,
        system_database_engine=engine,
        serializer=JsonSerializer(),
        log_level="WARNING",
        enable_otlp=False,
        max_executor_threads=THREADS,
        # Waiting for notifications takes a connection, and we send none.
        use_listen_notify=False,
        notification_listener_polling_interval_sec=0.1,
    )


def _route_dbos_logs() -> None:
    """Send dbos' log lines, warnings and worse, through our own log handlers."""
    logger = logging.getLogger("dbos")
    logger.handlers.clear()
    logger.propagate = True
    logger.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Return False for dbos' lines on each job that the end of this process cancels."""
    return not record.getMessage().startswith("Asyncio task cancelled")
