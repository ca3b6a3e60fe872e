"""Taking jobs on: recorded in time or refused, then begun.

New questions first: each waits three seconds at most for its acknowledgement, no step does.
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
"""Turns of the loop in which a question that was read may come to its recording, and one that was
recorded to its acknowledgement."""

PATIENCE_SECONDS = 1.0
"""A step gives way for so long and no longer: questions that never end must not stop answers."""


class SubmitPriority:
    """Lets the recording of questions go before the steps of jobs under way."""

    def __init__(self) -> None:
        self._recording_count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def recording(self) -> Iterator[None]:
        """While the block runs, steps wait to begin."""
        self._recording_count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._recording_count -= 1
            if not self._recording_count:
                self._idle.set()

    async def wait_for_submits(self) -> None:
        """Return when no question is being recorded or about to be, or patience is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                idle_turns = 0
                while idle_turns < IDLE_TURNS:
                    await self._idle.wait()
                    await asyncio.sleep(0)
                    idle_turns = idle_turns + 1 if self._idle.is_set() else 0


RECORD_SECONDS = 2.0
"""After so long a question is refused: Slack waits three seconds for the acknowledgement."""

DATABASE_ERRORS = (SQLAlchemyError, error.DBOSException, OSError)
"""What dbos and the database raise."""


class JobSubmitter:
    """`begin` gives a recorded job to dbos; `beginning` are those that wait for it."""

    def __init__(
        self, inbox: Inbox, priority: SubmitPriority, begin: Callable[[NewJob], Awaitable[None]]
    ) -> None:
        self.pending_tasks: set[asyncio.Task[None]] = set()
        self._inbox = inbox
        self._priority = priority
        # As long as we live nobody else begins it: whatever goes wrong, it is tried again.
        self._begin = retry(wait=wait_exponential(0.2, max=10), before_sleep=self._log_retry)(begin)
        self._refused: set[str] = set()
        self._log = structlog.get_logger("call_doctor.jobs")

    async def submit(self, job: NewJob) -> bool:
        """Record a job and begin it; False if it is known already. Raises StoreUnreachable."""
        recording = asyncio.create_task(self._record(job))
        await asyncio.wait({recording}, timeout=RECORD_SECONDS)
        if not recording.done():
            # The writing goes on. The asker was refused, so the job must not come up later.
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
        """Begin what another life recorded; where that life came to begin it, dbos knows."""
        self._start(self._begin_after_submits(job))

    async def _record(self, job: NewJob) -> bool:
        """A task of its own: what is recorded is begun, whatever becomes of the request."""
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
            # Its row stays: the next life begins it.
            self._log.error("left_in_inbox", exc_info=task.exception())


def _ignore_exception(recording: "asyncio.Task[bool]") -> None:
    """Read what a late recording raised, so that Python does not warn of it."""
    if not recording.cancelled():
        recording.exception()
