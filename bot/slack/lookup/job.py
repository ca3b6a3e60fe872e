"""Runs one look-up as a job, from question to answer.

The job is recorded before the acknowledgement. It posts "Looking…", investigates and delivers the
answer. Its messages are sent as recorded steps, so a restarted job posts none of them twice. The
job also records where the answer is posted, so that its reference leads back to it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import structlog

from bot.domain.answer_log import PostedAnswer
from bot.domain.audit import AuditOutcome, Ending
from bot.domain.errors import StoreUnreachable
from bot.domain.metrics import LookupOutcome
from bot.domain.query import LookupQuery
from bot.domain.report import Report
from bot.domain.saved_lookup import SavedLookup, from_report, subject_ids
from bot.domain.target import Choices, Progress
from bot.jobs.ports import Json, Steps
from bot.slack.access.audience import restrict_to_audience
from bot.slack.access.audit_trail import (
    end_job_row,
    mark_job_recorded,
    outcome_of_error,
    wait_until_recorded,
)
from bot.slack.checkpoints.cancellation import CancellableSteps
from bot.slack.checkpoints.result import LookupResult
from bot.slack.checkpoints.sender import CheckpointedSender
from bot.slack.checkpoints.serialization import (
    from_json,
    target_from_json,
    target_to_json,
    to_json,
)
from bot.slack.context import BotContext, Lookup
from bot.slack.delivery.routes import deliver
from bot.slack.error_boundary import ErrorBoundary
from bot.slack.lookup.channel_defaults import apply_channel_defaults
from bot.slack.lookup.choices import post_choices
from bot.slack.lookup.placeholder import close_unfinished_opening, post_placeholder
from bot.slack.lookup.progress import ProgressReporter
from bot.slack.lookup_metrics import admit_lookup, record_end, record_first_answer
from bot.slack.sending.calls import PostMessage
from bot.slack.sending.format_fallback import SendResult


def with_checkpoints(ctx: BotContext, steps: Steps) -> BotContext:
    """Return the same context with a sender that checkpoints."""
    return replace(ctx, sender=CheckpointedSender(ctx.sender.plain, steps, ctx.reconciler))


@dataclass(frozen=True, slots=True)
class AnswerSummary:
    """The part of a report that is recorded: how to reopen it, and whether it is complete."""

    handle: SavedLookup
    complete: bool

    @property
    def outcome(self) -> LookupOutcome:
        """Return the outcome of a look-up that was answered with this report."""
        return LookupOutcome.ANSWERED if self.complete else LookupOutcome.INCOMPLETE


def summarise_for_log(lookup: Lookup) -> Callable[[Report], AnswerSummary]:
    """Return a function that summarises the look-up's report."""

    def make(report: Report) -> AnswerSummary:
        saved_lookup = from_report(report, after=None, shown=0, private=lookup.question.private)
        return AnswerSummary(saved_lookup, report.completeness.complete)

    return make


async def log_answer(
    ctx: BotContext, lookup: Lookup, summary: AnswerSummary, opening: SendResult
) -> None:
    """Record where an answer was posted. Without a database the answer is still valid."""
    if ctx.tools.answer_log is None:
        return
    target = lookup.place
    posted_answer = PostedAnswer(
        summary.handle, target.user, opening.channel or target.channel, opening.ts, summary.outcome
    )
    try:
        await ctx.tools.answer_log.remember(posted_answer)
    except StoreUnreachable as error:
        structlog.get_logger("call_doctor").warning("not_remembered", cause=error.cause)


LOOKUP_KIND = "lookup"


async def start_lookup(ctx: BotContext, lookup: Lookup, delivery: str) -> Lookup:
    """Record a look-up as a job. This is the only place where a look-up begins.

    Call it before the delivery is acknowledged. `delivery` is Slack's id of the request: a repeated
    delivery begins no second look-up. Returns the look-up with the channel's settings applied.
    Raises TooManyWaiting and StoreUnreachable.
    """
    with admit_lookup(ctx, lookup.place.user):
        lookup = await apply_channel_defaults(ctx, lookup)
        workspaces = ctx.workspaces_at(lookup.place.channel)
        lookup = replace(lookup, question=replace(lookup.question, workspaces=workspaces))
        await wait_until_recorded()
        is_new = await ctx.jobs.submit(
            LOOKUP_KIND, f"{LOOKUP_KIND}:{delivery}", lookup_to_json(lookup)
        )
    mark_job_recorded()
    if not is_new:
        ctx.tools.metrics.duplicate_suppressed()
    return lookup


def lookup_handler(ctx: BotContext) -> Callable[[Json, Steps], Awaitable[None]]:
    """Return the function that runs each look-up job."""

    async def answer(payload: Json, steps: Steps) -> None:
        lookup = lookup_from_json(payload)
        cancellable = CancellableSteps(
            steps, ctx.tools.erasures, _subjects(lookup), lookup.asked_at
        )
        sender = CheckpointedSender(ctx.sender.plain, cancellable, ctx.reconciler)
        lookup = await run_lookup(replace(ctx, sender=sender), lookup, cancellable)
        await close_unfinished_opening(ctx, lookup, steps, sender.changed)

    return answer


def lookup_to_json(lookup: Lookup) -> Json:
    """Return the record of a look-up that has not begun."""
    return {
        "id": lookup.id,
        "question": to_json(LookupQuery, lookup.question),
        "place": target_to_json(lookup.place),
        "asked_at": lookup.asked_at,
        "refused": lookup.refused and to_json(SendResult, lookup.refused),
        "weighs_audience": lookup.weighs_audience,
    }


