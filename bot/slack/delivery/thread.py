"""Posts everything after the opening: the thread's replies, pictures, charts and overflow.

An incident gets two visual parts: the timeline as a picture, and a chart of errors over time.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial

from bot.domain.report import Report
from bot.render.message import Answer, Message, Picture
from bot.slack.context import BotContext
from bot.slack.delivery.unconfirmed import report_unconfirmed
from bot.slack.job import PICTURE, Job, draw_to_json
from bot.slack.sending.calls import PostMessage, StepCall, UploadFiles
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult

INCIDENT_PEOPLE = 3
"""Number of affected people from which the picture is posted without a request."""
_CHART = Message | None


def begin_thread(job: Job, opening: Message) -> None:
    """Begin to render what follows an opening, while it is compared with other rooms.

    Each part is recorded in a step of its own, later and in order.
    """
    job.result.begin("thread", Answer, _thread_maker(job, opening))
    if not job.lookup.query.follow_up:
        job.result.begin("picture", PICTURE, partial(draw_to_json, _incident_drawer(job)))
        job.result.begin("spread", _CHART, job.ctx.renderer.error_chart)


async def render_thread(job: Job, opening: Message) -> Answer:
    """Return the whole answer with this opening."""
    answer: Answer = await job.result.render("thread", Answer, _thread_maker(job, opening))
    return answer


def _thread_maker(job: Job, opening: Message) -> Callable[[Report], Answer]:
    stage = _stager(job)

    def make(report: Report) -> Answer:
        answer = job.ctx.renderer.thread(report, opening)
        stage(*answer.files)
        return answer

    return make


def _incident_drawer(job: Job) -> Callable[[Report], Picture | None]:
    stage = _stager(job)

    def draw(report: Report) -> Picture | None:
        picture = timeline_picture_for(job.ctx, report, incident=True)
        if picture is not None:
            stage(picture)
        return picture

    return draw


def _stager(job: Job) -> Callable[..., object]:
    """Return a function for the renderer's thread that begins to give files to Slack."""
    if not job.ctx.identity.may_upload:
        return lambda *_: None
    return partial(asyncio.get_running_loop().call_soon_threadsafe, job.sender.stage)


async def post_thread(job: Job, answer: Answer, opening: SendResult) -> SendResult | None:
    """Post the replies in order under the opening, then the files or the `Show more` button.

    An incident's picture and chart come first; one that Slack refuses is left out, because the text
    timeline is still available behind its button. Return the refusal of a reply: it ends the
    thread, and the asker should get the whole answer in private. Return None if there is none.
    """
    job.record_first_answer()
    channel, thread = opening.channel, job.lookup.target.thread or opening.ts
    unconfirmed = []
    async for part, call in _incident_overview(job, channel, thread):
        sent = await job.sender.send(call)
        unconfirmed += [part] * (sent.cause is SlackErrorKind.UNKNOWN)
    for reply in answer.replies:
        sent = await job.sender.send(PostMessage(channel, reply, job.lookup.id, thread))
        if sent.cause is SlackErrorKind.UNKNOWN:
            unconfirmed.append(reply.part)
        elif not sent.ok:
            return sent
    unconfirmed += await _post_overflow(job, answer, channel, thread)
    if unconfirmed:
        await report_unconfirmed(job, unconfirmed, channel=channel, thread=thread)
    return None


async def _incident_overview(
    job: Job, channel: str, thread: str
) -> AsyncIterator[tuple[str, StepCall]]:
    """Yield the picture and the chart of an incident, each with its name, as each is needed.

    An answer that continues another one has neither.
    """
    if job.lookup.query.follow_up:
        return
    if job.ctx.identity.may_upload:
        picture = await job.result.picture(_incident_drawer(job))
        if picture is not None:
            yield picture.name, UploadFiles(channel, thread, (picture,))
    chart: Message | None = await job.result.render("spread", _CHART, job.ctx.renderer.error_chart)
    if chart is not None:
        yield chart.part, PostMessage(channel, chart, job.lookup.id, thread)


def timeline_picture_for(ctx: BotContext, report: Report, *, incident: bool) -> Picture | None:
    """Return the timeline's picture if `incident` fits the report, else None.

    True asks for the picture of an incident, which is posted without a request. False asks for the
    picture of any other report.
    """
    affected = report.diagnosis.people.affected if report.diagnosis else 0
    return ctx.draw_timeline(report) if (affected >= INCIDENT_PEOPLE) is incident else None


async def _post_overflow(job: Job, answer: Answer, channel: str, thread: str) -> list[str]:
    """Attach the files, or post the button; return what Slack did not confirm."""
    if answer.files and job.ctx.identity.may_upload:
        sent = await job.sender.send(UploadFiles(channel, thread, answer.files))
        if sent.ok:
            return []
        if sent.cause is SlackErrorKind.UNKNOWN and answer.more is None:
            return ["files"]
    if answer.more is None:
        return []
    sent = await job.sender.send(PostMessage(channel, answer.more, job.lookup.id, thread))
    return [] if sent.ok else [answer.more.part]
