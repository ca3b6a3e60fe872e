"""Reads what was around a failure once its answer stands: other rooms, and the status page.

The opening is edited to the verdict that follows (R20). Three hours after an answer that names
100ms, a job of its own reads the status page again, because incidents are posted late. The job's
record names no person; that of the look-up would do so while it waits.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial

import structlog

from bot.domain.answer_log import OpeningState
from bot.domain.diagnosis.other_rooms import (
    WEIGHED,
    FailureTime,
    OtherRooms,
    time_of_failure,
)
from bot.domain.errors import BotError, SinceForgotten, StoreUnreachable
from bot.domain.report import Report, Surroundings, with_surroundings
from bot.domain.status_page import LATER, StatusFinding, find_incident, find_new_incident
from bot.investigate.background import ignore_result
from bot.jobs.ports import JobHandler, Json, Steps
from bot.render.answer.standing import with_later_call
from bot.render.message import Message
from bot.slack.checkpoints.checkpointed_sender import CheckpointedSender
from bot.slack.checkpoints.job_context import JobContext
from bot.slack.checkpoints.serialization import from_json, to_json
from bot.slack.context import BotContext
from bot.slack.delivery.opening_edits import (
    Content,
    OpeningEdit,
    change_state,
    edit_opening,
)
from bot.slack.delivery.routes import Delivery
from bot.slack.error_boundary import notify_user
from bot.slack.job import Job, LookupResult
from bot.slack.lookup.retry import AnswerSummary, log_answer, retry_partial
from bot.slack.sending.calls import PostMessage
from bot.slack.sending.format_fallback import SendResult

STATUS_KIND = "status"
_STATUS_TRIES, _STATUS_PAUSE_SECONDS = 6, 600.0
"""A page that cannot be read is read again so often, after such pauses."""
_UNREAD = "unread"
Reading = asyncio.Task[Surroundings | None]


@dataclass(frozen=True, slots=True)
class LookAround:
    """The surroundings of an answer, and the opening that shows them; None if none does."""

    found: Surroundings | None = None
    opening: Message | None = None


def place_of(job: Job, delivery: Delivery) -> OpeningState | None:
    """Return where an answer stands; its `ts` is "" if only one person sees it."""
    state, sent = job.opening_state, delivery.sent
    if state is None or not sent.ok:
        return None
    target = delivery.job.lookup.target
    ts = sent.ts if delivery.answer is not None else ""
    channel = sent.channel or target.channel
    return replace(state, channel=channel, ts=ts, thread=target.thread or ts)


async def finish_answer(
    job: Job, summary: AnswerSummary, delivery: Delivery, around: LookAround
) -> None:
    """Do what follows an answer: try a partial one again, and plan a later look.

    It is idle work that a restart continues. `around` are the surroundings of the answer.
    """
    place = place_of(job, delivery)
    if place is None:
        return
    if around.opening is not None and delivery.answer is not None:
        answer = replace(delivery.answer, opening=around.opening)
        delivery = replace(delivery, answer=answer)
    retry = await retry_partial(job, delivery)
    if retry is not None and retry.stands:
        summary, place = retry.summary, replace(place, handle=retry.summary.handle, note="")
        with suppress(SinceForgotten):
            around = await look_around(job, retry.result, summary, place, "surroundings-again")
    await plan_status_look(job, summary, place, around.found)


@contextmanager
def read_ahead(job: Job, summary: AnswerSummary) -> Iterator[Reading | None]:
    """Yield the reading of an answer's surroundings, begun before its opening is posted.

    Yields None if nothing is to be read, or if this process did not read the report.
    """
    report = job.result.report
    if report is None or not (job.lookup.keeps_state and _depends(job, summary)):
        yield None
        return
    reading = asyncio.create_task(_read(job.ctx, report))
    reading.add_done_callback(ignore_result)
    try:
        yield reading
    finally:
        reading.cancel()


def _depends(job: Job, summary: AnswerSummary) -> bool:
    """Return whether the verdict depends on its surroundings, and they can be read."""
    can_read = job.ctx.other_rooms is not None or job.ctx.status_page is not None
    return can_read and summary.facts is not None and summary.facts.verdict in WEIGHED


async def look_around(
    job: Job,
    result: LookupResult,
    summary: AnswerSummary,
    place: OpeningState | None,
    name: str,
    begun: Reading | None = None,
) -> LookAround:
    """Read the surroundings of an answer that stands at `place`, and show them; return both.

    Nothing is read if the verdict does not depend on them, or if its failures have no time. `name`
    is unique among the edits of the job. `begun` is a reading that began before. Nothing is shown
    of what could not be read. Raises SinceForgotten.
    """
    if place is None or not _depends(job, summary):
        return LookAround()
    result.pin(summary.handle.as_of, partial(job.reopen_answer, summary.handle))
    try:
        found = await read_surroundings(job, result, begun)
        if found is None or not (found.others or found.status):
            return LookAround(found)
        return LookAround(found, await show_surroundings(job, result, place, found, name))
    except BotError as error:
        if job.steps.is_cancelled:
            raise
        structlog.get_logger("call_doctor").info("surroundings_unread", cause=error.cause)
        return LookAround()
    finally:
        result.close()


async def read_surroundings(
    job: Job, result: LookupResult, begun: Reading | None = None
) -> Surroundings | None:
    """Return the surroundings of a report, as a recorded step; None if no failure has a time."""

    async def act() -> Json:
        report = await result.task()
        if not isinstance(report, Report):
            return None
        found = await (begun or _read(job.ctx, report))
        return found and to_json(Surroundings, found)

    found: Surroundings | None = from_json(
        Surroundings | None, await job.steps.guarded_step("surroundings", act)
    )
    return found


async def _read(ctx: BotContext, report: Report) -> Surroundings | None:
    failure = time_of_failure(report.diagnosis) if report.diagnosis else None
    if failure is None:
        return None
    others, status = await asyncio.gather(
        _read_other_rooms(ctx, report, failure), _read_status(ctx, failure)
    )
    return Surroundings(report.as_of, failure, others, status)


async def _read_other_rooms(
    ctx: BotContext, report: Report, failure: FailureTime
) -> OtherRooms | None:
    """Return the sample; None if 100ms did not deliver it."""
    if ctx.other_rooms is None:
        return None
    try:
        return await ctx.other_rooms.sample(report.target.room, failure)
    except BotError as error:
        structlog.get_logger("call_doctor").info("other_rooms_unread", cause=error.cause)
        return None


async def _read_status(ctx: BotContext, failure: FailureTime) -> StatusFinding | None:
    incidents = await ctx.status_page.incidents() if ctx.status_page else None
    return None if incidents is None else find_incident(incidents, failure.first, failure.last)


async def show_surroundings(
    job: Job, result: LookupResult, place: OpeningState, found: Surroundings, name: str
) -> Message | None:
    """Edit the opening, or say it where an edit is not possible; return the opening that stands."""
    if not place.ts:
        message = await surroundings_message(job, result, found)
        target = replace(job.lookup.target, looking="", acked=False)
        await notify_user(job.sender, target, message, job.lookup.id)
        await change_state(job, place, name, partial(_with_found, found=found))
        return None
    edit, opening = await weigh_opening(job, result, place, found, name)
    if edit.applied and edit.sent.is_refused:
        message = await surroundings_message(job, result, found)
        await post_in_thread(job, place, message)
    return opening if edit.applied and edit.sent.ok else None


async def weigh_opening(
    job: Job, result: LookupResult, place: OpeningState, found: Surroundings, name: str
) -> tuple[OpeningEdit, Message]:
    """Edit an opening to the verdict that follows, and record that verdict; return both.

    The edit does not apply where a newer answer stands.
    """
    render = partial(_render_opening, job, place, found)
    opening: Message = await result.render("opening", Message, render)
    content = Content(opening, found.as_of)
    edit = await edit_opening(job, place, name, partial(_with_found, found=found), content)
    if edit.applied and edit.sent.ok:
        await _log_weighed(job, result, place, found)
    return edit, opening


def _render_opening(job: Job, place: OpeningState, found: Surroundings, report: Report) -> Message:
    note = with_later_call(report, place.note)
    weighed = with_surroundings(report, found)
    return job.ctx.renderer.opening(weighed, note=note, asked_by=place.asker)


def _with_found(state: OpeningState, *, found: Surroundings) -> OpeningState | None:
    return replace(state, surroundings=found) if state.handle.as_of == found.as_of else None


async def surroundings_message(job: Job, result: LookupResult, found: Surroundings) -> Message:
    """Return the surroundings as a message, with the first sentence if they change it."""
    render = partial(job.ctx.renderer.surroundings, surroundings=found)
    message: Message = await result.render("surroundings-line", Message, render)
    return message


async def post_in_thread(job: Job, place: OpeningState, message: Message) -> SendResult:
    """Post a message in the thread of an opening."""
    thread = place.thread or place.ts
    return await job.sender.send(
        PostMessage(place.channel, message, place.handle.lookup_id, thread)
    )


async def _log_weighed(
    job: Job, result: LookupResult, place: OpeningState, found: Surroundings
) -> None:
    """Record the verdict that the opening shows now."""
    make = partial(_weighed_summary, found, private=job.lookup.query.private)
    summary = await result.render("weighed", AnswerSummary, make, whole=True)
    await log_answer(job, summary, SendResult(channel=place.channel, ts=place.ts))


def _weighed_summary(found: Surroundings, report: Report, *, private: bool) -> AnswerSummary:
    return AnswerSummary.of(with_surroundings(report, found), private=private)


async def plan_status_look(
    job: Job, summary: AnswerSummary, place: OpeningState, found: Surroundings | None
) -> None:
    """Submit the job that reads the status page again, after an answer that names 100ms.

    There is one for each failure of an answer, however often that is asked again.
    """
    if found is None or job.ctx.status_page is None or not place.ts:
        return
    elsewhere = found.others is not None and found.others.reach == "elsewhere"
    if not elsewhere and (summary.facts is None or summary.facts.verdict != "service"):
        return
    handle = summary.handle
    payload = {
        "reference": handle.lookup_id,
        "channel": place.channel,
        "thread": place.thread or place.ts,
        "room": handle.room_id,
        "asked_at": job.lookup.asked_at,
        "surroundings": to_json(Surroundings, found),
    }
    job_id = f"{STATUS_KIND}:{handle.lookup_id}:{int(found.failure.first.timestamp())}"
    try:
        await job.ctx.jobs.submit(STATUS_KIND, job_id, payload)
    except StoreUnreachable as error:
        structlog.get_logger("call_doctor").info("surroundings_unread", cause=error.cause)


def status_handler(ctx: BotContext) -> JobHandler:
    """Return the function that reads the status page again, and posts what is new in a thread."""

    async def handle(payload: Json, run: Steps) -> None:
        steps = JobContext(run, ctx.erasures, [payload["room"]], payload["asked_at"])
        found: Surroundings = from_json(Surroundings, payload["surroundings"])
        await steps.sleep(LATER.total_seconds(), idle=True)
        try:
            record = await _read_until_readable(ctx, steps, found)
            if record is None:
                return
            reference = payload["reference"]
            message = ctx.renderer.new_incident(from_json(StatusFinding, record), reference)
            call = PostMessage(payload["channel"], message, reference, payload["thread"])
            await CheckpointedSender(ctx.sender, steps, ctx.reconciler).send(call)
        except BotError as error:  # data about this room were erased since
            structlog.get_logger("call_doctor").info("surroundings_unread", cause=error.cause)

    return handle


async def _read_until_readable(ctx: BotContext, steps: JobContext, found: Surroundings) -> Json:
    """Return what is new on the page, None for nothing; an outage of 100ms may reach its page."""
    for _ in range(_STATUS_TRIES):
        record = await steps.step("status-again", partial(_read_again, ctx, found))
        if record != _UNREAD:
            return record
        await steps.sleep(_STATUS_PAUSE_SECONDS, idle=True)
    return None


async def _read_again(ctx: BotContext, found: Surroundings) -> Json:
    incidents = await ctx.status_page.incidents() if ctx.status_page else ()
    if incidents is None:
        return _UNREAD
    known = found.status.known if found.status else ()
    failure = found.failure
    finding = find_new_incident(incidents, known, failure.first, failure.last)
    return to_json(StatusFinding, finding) if finding.name else None
