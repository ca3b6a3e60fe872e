"""Posts everything after the opening: the thread's replies, pictures, charts and overflow.

An incident gets two visual parts: the timeline as a picture, and a chart of errors over time.
"""

from collections.abc import AsyncIterator

from bot.domain.report import Report
from bot.render.message import Answer, Picture
from bot.slack.context import BotContext
from bot.slack.delivery.unconfirmed import report_unconfirmed
from bot.slack.job import Job
from bot.slack.sending.calls import PostMessage, StepCall, UploadFiles
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult

INCIDENT_PEOPLE = 3
"""Number of affected people from which the picture is posted without a request."""


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
        picture = await job.result.picture(
            lambda report: timeline_picture_for(job.ctx, report, incident=True)
        )
        if picture is not None:
            yield picture.name, UploadFiles(channel, thread, (picture,))
    chart = await job.result.error_chart()
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
