"""The steps of one running job, which ends when one of its subjects is erased."""

import re
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractContextManager

import structlog

from bot.domain.errors import BotError, SinceForgotten, Unexpected
from bot.domain.privacy.erasures import ErasureLog
from bot.jobs.ports import Json, Steps
from bot.slack.checkpoints.serialization import error_from_json, error_to_json

_CANCELLED: Json = {"since_forgotten": True}
"""The record of a step that was cancelled, in place of its result. No step has such a result."""


class JobContext:
    """Runs a job's steps until one of its subjects is erased after the question was asked.

    The check runs inside a step, and its outcome is recorded as the step's result, so that a
    restarted job ends at the same step. The steps after it, which tell the asker, are not cancelled
    again. Without subjects no step is cancelled.
    """

    def __init__(
        self,
        steps: Steps,
        erasures: ErasureLog | None = None,
        subjects: Iterable[str] = (),
        asked_at: float = float("inf"),
    ) -> None:
        self._steps = steps
        self._erasures = erasures or ErasureLog()
        self._subjects = {subject for subject in subjects if subject}
        self._asked_at = asked_at
        self._is_cancelled = False

    @property
    def job_id(self) -> str:
        """Return the job's id."""
        return self._steps.job_id

    def also_about(self, *subjects: str | None) -> None:
        """Add subjects that the job turned out to be about."""
        self._subjects.update(subject for subject in subjects if subject)

    @property
    def is_cancelled(self) -> bool:
        """Return whether a step was cancelled, because one of the job's subjects was erased."""
        return self._is_cancelled

    def uncancellable(self) -> "JobContext":
        """Return the same job's steps for what must be done in any case."""
        return JobContext(self._steps)

    async def step(self, name: str, act: Callable[[], Awaitable[Json]]) -> Json:
        """Run a step that may safely run again, as `Steps.run` does. Raises SinceForgotten."""

        async def act_unless_erased() -> Json:
            return _CANCELLED if self._is_erased() else await act()

        return self._raise_if_cancelled(await self._steps.run(name, act_unless_erased))

    async def step_once(self, name: str, act: Callable[[bool], Awaitable[Json]]) -> Json:
        """Run a step that must not be done twice, as `Steps.once` does. Raises SinceForgotten."""

        async def act_unless_erased(again: bool) -> Json:  # noqa: FBT001  as Steps.once calls it
            return _CANCELLED if self._is_erased() else await act(again)

        return self._raise_if_cancelled(await self._steps.once(name, act_unless_erased))

    async def guarded_step(self, name: str, act: Callable[[], Awaitable[Json]]) -> Json:
        """Run a step and record its error in words. Raises BotError, also after a restart."""

        async def act_guarded() -> Json:
            try:
                return {"found": await act()}
            except Exception as error:  # noqa: BLE001  a border: errors go into the record as words
                return {"error": error_to_json(as_bot_error(error))}

        record = await self.step(name, act_guarded)
        if "error" in record:
            raise error_from_json(record["error"])
        return record["found"]

    async def sleep(self, seconds: float, *, idle: bool = False) -> None:
        """Wait; after a restart, wait for the rest of the time.

        A process that ends does not wait for an `idle` job.
        """
        await self._steps.pause(seconds, idle=idle)

    def idle(self) -> AbstractContextManager[None]:
        """Mark the job as idle while the block runs: a process that ends does not wait for it."""
        return self._steps.idle()

    def _is_erased(self) -> bool:
        return not self._is_cancelled and self._erasures.erased_since(
            self._subjects, self._asked_at
        )

    def _raise_if_cancelled(self, record: Json) -> Json:
        if record == _CANCELLED:
            self._is_cancelled = True
            raise SinceForgotten
        return record


_TYPED_WORDS = re.compile("“[^”]*”")
"""Words of the asker's in an error: they may be a person's name, which no log holds."""


def as_bot_error(
    error: Exception, log: structlog.typing.FilteringBoundLogger | None = None
) -> BotError:
    """Log an error and return the one to show: a BotError unchanged, else Unexpected."""
    log = log or structlog.get_logger("call_doctor")
    if isinstance(error, BotError):
        log.log(
            {"info": 20, "warning": 30}.get(error.level, 40),
            "not_answered",
            error=type(error).__name__,
            cause=_TYPED_WORDS.sub("“…”", error.cause),
        )
        return error
    log.error("unexpected", exc_info=error)
    return Unexpected()
