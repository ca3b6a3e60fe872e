"""One look-up from question to answer: recorded, greeted, investigated, delivered.

The desk as a job uses it: what it says in Slack is said once.

Keeps where an answer stands, so that its reference leads back to it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import structlog

from bot.domain.errors import StoreUnreachable
from bot.domain.metrics import LookupOutcome
from bot.domain.records.answer_log import PostedAnswer
from bot.domain.records.audit import AuditOutcome, Ending
from bot.domain.report import Report
from bot.domain.saved_lookup import SavedLookup, from_report, subject_ids
from bot.domain.target import Choices, Progress
from bot.jobs.ports import Json, Steps
from bot.slack.access.audience import for_its_readers
from bot.slack.access.audit import end_of_job, goes_on, outcome_for, recorded
from bot.slack.checkpoints.cancellation import CancellableSteps
from bot.slack.checkpoints.result import LookupResult
from bot.slack.checkpoints.sender import CheckpointedSender
from bot.slack.checkpoints.serialization import to_json, lookup_to_json, from_json, lookup_from_json
from bot.slack.context import BotContext, Lookup
from bot.slack.delivery.routes import deliver
from bot.slack.error_boundary import ErrorBoundary
from bot.slack.lookup.channel_defaults import apply_channel_defaults
from bot.slack.lookup.choices import post_choices
from bot.slack.lookup.placeholder import close_unfinished_opening, post_placeholder
from bot.slack.lookup.progress import ProgressReporter
from bot.slack.lookup_metrics import admission, record_end, record_first_answer
from bot.slack.sending.format_fallback import SendResult


def in_job(desk: BotContext, steps: Steps) -> BotContext:
    """The same desk with a poster that checkpoints."""
    return replace(desk, poster=CheckpointedSender(desk.poster.plain, steps, desk.reconciler))


@dataclass(frozen=True, slots=True)
class AnswerSummary:
    """What is kept of a report."""

    handle: SavedLookup
    complete: bool

    @property
    def outcome(self) -> LookupOutcome:
        """How a look-up ended that was answered so."""
        return LookupOutcome.ANSWERED if self.complete else LookupOutcome.INCOMPLETE


def summarise_for_log(lookup: Lookup) -> Callable[[Report], AnswerSummary]:
    """Makes the gist of that look-up's report."""

    def make(report: Report) -> AnswerSummary:
        handle = from_report(report, after=None, shown=0, private=lookup.question.private)
        return AnswerSummary(handle, report.completeness.complete)

    return make


async def log_answer(
    desk: BotContext, lookup: Lookup, gist: AnswerSummary, opening: SendResult
) -> None:
    """Remember an answer that was given; without a database it stands all the same."""
    if desk.tools.answers is None:
        return
    place = lookup.place
    answered = PostedAnswer(
        gist.handle, place.user, opening.channel or place.channel, opening.ts, gist.outcome
    )
    try:
        await desk.tools.answers.remember(answered)
    except StoreUnreachable as error:
        structlog.get_logger("call_doctor").warning("not_remembered", cause=error.cause)


LOOKUP_KIND = "lookup"


async def start_lookup(desk: BotContext, lookup: Lookup, delivery: str) -> Lookup:
    """Record a look-up, to be called before it is acknowledged: the one place where one begins.

    `delivery` is what Slack calls the request; the same one begins one look-up. Returns it as its
    channel wants it. Raises TooManyWaiting, StoreUnreachable.
    """
    with admission(desk, lookup.place.user):
        lookup = await apply_channel_defaults(desk, lookup)
        workspaces = desk.workspaces_at(lookup.place.channel)
        lookup = replace(lookup, question=replace(lookup.question, workspaces=workspaces))
        await recorded()
        begun = await desk.jobs.submit(
            LOOKUP_KIND, f"{LOOKUP_KIND}:{delivery}", lookup_to_json(lookup)
        )
    goes_on()
    if not begun:
        desk.tools.meters.duplicate_suppressed()
    return lookup


def lookup_handler(desk: BotContext) -> Callable[[Json, Steps], Awaitable[None]]:
    """What is done for each look-up."""

    async def answer(payload: Json, steps: Steps) -> None:
        lookup = lookup_from_json(payload)
        ending = CancellableSteps(steps, desk.tools.forgotten, _names(lookup), lookup.asked_at)
        poster = CheckpointedSender(desk.poster.plain, ending, desk.reconciler)
        lookup = await run(replace(desk, poster=poster), lookup, ending)
        await close_unfinished_opening(desk, lookup, steps, poster.changed)

    return answer


def _names(lookup: Lookup) -> list[str]:
    """Whom and what it is about, as far as is known before it began."""
    return [lookup.place.user, *(clue.value for clue in lookup.question.clues)]


