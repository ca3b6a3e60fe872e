"""Steps of a job without a database: a second run takes recorded results from memory."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from bot.jobs import Json


class Crash(BaseException):
    """The process ends between a step's action and its record."""


class KeptSteps:
    """Implements `bot.jobs.Steps`, with a clock that waiting moves.

    `crash_in` ends the run in that step, `before` or after its act.
    """

    def __init__(
        self,
        record: dict[str, Json] | None,
        run: str,
        waits: Callable[[float], None],
    ) -> None:
        self.record = {} if record is None else record
        self.run_name = run
        self.crash_in = ""
        self.before = False
        self.pauses: list[float] = []
        self._waits = waits
        self.job_id = "job"

    async def run(self, name: str, act: Callable[[], Awaitable[Json]]) -> Json:
        if name not in self.record:
            if name == self.crash_in and self.before:
                raise Crash
            found = await act()
            if name == self.crash_in:
                raise Crash
            self.record[name] = found
        return self.record[name]

    async def once(self, name: str, act: Callable[[bool], Awaitable[Json]]) -> Json:
        intent = self.record.setdefault(f"{name}:intent", self.run_name)
        return await self.run(name, lambda: act(intent != self.run_name))

    async def pause(self, seconds: float, *, idle: bool = False) -> None:  # noqa: ARG002
        self.pauses.append(seconds)
        self._waits(seconds)

    @contextmanager
    def idle(self) -> Iterator[None]:
        yield
