"""The steps of one job, checkpointed by dbos, and the JSON form in which dbos keeps jobs.

dbos' own form is pickle, which can run code that a database holds. Whichever form is configured,
dbos reads a row in the form that the row names. So anybody who can write to the database could
have code run here; `refuse_other_serializers` prevents that.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from typing import NoReturn
from uuid import uuid4

import structlog
from dbos import DBOS, Serializer, error
from dbos._serialization import DBOSPortableJSONSerializer, DefaultSerializer

from bot.domain.errors import RecordUnusable
from bot.jobs.inbox import SubmitPriority
from bot.jobs.ports import Json


class DbosSteps:
    """The Steps of one run of a job. A run after a crash has another `_run_id`.

    `ensure_owner` returns once it is sure that no other process has taken over this one's jobs.
    `idle_jobs` holds the ids of the jobs that wait idly.
    """

    def __init__(
        self,
        job_id: str,
        ensure_owner: Callable[[], Awaitable[None]],
        priority: SubmitPriority,
        idle_jobs: set[str],
    ) -> None:
        self._job_id = job_id
        self._ensure_owner = ensure_owner
        self._priority = priority
        self._idle_jobs = idle_jobs
        self._run_id = uuid4().hex

    @property
    def job_id(self) -> str:
        """The job's id."""
        return self._job_id

    async def run(self, name: str, act: Callable[[], Awaitable[Json]]) -> Json:
        """Run a step and record its result. Raises RecordUnusable."""

        async def do() -> Json:  # dbos inspects the function to decide whether to await it
            return await act()

        async with self._next_step():
            return await DBOS.run_step_async({"name": name}, do)

    async def once(self, name: str, act: Callable[[bool], Awaitable[Json]]) -> Json:
        """Record the intent, then act; an intent of another run means that it may have acted."""

        async def intend() -> str:
            return self._run_id

        async def do() -> Json:
            await self._ensure_owner()
            return await act(intent != self._run_id)

        async with self._next_step():
            intent = await DBOS.run_step_async({"name": f"{name}:intent"}, intend)
        async with self._next_step():
            return await DBOS.run_step_async({"name": name}, do)

    @asynccontextmanager
    async def _next_step(self) -> AsyncIterator[None]:
        """Wait until a step may begin. Raises RecordUnusable if the block takes another step."""
        await self._priority.wait_for_submits()
        with _convert_step_errors():
            yield

    async def pause(self, seconds: float, *, idle: bool = False) -> None:
        """Sleep until a recorded moment. Raises RecordUnusable."""
        with self.idle() if idle else nullcontext(), _convert_step_errors():
            await DBOS.sleep_async(seconds)

    @contextmanager
    def idle(self) -> Iterator[None]:
        """Mark the job as idle while the block runs."""
        self._idle_jobs.add(self._job_id)
        try:
            yield
        finally:
            self._idle_jobs.discard(self._job_id)


@contextmanager
def _convert_step_errors() -> Iterator[None]:
    """Raise RecordUnusable in place of dbos' error for an unexpected step.

    dbos compares the name of each step with the step that an earlier run recorded in its place.
    """
    try:
        yield
    except error.DBOSUnexpectedStepError as unexpected:
        structlog.get_logger("call_doctor.jobs").error("record_unusable", why=str(unexpected))
        raise RecordUnusable from unexpected


class JsonSerializer(Serializer):
    """Stores values as JSON, and an exception as the name of its class.

    The name is enough, because a handler reports its own errors.
    """

    def serialize(self, data: Json) -> str:
        """Return the text to store, in ASCII: no database accepts half of a character."""
        return json.dumps(data, separators=(",", ":"), default=_encode_exception)

    def deserialize(self, serialized_data: str) -> Json:
        """Return the value of a stored text."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """The name by which dbos records the form."""
        return "call_doctor_json"


class UnknownSerialization(ValueError):
    """A row is in a form that we never write."""


def refuse_other_serializers() -> None:
    """Make dbos refuse every row that is not in our form: the job fails and is logged.

    The wake time of a pause is the one value that dbos writes in its portable form, whatever form
    is configured. That form is plain JSON, and nothing but a number is read from it.
    """
    setattr(DefaultSerializer, "deserialize", _refuse)  # noqa: B010  dbos has no setting for it
    setattr(DBOSPortableJSONSerializer, "deserialize", _read_wake_time)  # noqa: B010  as above


def _read_wake_time(serializer: Serializer, serialized_data: str | None) -> float:
    try:
        value = json.loads(serialized_data or "")
    except ValueError:
        value = None
    if type(value) not in (int, float):
        _refuse(serializer, "")
    return float(value)


def _refuse(serializer: Serializer, _serialized_data: str) -> NoReturn:
    structlog.get_logger("call_doctor.jobs").error("job_refused", serialization=serializer.name())
    raise UnknownSerialization(
        f"a job's record is in the form {serializer.name()}, which is never read"
    )


def _encode_exception(value: object) -> str:
    if isinstance(value, BaseException):
        return type(value).__name__
    raise TypeError(f"{type(value).__name__} cannot be kept: results of steps are plain JSON")