async def run(desk: BotContext, lookup: Lookup, steps: CancellableSteps) -> Lookup:
    """Answer one question; whatever happens, the asker reads of it, and it is counted.

    Returns the look-up as it ended.
    """
    outcome, handle = LookupOutcome.FAILED, None
    async with AsyncExitStack() as stack:
        border = await stack.enter_async_context(ErrorBoundary(desk, lookup.place, lookup.id))
        log = structlog.get_logger("call_doctor")
        log.info("asked", clues=len(lookup.question.clues), private=lookup.question.private)
        watching = await stack.enter_async_context(ProgressReporter(desk, lookup))
        finding = _finding(desk, lookup, steps, watching)
        stack.callback(finding.close)
        lookup = await for_its_readers(desk, lookup, steps, finding)
        border.names = finding.names
        watching.move_to(lookup)
        lookup = lookup.at(await post_placeholder(desk, lookup))
        watching.move_to(lookup)
        lookup = await _post_first_opening(desk, lookup, steps, finding, watching)
        border.place = lookup.place
        outcome, handle = await _answer(desk, lookup, steps, finding, watching)
        log.info("answered", outcome=outcome.value)
    record_end(desk, lookup, border, outcome)
    await end_of_job(desk, steps.job_id, _ending(lookup, border, outcome, handle))
    return lookup


def _ending(
    lookup: Lookup, border: ErrorBoundary, outcome: LookupOutcome, handle: SavedLookup | None
) -> Ending:
    """What becomes of the question in the audit."""
    ended = outcome_for(border.error) if border.error else AuditOutcome(outcome.value)
    if handle is None:
        return Ending(ended, lookup.id)
    return Ending(ended, lookup.id, handle.workspace, handle.room_id)


async def _answer(
    desk: BotContext,
    lookup: Lookup,
    steps: CancellableSteps,
    finding: LookupResult,
    watching: ProgressReporter,
) -> tuple[LookupOutcome, SavedLookup | None]:
    choices = await finding.choices()
    await watching.close()
    if choices is not None:
        await post_choices(desk, lookup, choices)
        return LookupOutcome.CHOICES, None
    gist: AnswerSummary = await finding.rendered(
        "gist", AnswerSummary, summarise_for_log(lookup), whole=True
    )
    steps.also_about(*subject_ids(gist.handle))
    await log_answer(desk, lookup, gist, await deliver(desk, lookup, finding))
    return gist.outcome, gist.handle


def _finding(
    desk: BotContext, lookup: Lookup, steps: CancellableSteps, watching: ProgressReporter
) -> LookupResult:
    names = lookup.question.names or desk.tools.names
    investigation = _investigation(desk, lookup, watching)
    return LookupResult(steps, desk.tools.renderer, investigation, names)


def _investigation(
    desk: BotContext, lookup: Lookup, watching: ProgressReporter
) -> Callable[[], Awaitable[Report | Choices]]:
    async def investigate() -> Report | Choices:
        investigator = desk.tools.investigator
        async with desk.crew.bounds.slot(lookup.place.user, watching.say_waiting):
            found = await investigator.report(
                lookup.question, lookup.id, watching.say_waiting, watching.update
            )
            if isinstance(found, Report):
                found = await investigator.diagnosed(found, watching.say_waiting)
            return found

    return investigate


async def _post_first_opening(
    desk: BotContext,
    lookup: Lookup,
    steps: Steps,
    finding: LookupResult,
    watching: ProgressReporter,
) -> Lookup:
    """Post the opening as soon as there is one true number, where none stands yet.

    The opening of a slash command: until now only the asker saw "Looking up …".
    """
    place = lookup.place
    if lookup.question.private or not place.channel or place.looking:
        return lookup

    async def begin() -> Json:
        asking = finding.task()
        beginning = asyncio.create_task(watching.begun.wait())
        await asyncio.wait({asking, beginning}, return_when=asyncio.FIRST_COMPLETED)
        beginning.cancel()
        seen = watching.progress
        return to_json(Progress, seen) if seen is not None and seen.begun else None

    kept = await steps.run("begin", begin)
    if kept is None:
        return lookup
    message = watching.message(from_json(Progress, kept))
    sent = await desk.poster.post(
        place.channel, message, lookup.id, thread=place.thread, first=True
    )
    if not sent.ok:
        return replace(lookup, refused=sent)
    record_first_answer(desk, lookup)
    lookup = lookup.at(replace(place, channel=sent.channel, looking=sent.ts))
    lookup = replace(lookup, begun=True)
    watching.move_to(lookup, just_now=True)
    return lookup
