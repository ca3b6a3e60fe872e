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
from bot.domain.metrics import Outcome
from bot.domain.records.answer_log import Answered
from bot.domain.records.audit import AuditOutcome, Ending
from bot.domain.report import Report
from bot.domain.saved_lookup import Handle, handle_of, names_of
from bot.domain.target import Choices, Progress
from bot.jobs.ports import Json, Steps
from bot.slack.access.audience import for_its_readers
from bot.slack.access.audit import end_of_job, goes_on, outcome_for, recorded
from bot.slack.checkpoints.cancellation import EndingSteps
from bot.slack.checkpoints.result import Finding
from bot.slack.checkpoints.sender import DurablePoster
from bot.slack.checkpoints.serialization import keep, keep_lookup, restore, restore_lookup
from bot.slack.context import Desk, Lookup
from bot.slack.delivery.routes import deliver
from bot.slack.error_boundary import Explained
from bot.slack.lookup.channel_defaults import usual
from bot.slack.lookup.choices import offer
from bot.slack.lookup.placeholder import amend, greet
from bot.slack.lookup.progress import Watching
from bot.slack.lookup_metrics import admission, count_end, count_opening
from bot.slack.sending.format_fallback import Sent


def in_job(desk: Desk, steps: Steps) -> Desk:
    """The same desk with a poster that checkpoints."""
    return replace(desk, poster=DurablePoster(desk.poster.plain, steps, desk.reconciler))


@dataclass(frozen=True, slots=True)
class Gist:
    """What is kept of a report."""

    handle: Handle
    complete: bool

    @property
    def outcome(self) -> Outcome:
        """How a look-up ended that was answered so."""
        return Outcome.ANSWERED if self.complete else Outcome.INCOMPLETE


def gist_of(lookup: Lookup) -> Callable[[Report], Gist]:
    """Makes the gist of that look-up's report."""

    def make(report: Report) -> Gist:
        handle = handle_of(report, after=None, shown=0, private=lookup.question.private)
        return Gist(handle, report.completeness.complete)

    return make


async def remember(desk: Desk, lookup: Lookup, gist: Gist, opening: Sent) -> None:
    """Remember an answer that was given; without a database it stands all the same."""
    if desk.tools.answers is None:
        return
    place = lookup.place
    answered = Answered(
        gist.handle, place.user, opening.channel or place.channel, opening.ts, gist.outcome
    )
    try:
        await desk.tools.answers.remember(answered)
    except StoreUnreachable as error:
        structlog.get_logger("call_doctor").warning("not_remembered", cause=error.cause)


LOOKUP_KIND = "lookup"


async def start(desk: Desk, lookup: Lookup, delivery: str) -> Lookup:
    """Record a look-up, to be called before it is acknowledged: the one place where one begins.

    `delivery` is what Slack calls the request; the same one begins one look-up. Returns it as its
    channel wants it. Raises TooManyWaiting, StoreUnreachable.
    """
    with admission(desk, lookup.place.user):
        lookup = await usual(desk, lookup)
        workspaces = desk.workspaces_at(lookup.place.channel)
        lookup = replace(lookup, question=replace(lookup.question, workspaces=workspaces))
        await recorded()
        begun = await desk.jobs.submit(
            LOOKUP_KIND, f"{LOOKUP_KIND}:{delivery}", keep_lookup(lookup)
        )
    goes_on()
    if not begun:
        desk.tools.meters.duplicate_suppressed()
    return lookup


def lookup_handler(desk: Desk) -> Callable[[Json, Steps], Awaitable[None]]:
    """What is done for each look-up."""

    async def answer(payload: Json, steps: Steps) -> None:
        lookup = restore_lookup(payload)
        ending = EndingSteps(steps, desk.tools.forgotten, _names(lookup), lookup.asked_at)
        poster = DurablePoster(desk.poster.plain, ending, desk.reconciler)
        lookup = await run(replace(desk, poster=poster), lookup, ending)
        await amend(desk, lookup, steps, poster.changed)

    return answer


def _names(lookup: Lookup) -> list[str]:
    """Whom and what it is about, as far as is known before it began."""
    return [lookup.place.user, *(clue.value for clue in lookup.question.clues)]


