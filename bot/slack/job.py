"""A job that reads a report and shows parts of it: a look-up, or the press of a button.

`admit_lookup` limits how many jobs may wait.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from copy import copy
from datetime import datetime
from functools import partial
from typing import Any, Self

from bot.domain.answer_log import OpeningState
from bot.domain.errors import TooManyWaiting
from bot.domain.metrics import LookupOutcome
from bot.domain.privacy.personal_names import Names
from bot.domain.privacy.report_names import apply_names
from bot.domain.report import Report
from bot.domain.saved_lookup import SavedLookup
from bot.domain.target import Choices
from bot.investigate.background import ignore_result
from bot.jobs.ports import Json
from bot.render.message import Answer, Message, Picture
from bot.render.renderer import Renderer
from bot.slack.checkpoints.checkpointed_sender import CheckpointedSender
from bot.slack.checkpoints.job_context import JobContext
from bot.slack.checkpoints.serialization import (
    from_json,
    picture_from_json,
    picture_to_json,
    to_json,
)
from bot.slack.context import BotContext, Lookup
from bot.slack.error_boundary import ErrorBoundary
from bot.slack.payloads import ReplyTarget
from bot.slack.progress import ProgressReporter


class LookupResult:
    """The facts of one look-up, fetched when first needed and at most once in each process.

    Everything made of them is recorded, so that a crash does not ask 100ms again.
    """

    def __init__(
        self,
        steps: JobContext,
        renderer: Renderer,
        investigate: Callable[[], Awaitable[Report | Choices]],
        names: Names,
    ) -> None:
        self._steps = steps
        self._renderer = renderer
        self._investigate = investigate
        self._task: asyncio.Task[Report | Choices] | None = None
        self._renamed: tuple[Report, Names, Report] | None = None
        self._begun: dict[str, asyncio.Task[Json]] = {}
        self.names = names
        """The part of people's names that the rendered messages show."""

    @property
    def report(self) -> Report | None:
        """The report, if this process has read it."""
        task = self._task
        if task is None or not task.done() or task.cancelled() or task.exception():
            return None
        outcome = task.result()
        return outcome if isinstance(outcome, Report) else None

    def task(self) -> "asyncio.Task[Report | Choices]":
        """Return the investigation's task, and start it if needed. The task raises the failure."""
        if self._task is None:
            self._task = asyncio.create_task(_await(self._investigate))
        return self._task

    def close(self) -> None:
        """Cancel the investigation; nothing waits for its result."""
        if self._task is not None:
            self._task.cancel()
            self._task.add_done_callback(ignore_result)

    async def choices(self) -> Choices | None:
        """Return the choices, or None if the question is clear.

        This is the step at which the investigation ends. Raises BotError if it failed or found
        nothing.
        """

        async def act() -> Json:
            outcome = await self.task()
            return to_json(Choices, outcome) if isinstance(outcome, Choices) else None

        record = await self._steps.guarded_step("investigate", act)
        return from_json(Choices, record) if record else None

    def pin(self, as_of: datetime, reopen: Callable[[], Awaitable[Report]]) -> None:
        """From now on take the report of an answer that stands, as of that answer.

        A job that a crash interrupted reads the room at a later moment; `reopen` reads it as of
        the answer.
        """
        if self.report is None or self.report.as_of != as_of:
            self._investigate, self._task = reopen, None
            self._begun.clear()

    async def opening(self, note: str = "", asked_by: str = "") -> Message:
        """Return the opening for a channel; `asked_by` names the asker of a command.

        The rest is rendered once it stands: it takes twenty times as long for 200 people.
        """
        opening: Message = await self.render(
            "opening",
            Message,
            lambda report: self._renderer.opening(report, note=note, asked_by=asked_by),
        )
        return opening

    async def answer(self, note: str = "", asked_by: str = "") -> Answer:
        """Return the whole answer for a channel, rendered at once."""
        answer: Answer = await self.render(
            "answer",
            Answer,
            lambda report: self._renderer.answer(report, note=note, asked_by=asked_by),
        )
        return answer

    async def private(self, *, messages: int, note: str = "") -> tuple[Message, ...]:
        """Return the answer in at most `messages` messages."""
        parts: tuple[Message, ...] = await self.render(
            "private",
            tuple[Message, ...],
            lambda report: self._renderer.private(report, messages=messages, note=note),
        )
        return parts

    async def picture(self, draw: Callable[[Report], Picture | None]) -> Picture | None:
        """Return the picture that `draw` makes of the report."""
        record = await self.render("picture", PICTURE, partial(draw_to_json, draw))
        return record and picture_from_json(record)

    def begin(self, name: str, kind: Any, make: Callable[[Report], Any]) -> None:  # noqa: ANN401
        """Begin what `render` will record under that name, while something else is waited for.

        A process that did not read the report leaves it to the step, which may be recorded.
        """
        if self.report is not None:
            self._begun[name] = asyncio.create_task(self._make(name, kind, make))
            self._begun[name].add_done_callback(ignore_result)

    async def render(
        self,
        name: str,
        kind: Any,  # noqa: ANN401  as `to_json` takes it
        make: Callable[[Report], Any],
        *,
        whole: bool = False,
    ) -> Any:  # noqa: ANN401  as `make` returns it
        """Return the result of `make` for the report; it is recorded, so it is made only once.

        `make` runs in a thread. The report shows people's names as `names` says; with `whole` it
        shows them as 100ms does.
        """

        async def act() -> Json:
            begun = self._begun.pop(name, None)
            return await (begun or self._make(name, kind, make, whole=whole))

        return from_json(kind, await self._steps.guarded_step(name, act))

    async def _make(
        self,
        name: str,
        kind: Any,  # noqa: ANN401  as above
        make: Callable[[Report], Any],
        *,
        whole: bool = False,
    ) -> Json:
        """Return the record of what `make` makes of the report."""

        def make_readable(report: Report) -> Any:  # noqa: ANN401  as above
            return make(report if whole else self._with_names(report))

        report = await self.task()
        if not isinstance(report, Report):
            raise TypeError(name)
        return to_json(kind, await asyncio.to_thread(make_readable, report))

    def _with_names(self, report: Report) -> Report:
        """Return the report as its readers may see it."""
        cached = self._renamed
        if cached is None or cached[0] is not report or cached[1] is not self.names:
            cached = self._renamed = (report, self.names, apply_names(report, self.names))
        return cached[2]


