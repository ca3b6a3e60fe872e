"""The engine: dbos behind our own interface, one for each process.

https://docs.dbos.dev/python/reference/configuration
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from dbos import DBOS, DBOSConfig, SetWorkflowID, error
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.errors import StoreUnreachable
from bot.jobs.course import DurableSteps
from bot.jobs.database import open_engine
from bot.jobs.leavings import Leavings
from bot.jobs.ports import Course, Json, Lives
from bot.jobs.precedence import Precedence
from bot.jobs.serial import JsonForm
from bot.jobs.watch import Watchman

APPLICATION = "call-doctor"
VERSION = "1"
"""The form of our courses. dbos gives a job only to processes of the same version: to be raised
when a course's steps change so that one begun by the older release cannot be finished by the
newer. Left to itself dbos takes a hash of the code, and a rolling restart would strand jobs."""

RECORD_SECONDS = 2.0
"""After so long a question is refused: Slack waits three seconds for the acknowledgement."""

THREADS = 32
"""dbos makes as many as there is work at once, for ever; the database gets `POOL` of them."""

_WORKFLOW = "job"
_TROUBLES = (SQLAlchemyError, error.DBOSException, OSError)


class DurableJobs:
    """Jobs in a database. Open it with `open_jobs`."""

    def __init__(self, watchman: Watchman) -> None:
        self.watchman = watchman
        self._courses: dict[str, Course] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._coming: set[str] = set()
        self._mine: set[str] = set()
        self._refused: set[str] = set()
        self._precedence = Precedence()
        self._log = structlog.get_logger("call_doctor.jobs")

    @property
    def replicas(self) -> int:
        """Processes that live on the same database, this one included."""
        return self.watchman.replicas

    @property
    def under_way(self) -> int:
        """Jobs that this process took on and has not finished."""
        return len(self._mine)

    def register(self, kind: str, course: Course) -> None:
        """Say what a job of that kind means."""
        self._courses[kind] = course

    async def submit(self, kind: str, job_id: str, payload: Json) -> bool:
        """Record a job and begin it; False if it is known already."""
        if job_id in self._coming:
            return False
        self._coming.add(job_id)
        recording = asyncio.create_task(self._record(kind, job_id, payload))
        recording.add_done_callback(lambda _: self._coming.discard(job_id))
        try:
            return await asyncio.wait_for(asyncio.shield(recording), RECORD_SECONDS)
        except TimeoutError as trouble:
            # dbos goes on trying. The asker was refused, so the job must not come up later.
            self._refused.add(job_id)
            recording.add_done_callback(_looked_at)
            raise StoreUnreachable("The question could not be recorded in time.") from trouble
        except _TROUBLES as trouble:
            raise StoreUnreachable(
                f"The question could not be recorded ({type(trouble).__name__})."
            ) from trouble

    async def _record(self, kind: str, job_id: str, payload: Json) -> bool:
        """Of two processes that record the same job at once, the database lets one have it."""
        with self._precedence.recording():
            if await DBOS.get_workflow_status_async(job_id) is not None:
                return False
            self._mine.add(job_id)
            ours = False
            try:
                ours = await self._begin(kind, job_id, payload)
            finally:
                if not ours:
                    self._mine.discard(job_id)
            return ours

    async def _begin(self, kind: str, job_id: str, payload: Json) -> bool:
        with SetWorkflowID(job_id):
            handle = await DBOS.start_workflow_async(self._workflow, kind, payload)
        return (await handle.get_status()).executor_id == self.watchman.life

    async def start(self) -> None:
        """Take over what the dead left, now and from now on. After every `register`."""
        await self.watchman.start()

    async def settle(self, seconds: float) -> int:
        """Wait for the jobs under way; those that are not done in time stay recorded.

        Returns how many: whoever lives, or starts next, goes on with them.
        """
        if self._running:
            await asyncio.wait(set(self._running), timeout=seconds)
        left = set(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        return len(left)

    def _bind(self) -> None:
        """Make the one workflow that every job is; dbos keeps a register for the process."""

        @DBOS.workflow(name=_WORKFLOW)
        async def job(kind: str, payload: Json) -> None:
            await self._go(kind, payload)

        self._workflow = job

    async def _go(self, kind: str, payload: Json) -> None:
        job_id = DBOS.workflow_id or ""
        if job_id in self._refused:
            self._refused.discard(job_id)
            self._mine.discard(job_id)
            return
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        self._mine.add(job_id)
        steps = DurableSteps(job_id, self.watchman.certain, self._precedence)
        try:
            await self._courses[kind](payload, steps)
        except Exception:
            self._log.exception("job_failed", kind=kind)
            raise
        finally:
            self._mine.discard(job_id)


@asynccontextmanager
async def open_jobs(url: str, life: str, lives: Lives) -> AsyncIterator[DurableJobs]:
    """The engine while the block runs. `url` is SQLAlchemy's, for a synchronous driver.

    Raises StoreUnreachable.
    """
    engine = open_engine(url)
    jobs = DurableJobs(Watchman(life, lives, Leavings(engine)))
    DBOS(config=_config(engine, life))
    _quiet()
    jobs._bind()  # noqa: SLF001  its own module
    try:
        _launch()
        yield jobs
    finally:
        try:
            await jobs.watchman.stop()
        finally:
            await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
            engine.dispose()


def _looked_at(recording: "asyncio.Task[bool]") -> None:
    """Read what a late recording raised, so that Python does not warn of it."""
    if not recording.cancelled():
        recording.exception()


def _launch() -> None:
    """On this loop: dbos then runs what it takes over here, not in a thread."""
    try:
        DBOS.launch()
    except _TROUBLES as trouble:
        # Not `from`: the driver's words may hold the address.
        raise StoreUnreachable(
            f"The database of jobs could not be opened ({type(trouble).__name__})."
        ) from None


def _config(engine: Engine, life: str) -> DBOSConfig:
    return DBOSConfig(
        name=APPLICATION,
        application_version=VERSION,
        executor_id=life,
        system_database_engine=engine,
        serializer=JsonForm(),
        log_level="WARNING",
        enable_otlp=False,
        max_executor_threads=THREADS,
        # Waiting for notifications costs a connection; nothing of ours sends any.
        use_listen_notify=False,
        notification_listener_polling_interval_sec=0.1,
    )


def _quiet() -> None:
    """Dbos logs on its own; its lines go to ours, warnings and worse."""
    logger = logging.getLogger("dbos")
    logger.handlers.clear()
    logger.propagate = True
