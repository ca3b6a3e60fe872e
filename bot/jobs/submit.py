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
from bot.jobs.inbox import Inbox, Note

TURNS = 6
"""Turns of the loop in which a question that was read may come to its recording, and one that was
recorded to its acknowledgement."""

PATIENCE_SECONDS = 1.0
"""A step gives way for so long and no longer: questions that never end must not stop answers."""


class SubmitPriority:
    """Lets the recording of questions go before the steps of jobs under way."""

    def __init__(self) -> None:
        self._recording = 0
        self._clear = asyncio.Event()
        self._clear.set()

    @contextmanager
    def recording(self) -> Iterator[None]:
        """While the block runs, steps wait to begin."""
        self._recording += 1
        self._clear.clear()
        try:
            yield
        finally:
            self._recording -= 1
            if not self._recording:
                self._clear.set()

    async def give_way(self) -> None:
        """Return when no question is being recorded or about to be, or patience is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                free = 0
                while free < TURNS:
                    await self._clear.wait()
                    await asyncio.sleep(0)
                    free = free + 1 if self._clear.is_set() else 0


RECORD_SECONDS = 2.0
"""After so long a question is refused: Slack waits three seconds for the acknowledgement."""

TROUBLES = (SQLAlchemyError, error.DBOSException, OSError)
"""What dbos and the database raise."""


class JobSubmitter:
    """`begin` gives a recorded job to dbos; `beginning` are those that wait for it."""

    def __init__(
        self, inbox: Inbox, precedence: SubmitPriority, begin: Callable[[Note], Awaitable[None]]
    ) -> None:
        self.beginning: set[asyncio.Task[None]] = set()
        self._inbox = inbox
        self._precedence = precedence
        # As long as we live nobody else begins it: whatever goes wrong, it is tried again.
        self._begin = retry(wait=wait_exponential(0.2, max=10), before_sleep=self._told)(begin)
        self._refused: set[str] = set()
        self._log = structlog.get_logger("call_doctor.jobs")

    async def take(self, note: Note) -> bool:
        """Record a job and begin it; False if it is known already. Raises StoreUnreachable."""
        recording = asyncio.create_task(self._record(note))
        await asyncio.wait({recording}, timeout=RECORD_SECONDS)
        if not recording.done():
            # The writing goes on. The asker was refused, so the job must not come up later.
            self._refused.add(note.job_id)
            recording.add_done_callback(_looked_at)
            raise StoreUnreachable("The question could not be recorded in time.")
        try:
            return recording.result()
        except TROUBLES as trouble:
            raise StoreUnreachable(
                f"The question could not be recorded ({type(trouble).__name__})."
            ) from trouble

    def adopt(self, note: Note) -> None:
        """Begin what another life recorded; where that life came to begin it, dbos knows."""
        self._start(self._begin_in_turn(note))

    async def _record(self, note: Note) -> bool:
        """A task of its own: what is recorded is begun, whatever becomes of the request."""
        new = False
        try:
            with self._precedence.recording():
                new = await self._inbox.take(note)
        finally:
            refused = note.job_id in self._refused
            self._refused.discard(note.job_id)
        if new:
            self._start(self._inbox.drop(note.job_id) if refused else self._begin_in_turn(note))
        return new

    def _start(self, beginning: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(beginning)
        self.beginning.add(task)
        task.add_done_callback(self._ended)

    async def _begin_in_turn(self, note: Note) -> None:
        await self._precedence.give_way()
        await self._begin(note)

    def _told(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        self._log.warning("not_begun_yet", tries=state.attempt_number, exc_info=error)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.beginning.discard(task)
        if not task.cancelled() and task.exception() is not None:
            # Its row stays: the next life begins it.
            self._log.error("left_in_inbox", exc_info=task.exception())


def _looked_at(recording: "asyncio.Task[bool]") -> None:
    """Read what a late recording raised, so that Python does not warn of it."""
    if not recording.cancelled():
        recording.exception()