async def _await(investigate: Callable[[], Awaitable[Report | Choices]]) -> Report | Choices:
    return await investigate()


PICTURE = dict[str, str] | None
"""The record of a picture."""


def draw_to_json(draw: Callable[[Report], Picture | None], report: Report) -> Json:
    """Return the record of the picture that `draw` makes of the report."""
    picture = draw(report)
    return picture and picture_to_json(picture)


@contextmanager
def admit_lookup(ctx: BotContext, asker: str) -> Iterator[None]:
    """Admit one more look-up of this person; the block records it.

    Raises TooManyWaiting, and counts the refusal. If the block raises, the admission is taken back.
    """
    limiter = ctx.tasks.limiter
    try:
        limiter.ensure_room(asker)
    except TooManyWaiting:
        ctx.metrics.lookup(LookupOutcome.REFUSED)
        raise
    try:
        yield
    except BaseException:
        limiter.withdraw(asker)
        raise


class Job(ABC):
    """One job under way, with everything that its messages need.

    `sender` sends as recorded steps, `ctx.sender` does not. `lookup` changes when its place
    becomes more exact. `boundary` tells the asker about errors.
    """

    def __init__(self, ctx: BotContext, lookup: Lookup, steps: JobContext) -> None:
        self.ctx = ctx
        self.lookup = lookup
        self.note = ""
        """A line for the end of an answer that can be changed later."""
        self.opening_state: OpeningState | None = None
        """The state of the opening to be posted; its place is not known yet."""
        self.steps = steps
        self.sender = CheckpointedSender(ctx.sender, steps, ctx.reconciler)
        self.progress = ProgressReporter(ctx, lookup)
        self.boundary = ErrorBoundary(ctx, lookup.target, lookup.id, self.sender)
        names = lookup.query.names or ctx.names
        self.result = LookupResult(steps, ctx.renderer, self.investigate, names)
        self._had_slot = False

    @property
    def asker(self) -> str:
        """The name under which the job was admitted and waits for its turn."""
        return self.lookup.target.user

    async def run_admitted(self) -> None:
        """Run; a job that ended without a slot, as it read nothing, waits no longer."""
        try:
            await self.run()
        finally:
            if not self._had_slot:
                self.ctx.tasks.limiter.withdraw(self.asker)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a slot and hold it."""
        self._had_slot = True
        async with self.ctx.tasks.limiter.slot(self.asker, self.progress.say_waiting):
            yield

    @abstractmethod
    async def run(self) -> None:
        """Do the job, and record how it ended."""

    @abstractmethod
    async def investigate(self) -> Report | Choices:
        """Return the diagnosed report, or the choices if the question matches several things."""

    async def reopen_answer(self, handle: SavedLookup) -> Report:
        """Return the diagnosed report of an earlier answer, as of then."""
        investigator, tell = self.ctx.investigator, self.progress.say_waiting
        return await investigator.diagnose(await investigator.reopen(handle, tell), tell)

    def at(self, target: ReplyTarget) -> Self:
        """Return the same job for messages at another place."""
        moved = copy(self)
        moved.lookup = self.lookup.with_target(target)
        return moved

    def record_first_answer(self) -> None:
        """Record the time to a posted opening. Call it for each; only the first one counts."""
        if not self.lookup.opening_posted:
            self.ctx.metrics.first_answer_seconds(self.lookup.seconds)