async def run(desk: Desk, lookup: Lookup, steps: EndingSteps) -> Lookup:
    """Answer one question; whatever happens, the asker reads of it, and it is counted.

    Returns the look-up as it ended.
    """
    outcome, handle = Outcome.FAILED, None
    async with AsyncExitStack() as stack:
        border = await stack.enter_async_context(Explained(desk, lookup.place, lookup.id))
        log = structlog.get_logger("call_doctor")
        log.info("asked", clues=len(lookup.question.clues), private=lookup.question.private)
        watching = await stack.enter_async_context(Watching(desk, lookup))
        finding = _finding(desk, lookup, steps, watching)
        stack.callback(finding.close)
        lookup = await for_its_readers(desk, lookup, steps, finding)
        border.names = finding.names
        watching.shown(lookup)
        lookup = lookup.at(await greet(desk, lookup))
        watching.shown(lookup)
        lookup = await _first_sight(desk, lookup, steps, finding, watching)
        border.place = lookup.place
        outcome, handle = await _answer(desk, lookup, steps, finding, watching)
        log.info("answered", outcome=outcome.value)
    count_end(desk, lookup, border, outcome)
    await end_of_job(desk, steps.job_id, _ending(lookup, border, outcome, handle))
    return lookup


def _ending(lookup: Lookup, border: Explained, outcome: Outcome, handle: Handle | None) -> Ending:
    """What becomes of the question in the audit."""
    ended = outcome_for(border.error) if border.error else AuditOutcome(outcome.value)
    if handle is None:
        return Ending(ended, lookup.id)
    return Ending(ended, lookup.id, handle.workspace, handle.room_id)


async def _answer(
    desk: Desk, lookup: Lookup, steps: EndingSteps, finding: Finding, watching: Watching
) -> tuple[Outcome, Handle | None]:
    choices = await finding.choices()
    await watching.settled()
    if choices is not None:
        await offer(desk, lookup, choices)
        return Outcome.CHOICES, None
    gist: Gist = await finding.made("gist", Gist, gist_of(lookup), whole=True)
    steps.concern(*names_of(gist.handle))
    await remember(desk, lookup, gist, await deliver(desk, lookup, finding))
    return gist.outcome, gist.handle


def _finding(desk: Desk, lookup: Lookup, steps: EndingSteps, watching: Watching) -> Finding:
    names = lookup.question.names or desk.tools.names
    investigation = _investigation(desk, lookup, watching)
    return Finding(steps, desk.tools.renderer, investigation, names)


def _investigation(
    desk: Desk, lookup: Lookup, watching: Watching
) -> Callable[[], Awaitable[Report | Choices]]:
    async def investigate() -> Report | Choices:
        investigator = desk.tools.investigator
        async with desk.crew.bounds.turn(lookup.place.user, watching.tell):
            found = await investigator.report(
                lookup.question, lookup.id, watching.tell, watching.watch
            )
            if isinstance(found, Report):
                found = await investigator.diagnosed(found, watching.tell)
            return found

    return investigate


async def _first_sight(
    desk: Desk, lookup: Lookup, steps: Steps, finding: Finding, watching: Watching
) -> Lookup:
    """Post the opening as soon as there is one true number, where none stands yet.

    The opening of a slash command: until now only the asker saw "Looking up …".
    """
    place = lookup.place
    if lookup.question.private or not place.channel or place.looking:
        return lookup

    async def begin() -> Json:
        asking = finding.asking()
        beginning = asyncio.create_task(watching.begun.wait())
        await asyncio.wait({asking, beginning}, return_when=asyncio.FIRST_COMPLETED)
        beginning.cancel()
        seen = watching.progress
        return keep(Progress, seen) if seen is not None and seen.begun else None

    kept = await steps.run("begin", begin)
    if kept is None:
        return lookup
    message = watching.message(restore(Progress, kept))
    sent = await desk.poster.post(
        place.channel, message, lookup.id, thread=place.thread, first=True
    )
    if not sent.ok:
        return replace(lookup, refused=sent)
    count_opening(desk, lookup)
    lookup = lookup.at(replace(place, channel=sent.channel, looking=sent.ts))
    lookup = replace(lookup, begun=True)
    watching.shown(lookup, just_now=True)
    return lookup
