"""One look-up from question to answer: recorded, greeted, investigated, delivered."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import structlog

from bot.domain.audit import AuditOutcome, Ending
from bot.domain.handle import Handle, names_of
from bot.domain.meters import Outcome
from bot.domain.progress import Progress
from bot.domain.report import Report
from bot.domain.target import Choices
from bot.jobs.ports import Json, Steps
from bot.slack.audience import for_its_readers
from bot.slack.counting import admission, count_end, count_opening
from bot.slack.desk import Desk, Lookup
from bot.slack.durable.amends import amend
from bot.slack.durable.ended import EndingSteps
from bot.slack.durable.finding import Finding
from bot.slack.durable.kept import keep, keep_lookup, restore, restore_lookup
from bot.slack.durable.poster import DurablePoster
from bot.slack.explain import Explained
from bot.slack.greet import greet
from bot.slack.offer import offer
from bot.slack.remembering import Gist, gist_of, remember
from bot.slack.routes import deliver
from bot.slack.trail import end_of_job, goes_on, outcome_for, recorded
from bot.slack.usual import usual
from bot.slack.watching import Watching

KIND = "lookup"


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
        begun = await desk.jobs.submit(KIND, f"{KIND}:{delivery}", keep_lookup(lookup))
    goes_on()
    if not begun:
        desk.tools.meters.duplicate_suppressed()
    return lookup


def course(desk: Desk) -> Callable[[Json, Steps], Awaitable[None]]:
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
