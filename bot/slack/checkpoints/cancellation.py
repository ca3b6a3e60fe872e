"""Ends a job when one of its subjects is erased while the job runs."""

from collections.abc import Awaitable, Callable, Iterable

from bot.domain.errors import SinceForgotten
from bot.domain.privacy.erasures import ErasureLog
from bot.jobs.ports import Json, Steps

_CANCELLED: Json = {"since_forgotten": True}
"""The record of a step that was cancelled, in place of its result. No step has such a result."""


class CancellableSteps:
    """Runs steps until one of the job's subjects is erased after the question was asked.

    The check runs inside a step, and its outcome is recorded as the step's result, so that a
    restarted job ends at the same step. The steps after it, which tell the asker, are not cancelled
    again.
    """

    def __init__(
        self, steps: Steps, erasures: ErasureLog, names: Iterable[str], asked_at: float
    ) -> None:
        self._steps = steps
        self._erasures = erasures
        self._subjects = {name for name in names if name}
        self._asked_at = asked_at
        self._is_cancelled = False

    @property
    def job_id(self) -> str:
        """Return the job's id."""
        return self._steps.job_id

    def also_about(self, *names: str | None) -> None:
        """Add subjects that the job turned out to be about."""
        self._subjects.update(name for name in names if name)

    async def run(self, name: str, act: Callable[[], Awaitable[Json]]) -> Json:
        """Run a step as `Steps.run` does. Raises SinceForgotten."""

        async def act_unless_erased() -> Json:
            return _CANCELLED if self._is_erased() else await act()

        return self._raise_if_cancelled(await self._steps.run(name, act_unless_erased))

    async def once(self, name: str, act: Callable[[bool], Awaitable[Json]]) -> Json:
        """Run a step as `Steps.once` does. Raises SinceForgotten."""

        async def act_unless_erased(again: bool) -> Json:  # noqa: FBT001  as Steps.once calls it
            return _CANCELLED if self._is_erased() else await act(again)

        return self._raise_if_cancelled(await self._steps.once(name, act_unless_erased))

    async def pause(self, seconds: float) -> None:
        """Pause as `Steps.pause` does."""
        await self._steps.pause(seconds)

    def _is_erased(self) -> bool:
        return not self._is_cancelled and self._erasures.erased_since(
            self._subjects, self._asked_at
        )

    def _raise_if_cancelled(self, record: Json) -> Json:
        if record == _CANCELLED:
            self._is_cancelled = True
            raise SinceForgotten
        return record
