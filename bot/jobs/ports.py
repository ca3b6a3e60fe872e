"""What the rest of the bot knows of durable work: courses made of steps."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

Json = Any
"""What JSON can hold, as `json.loads` gives it."""


class Steps(Protocol):
    """The steps of one job under way. Each is done, its result recorded, and never done again.

    After a crash a course runs again from its beginning, here or in another process: steps that
    were recorded answer from the record. So a course must take the same steps in the same order
    whenever their results are the same; else all of them raise RecordUnusable.
    """

    @property
    def job_id(self) -> str:
        """The job's own name, made from what Slack sent."""

    async def run(self, name: str, act: Callable[[], Awaitable[Json]]) -> Json:
        """A step that may safely be done again: the crash may come before it is recorded."""

    async def once(self, name: str, act: Callable[[bool], Awaitable[Json]]) -> Json:
        """A step that must not be done twice.

        `act` is told whether an earlier life may have done it already, and has to find out.
        """

    async def pause(self, seconds: float) -> None:
        """Wait; what is left of the time is waited after a crash."""


JobHandler = Callable[[Json, Steps], Awaitable[None]]
"""What is done for a job, from its payload. What it raises is logged, and the job is over."""


class Jobs(Protocol):
    """Takes on work."""

    def register(self, kind: str, handler: JobHandler) -> None:
        """Say what a job of that kind means. Before `start`."""

    async def submit(self, kind: str, job_id: str, payload: Json) -> bool:
        """Record a job and begin it; False if that job is known already, whoever has it.

        Raises StoreUnreachable when it cannot be recorded.
        """


class JobsHost(Jobs, Protocol):
    """The engine of one process."""

    @property
    def replicas(self) -> int:
        """Processes that live on the same database, this one included."""

    async def start(self) -> None:
        """Take over what the dead left, now and from now on. After every `register`."""

    async def settle(self, seconds: float) -> int:
        """Wait for the jobs under way; returns how many are left for another life."""


class ProcessRegistry(Protocol):
    """The processes that share one database, each with a life of its own. Raises StoreUnreachable.

    All times are the database's: the clocks of two machines may differ.
    """

    async def beat(self, process_id: str) -> None:
        """Say that this life goes on."""

    async def end(self, process_id: str) -> None:
        """Say that it is over."""

    async def alive(self, within: float) -> Sequence[str]:
        """Those who said so within that many seconds."""
