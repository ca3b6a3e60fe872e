"""Runs one look-up as a job, from question to answer.

The job is recorded before the acknowledgement. It posts "Looking…", investigates and delivers the
answer. Its messages are sent as recorded steps, so a restarted job posts none of them twice. The
job also records where the answer is posted, so that its reference leads back to it.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import replace

import structlog

from bot.domain.audit import AuditOutcome, Ending
from bot.domain.metrics import LookupOutcome, outcome_of
from bot.domain.query import IdentifierKind, LookupQuery
from bot.domain.report import Report
from bot.domain.saved_lookup import SavedLookup, subject_ids
from bot.domain.target import Choices, Progress
from bot.jobs.ports import JobHandler, Json, Steps
from bot.slack.audit import (
    end_job_row,
    mark_job_recorded,
    outcome_of_error,
    wait_until_recorded,
)
from bot.slack.checkpoints.job_context import JobContext
from bot.slack.checkpoints.serialization import (
    from_json,
    target_from_json,
    target_to_json,
    to_json,
)
from bot.slack.context import BotContext, Lookup
from bot.slack.delivery.opening_edits import find_earlier
from bot.slack.delivery.routes import Delivery, deliver, deliver_thread
from bot.slack.delivery.unconfirmed import close_unfinished_opening
from bot.slack.job import Job, admit_lookup
from bot.slack.lookup.channel_defaults import apply_channel_defaults, restrict_to_audience
from bot.slack.lookup.choices import post_choices
from bot.slack.lookup.retry import (
    AnswerSummary,
    log_answer,
    opening_state_of,
    retry_note,
    summarise,
)
from bot.slack.lookup.surroundings import (
    LookAround,
    Reading,
    finish_answer,
    look_around,
    place_of,
    read_ahead,
)
from bot.slack.progress import post_placeholder
from bot.slack.sending.calls import PostMessage, RemoveNotice
from bot.slack.sending.format_fallback import SendResult

LOOKUP_KIND = "lookup"


async def start_lookup(ctx: BotContext, lookup: Lookup, delivery: str) -> Lookup:
    """Record a look-up as a job. This is the only place where a look-up begins.

    Call it before the delivery is acknowledged. `delivery` is Slack's id of the request: a repeated
    delivery begins no second look-up. Returns the look-up with the channel's settings applied.
    Raises TooManyWaiting and StoreUnreachable.
    """
    with admit_lookup(ctx, lookup.target.user):
        lookup = await apply_channel_defaults(ctx, lookup)
        workspaces = ctx.workspaces_at(lookup.target.channel)
        lookup = replace(lookup, query=replace(lookup.query, workspaces=workspaces))
        await wait_until_recorded()
        is_new = await ctx.jobs.submit(
            LOOKUP_KIND, f"{LOOKUP_KIND}:{delivery}", lookup_to_json(lookup)
        )
    mark_job_recorded()
    if not is_new:
        ctx.metrics.duplicate_suppressed()
    return lookup


def lookup_to_json(lookup: Lookup) -> Json:
    """Return the record of a look-up that has not begun."""
    return {
        "id": lookup.id,
        "question": to_json(LookupQuery, lookup.query),
        "place": target_to_json(lookup.target),
        "asked_at": lookup.asked_at,
        "refused": lookup.opening_error and to_json(SendResult, lookup.opening_error),
        "weighs_audience": lookup.weighs_audience,
        "keeps_state": lookup.keeps_state,
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
        keeps_state=record.get("keeps_state", False),
    )


def lookup_handler(ctx: BotContext) -> JobHandler:
    """Return the function that runs each look-up job."""

    def handle(payload: Json, steps: Steps) -> Awaitable[None]:
        return LookupJob(ctx, lookup_from_json(payload), steps).run_admitted()

    return handle


class LookupJob(Job):
    """Answers one question. The asker is told about every failure; every look-up is counted."""

    def __init__(self, ctx: BotContext, lookup: Lookup, steps: Steps) -> None:
        subjects = [lookup.target.user, *(identifier.value for identifier in lookup.query.clues)]
        super().__init__(ctx, lookup, JobContext(steps, ctx.erasures, subjects, lookup.asked_at))
        self._query = lookup.query
        self._outcome = LookupOutcome.FAILED
        self._saved_lookup: SavedLookup | None = None

    async def run(self) -> None:
        """Post "Looking…", investigate, deliver the answer, and record how it ended."""
        log, answered = structlog.get_logger("call_doctor"), None
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.boundary)
            query = self.lookup.query
            log.info("asked", clues=len(query.clues), private=query.private)
            await stack.enter_async_context(self.progress)
            stack.callback(self.result.close)
            await self._open()
            choices = await self.result.choices()
            await self.progress.close()
            if choices is not None:
                await post_choices(self, choices)
                self._outcome = LookupOutcome.CHOICES
            else:
                answered = await self._answer_asker()
            log.info("answered", outcome=self._outcome.value)
        self._count()
        await end_job_row(self.ctx, self.steps.job_id, self._ending())
        await close_unfinished_opening(self)
        if answered is not None:
            await finish_answer(self, *answered)

    async def _answer_asker(self) -> tuple[AnswerSummary, Delivery, LookAround]:
        """Deliver the answer; its opening is weighed against other rooms before its thread."""
        summary = await self._summarise()
        self.note = retry_note(self, summary)
        earlier = await find_earlier(self, summary.handle)
        self.opening_state = replace(opening_state_of(self, summary), earlier=earlier)
        with read_ahead(self, summary) as begun:
            delivery = await deliver(self)
            notice = asyncio.create_task(self._remove_notice(delivery))
            await log_answer(self, summary, delivery.sent)
            around = await self._weigh_answer(summary, delivery, begun)
            await notice
        delivery = await deliver_thread(delivery)
        self._outcome, self._saved_lookup = summary.outcome, summary.handle
        return summary, delivery, around

    async def _weigh_answer(
        self, summary: AnswerSummary, delivery: Delivery, begun: Reading | None
    ) -> LookAround:
        if not self.lookup.keeps_state:
            return LookAround()
        place = place_of(self, delivery)
        return await look_around(self, self.result, summary, place, "surroundings", begun)

    async def investigate(self) -> Report | Choices:
        """Return the diagnosed report, or the choices if the question matches several things."""
        investigator, lookup = self.ctx.investigator, self.lookup
        tell = self.progress.say_waiting
        async with self.slot():
            outcome = await investigator.report(self._query, lookup.id, tell, self.progress.update)
            if isinstance(outcome, Report):
                return await investigator.diagnose(outcome, tell)
            return outcome

    async def _open(self) -> None:
        """Show where the answer will appear that the look-up is under way."""
        await restrict_to_audience(self)
        self.boundary.names = self.result.names
        self.progress.move_to(self.lookup)
        target = await post_placeholder(self.ctx, self.sender, self.lookup)
        self.lookup = self.lookup.with_target(target)
        self.progress.move_to(self.lookup)
        await self._post_first_opening()
        self.boundary.target = self.lookup.target

    async def _post_first_opening(self) -> None:
        """Post the opening as soon as there is one true number, unless one is already posted.

        This is the opening of a slash command: until now only the asker saw "Looking up …".
        """
        lookup, target = self.lookup, self.lookup.target
        if lookup.query.private or not target.channel or target.looking:
            return
        record = await self.steps.step("begin", self._wait_for_progress)
        if record is None:
            return
        message = self.progress.message(from_json(Progress, record))
        sent = await self.sender.send(
            PostMessage(target.channel, message, lookup.id, target.thread, first=True)
        )
        if not sent.ok:
            self.lookup = replace(lookup, opening_error=sent)
            return
        self.record_first_answer()
        lookup = lookup.with_target(replace(target, channel=sent.channel, looking=sent.ts))
        self.lookup = replace(lookup, opening_posted=True)
        self.progress.move_to(self.lookup, just_now=True)

    async def _wait_for_progress(self) -> Json:
        """Return the record of the first true number, or None if the investigation ended before."""
        investigation = self.result.task()
        first_progress = asyncio.create_task(self.progress.started.wait())
        await asyncio.wait({investigation, first_progress}, return_when=asyncio.FIRST_COMPLETED)
        first_progress.cancel()
        progress = self.progress.progress
        return to_json(Progress, progress) if progress is not None and progress.begun else None

    async def _summarise(self) -> AnswerSummary:
        summary = await summarise(self, self.result)
        self.steps.also_about(*subject_ids(summary.handle))
        return summary

    async def _remove_notice(self, delivery: Delivery) -> None:
        """Delete the "Looking…" that acknowledged a command, now that the answer stands elsewhere.

        It is not recorded: a repeated deletion changes nothing, and the asker can do without.
        """
        target = self.lookup.target
        is_elsewhere = delivery.sent.ok and delivery.sent.ts
        if not is_elsewhere or self.sender.responded:
            return
        if target.acked and target.url is not None and target.url.uses_left:
            await self.ctx.sender.send(RemoveNotice(replace(target.url)))

    def _count(self) -> None:
        """Count the look-up, which ended in this process.

        A look-up that another process takes over is counted by the process that ends it.
        """
        error, metrics = self.boundary.error, self.ctx.metrics
        outcome = self._outcome if error is None else outcome_of(error)
        if outcome is LookupOutcome.INCOMPLETE:
            metrics.incomplete_answer()
        metrics.lookup(outcome)
        metrics.completion_seconds(self.lookup.seconds)

    def _ending(self) -> Ending:
        """Return how the question is recorded in the audit."""
        error, saved_lookup = self.boundary.error, self._saved_lookup
        outcome = outcome_of_error(error) if error else AuditOutcome(self._outcome.value)
        if saved_lookup is None:
            return Ending(outcome, self.lookup.id)
        place = (saved_lookup.workspace, saved_lookup.room_id)
        return Ending(outcome, self.lookup.id, *place, _room_name(self.lookup.query))


def _room_name(query: LookupQuery) -> str:
    """Return the name by which the room of an answer was asked for; "" if it was not by name."""
    places = [clue for clue in query.clues if clue.kind is not IdentifierKind.PERSON]
    is_named = len(places) == 1 and places[0].kind is IdentifierKind.NAME
    return places[0].value if is_named else ""
