"""The steps of a job that ends when what it is about is forgotten while it is under way."""

from collections.abc import Awaitable, Callable, Iterable

from bot.domain.errors import SinceForgotten
from bot.domain.records.erasures import ErasureLog
from bot.jobs.ports import Json, Steps

_CANCELLED: Json = {"since_forgotten": True}
"""What a step records instead of its result. No step of ours has such a result."""


class CancellableSteps:
    """As the steps they are made of, until one of the names was forgotten since it was asked.

    That is noticed inside a step and recorded as its result, so that a life after a crash ends the
    job at the same step. What comes after it, the word to the asker, is not held up again.
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
        """The job's own name."""
        return self._steps.job_id

    def also_about(self, *names: str | None) -> None:
        """It turned out to be about these, too."""
        self._subjects.update(name for name in names if name)

    async def run(self, name: str, act: Callable[[], Awaitable[Json]]) -> Json:
        """As `Steps.run`. Raises SinceForgotten."""

        async def act_unless_erased() -> Json:
            return _CANCELLED if self._is_erased() else await act()

        return self._raise_if_cancelled(await self._steps.run(name, act_unless_erased))

    async def once(self, name: str, act: Callable[[bool], Awaitable[Json]]) -> Json:
        """As `Steps.once`. Raises SinceForgotten."""

        async def act_unless_erased(again: bool) -> Json:  # noqa: FBT001  as Steps.once calls it
            return _CANCELLED if self._is_erased() else await act(again)

        return self._raise_if_cancelled(await self._steps.once(name, act_unless_erased))

    async def pause(self, seconds: float) -> None:
        """As `Steps.pause`."""
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
