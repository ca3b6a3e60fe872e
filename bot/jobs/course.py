"""One job's steps, checkpointed by dbos."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import structlog
from dbos import DBOS, error

from bot.domain.errors import RecordUnusable
from bot.jobs.ports import Json
from bot.jobs.precedence import Precedence

Certain = Callable[[], Awaitable[None]]
"""Returns once this process is sure that nobody has taken its work over."""


class DurableSteps:
    """The Steps of one run of a course. A run that follows a crash has another `_run`."""

    def __init__(self, job_id: str, certain: Certain, precedence: Precedence) -> None:
        self._job_id = job_id
        self._certain = certain
        self._precedence = precedence
        self._run = uuid4().hex

    @property
    def job_id(self) -> str:
        """The job's own name."""
        return self._job_id

    async def run(self, name: str, act: Callable[[], Awaitable[Json]]) -> Json:
        """Do a step and record what came of it. Raises RecordUnusable."""

        async def do() -> Json:  # dbos tells by the function itself whether to await it
            return await act()

        await self._precedence.give_way()
        with _fitting():
            return await DBOS.run_step_async({"name": name}, do)

    async def once(self, name: str, act: Callable[[bool], Awaitable[Json]]) -> Json:
        """Record the intent, then act: another run's intent tells that it may have acted."""

        async def intend() -> str:
            return self._run

        async def do() -> Json:
            await self._certain()
            return await act(intent != self._run)

        intent = await self.run(f"{name}:intent", intend)
        return await self.run(name, do)

    async def pause(self, seconds: float) -> None:
        """Sleep until a moment that is recorded. Raises RecordUnusable."""
        with _fitting():
            await DBOS.sleep_async(seconds)


@contextmanager
def _fitting() -> Iterator[None]:
    """Dbos compares the name of each step with what an earlier life recorded in its place."""
    try:
        yield
    except error.DBOSUnexpectedStepError as unexpected:
        structlog.get_logger("call_doctor.jobs").error("record_unusable", why=str(unexpected))
        raise RecordUnusable from unexpected