def lookup_from_json(record: Json) -> Lookup:
    """Return the look-up of a record; older releases' records are accepted too."""
    query: LookupQuery = from_json(LookupQuery, record["question"])
    refused = record.get("refused")
    return Lookup(
        record["id"],
        query,
        target_from_json(record["place"]),
        refused and from_json(SendResult, refused),
        asked_at=record["asked_at"],
        weighs_audience=record.get("weighs_audience", False),
    )


def _subjects(lookup: Lookup) -> list[str]:
    """Return the people and things that the look-up is known to be about before it begins."""
    return [lookup.place.user, *(identifier.value for identifier in lookup.question.clues)]


async def run_lookup(ctx: BotContext, lookup: Lookup, steps: CancellableSteps) -> Lookup:
    """Answer one question, and return the look-up as it ended.

    The asker is told about every failure, and every look-up is counted.
    """
    outcome, saved_lookup = LookupOutcome.FAILED, None
    async with AsyncExitStack() as stack:
        boundary = await stack.enter_async_context(ErrorBoundary(ctx, lookup.place, lookup.id))
        log = structlog.get_logger("call_doctor")
        log.info("asked", clues=len(lookup.question.clues), private=lookup.question.private)
        reporter = await stack.enter_async_context(ProgressReporter(ctx, lookup))
        result = _lookup_result(ctx, lookup, steps, reporter)
        stack.callback(result.close)
        lookup = await restrict_to_audience(ctx, lookup, steps, result)
        boundary.names = result.names
        reporter.move_to(lookup)
        lookup = lookup.with_target(await post_placeholder(ctx, lookup))
        reporter.move_to(lookup)
        lookup = await _post_first_opening(ctx, lookup, steps, result, reporter)
        boundary.target = lookup.place
        outcome, saved_lookup = await _answer(ctx, lookup, steps, result, reporter)
        log.info("answered", outcome=outcome.value)
    record_end(ctx, lookup, boundary, outcome)
    await end_job_row(ctx, steps.job_id, _ending(lookup, boundary, outcome, saved_lookup))
    return lookup


def _ending(
    lookup: Lookup,
    boundary: ErrorBoundary,
    outcome: LookupOutcome,
    saved_lookup: SavedLookup | None,
) -> Ending:
    """Return how the question is recorded in the audit."""
    audit_outcome = (
        outcome_of_error(boundary.error) if boundary.error else AuditOutcome(outcome.value)
    )
    if saved_lookup is None:
        return Ending(audit_outcome, lookup.id)
    return Ending(audit_outcome, lookup.id, saved_lookup.workspace, saved_lookup.room_id)


async def _answer(
    ctx: BotContext,
    lookup: Lookup,
    steps: CancellableSteps,
    result: LookupResult,
    reporter: ProgressReporter,
) -> tuple[LookupOutcome, SavedLookup | None]:
    choices = await result.choices()
    await reporter.close()
    if choices is not None:
        await post_choices(ctx, lookup, choices)
        return LookupOutcome.CHOICES, None
    summary: AnswerSummary = await result.render(
        "gist", AnswerSummary, summarise_for_log(lookup), whole=True
    )
    steps.also_about(*subject_ids(summary.handle))
    await log_answer(ctx, lookup, summary, await deliver(ctx, lookup, result))
    return summary.outcome, summary.handle


def _lookup_result(
    ctx: BotContext, lookup: Lookup, steps: CancellableSteps, reporter: ProgressReporter
) -> LookupResult:
    names = lookup.question.names or ctx.tools.names
    investigate = _make_investigate(ctx, lookup, reporter)
    return LookupResult(steps, ctx.tools.renderer, investigate, names)


def _make_investigate(
    ctx: BotContext, lookup: Lookup, reporter: ProgressReporter
) -> Callable[[], Awaitable[Report | Choices]]:
    async def investigate() -> Report | Choices:
        investigator = ctx.tools.investigator
        async with ctx.tasks.limiter.slot(lookup.place.user, reporter.say_waiting):
            result = await investigator.report(
                lookup.question, lookup.id, reporter.say_waiting, reporter.update
            )
            if isinstance(result, Report):
                result = await investigator.diagnose(result, reporter.say_waiting)
            return result

    return investigate


async def _post_first_opening(
    ctx: BotContext,
    lookup: Lookup,
    steps: Steps,
    result: LookupResult,
    reporter: ProgressReporter,
) -> Lookup:
    """Post the opening as soon as there is one true number, unless an opening is already posted.

    This is the opening of a slash command: until now only the asker saw "Looking up …".
    """
    target = lookup.place
    if lookup.question.private or not target.channel or target.looking:
        return lookup

    async def begin() -> Json:
        investigation = result.task()
        first_progress = asyncio.create_task(reporter.started.wait())
        await asyncio.wait({investigation, first_progress}, return_when=asyncio.FIRST_COMPLETED)
        first_progress.cancel()
        progress = reporter.progress
        return to_json(Progress, progress) if progress is not None and progress.begun else None

    record = await steps.run("begin", begin)
    if record is None:
        return lookup
    message = reporter.message(from_json(Progress, record))
    sent = await ctx.sender.send(
        PostMessage(target.channel, message, lookup.id, target.thread, first=True)
    )
    if not sent.ok:
        return replace(lookup, refused=sent)
    record_first_answer(ctx, lookup)
    lookup = lookup.with_target(replace(target, channel=sent.channel, looking=sent.ts))
    lookup = replace(lookup, begun=True)
    reporter.move_to(lookup, just_now=True)
    return lookup
