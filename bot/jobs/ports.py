"""The interfaces to durable work: jobs made of steps."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Json = Any
"""Any value that JSON can hold, as `json.loads` returns it."""


class Steps(Protocol):
    """The steps of one running job. Each step runs once, and its result is recorded.

    After a crash a handler runs again from its beginning, here or in another process: recorded
    steps return their recorded results. So a handler must take the same steps in the same order
    whenever their results are the same; otherwise every method raises RecordUnusable.
    """

    @property
    def job_id(self) -> str:
        """The job's id, made from Slack's request."""

    async def run(self, name: str, act: Callable[[], Awaitable[Json]]) -> Json:
        """Run a step that may safely run again: a crash may come before its result is recorded."""

    async def once(self, name: str, act: Callable[[bool], Awaitable[Json]]) -> Json:
        """Run a step that must not be done twice.

        `act` receives True if an earlier run may have done it already, and must then check.
        """

    async def pause(self, seconds: float, *, idle: bool = False) -> None:
        """Wait; after a crash, wait for the rest of the time.

        A process that ends does not wait for an `idle` job.
        """

    def idle(self) -> AbstractContextManager[None]:
        """Mark the job as idle while the block runs: a process that ends does not wait for it."""


JobHandler = Callable[[Json, Steps], Awaitable[None]]
"""Runs a job, given its payload. An exception is logged and ends the job."""


class Jobs(Protocol):
    """Accepts jobs."""

    def register(self, kind: str, handler: JobHandler) -> None:
        """Register the handler of a kind of job. Call it before `start`."""

    async def submit(self, kind: str, job_id: str, payload: Json) -> bool:
        """Record a job and begin it; return False if any process knows that job already.

        Raises StoreUnreachable if the job cannot be recorded.
        """


class JobsHost(Jobs, Protocol):
    """The job queue of one process."""

    @property
    def replicas(self) -> int:
        """The number of running processes that share the database, this one included."""

    async def start(self) -> None:
        """Recover the jobs of dead processes, now and from now on.

        Call it after every `register`.
        """

    async def settle(self, seconds: float) -> int:
        """Wait for the running jobs; return the number of jobs left to a later process."""


class ProcessRegistry(Protocol):
    """The processes that share one database, each with its own id. Raises StoreUnreachable.

    All times are the database's: the clocks of two machines may differ.
    """

    async def beat(self, process_id: str) -> None:
        """Record that this process is alive."""

    async def end(self, process_id: str) -> None:
        """Record that this process has ended."""

    async def alive(self, within: float) -> Sequence[str]:
        """Return the ids of the processes that sent a heartbeat in the last `within` seconds."""
