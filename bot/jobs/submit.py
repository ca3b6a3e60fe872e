"""Accepts jobs: each is recorded in time or refused, and then begun.

New questions are recorded before running jobs take their next step, because Slack waits only three
seconds for an acknowledgement.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress

import structlog
from dbos import error
from sqlalchemy.exc import SQLAlchemyError
from tenacity import RetryCallState, retry, wait_exponential

from bot.domain.errors import StoreUnreachable
from bot.jobs.inbox import Inbox, NewJob

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


RECORD_SECONDS = 2.0
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
            is_refused = job.job_id in self._refused
            self._refused.discard(job.job_id)
        if is_new:
            self._start(
                self._inbox.drop(job.job_id) if is_refused else self._begin_after_submits(job)
            )
        return is_new

    def _start(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(coroutine)
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
