"""Posts everything after the opening: the thread's replies, pictures, charts and overflow.

An incident gets two visual parts: the timeline as a picture, and a chart of errors over time.
"""

from dataclasses import replace

from bot.domain.report import Report
from bot.render.message import Answer, Picture
from bot.slack.checkpoints.result import LookupResult
from bot.slack.context import BotContext, Lookup
from bot.slack.delivery import private
from bot.slack.delivery.unconfirmed import report_unconfirmed
from bot.slack.lookup_metrics import record_first_answer
from bot.slack.sending.calls import PostMessage, UploadFiles
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult

INCIDENT_PEOPLE = 3
"""Number of affected people from which the picture is posted without a request."""


async def post_incident_overview(
    ctx: BotContext, lookup: Lookup, result: LookupResult, channel: str, thread: str
) -> list[str]:
    """Post an incident's picture and chart in its thread; return what Slack did not confirm.

    A part that Slack refuses is left out: the text timeline is still available behind its button.
    """
    unconfirmed = []
    if ctx.identity.may_upload:
        picture = await result.picture(
            lambda report: timeline_picture_for(ctx, report, incident=True)
        )
        if picture is not None:
            sent = await ctx.sender.send(UploadFiles(channel, thread, (picture,)))
            unconfirmed += [picture.name] * (sent.cause is SlackErrorKind.UNKNOWN)
    chart = await result.error_chart()
    if chart is not None:
        sent = await ctx.sender.send(PostMessage(channel, chart, lookup.id, thread))
        unconfirmed += [chart.part] * (sent.cause is SlackErrorKind.UNKNOWN)
    return unconfirmed


def timeline_picture_for(ctx: BotContext, report: Report, *, incident: bool) -> Picture | None:
    """Return the timeline's picture if `incident` fits the report, else None.

    True asks for the picture of an incident, which is posted without a request. False asks for the
    picture of any other report.
    """
    affected = report.diagnosis.people.affected if report.diagnosis else 0
    return ctx.tools.draw_timeline(report) if (affected >= INCIDENT_PEOPLE) is incident else None


async def post_thread(
    ctx: BotContext, lookup: Lookup, result: LookupResult, answer: Answer, opening: SendResult
) -> None:
    """Post the replies in order under the opening, then the files or the `Show more` button.

    A reply that Slack refuses ends the thread; the asker then gets the whole answer in private.
    """
    record_first_answer(ctx, lookup)
    thread = lookup.place.thread or opening.ts
    unconfirmed = await post_incident_overview(ctx, lookup, result, opening.channel, thread)
    for reply in answer.replies:
        sent = await ctx.sender.send(PostMessage(opening.channel, reply, lookup.id, thread))
        if sent.cause is SlackErrorKind.UNKNOWN:
            unconfirmed.append(reply.part)
        elif not sent.ok:
            await _send_rest_privately(ctx, lookup, result, sent)
            return
    unconfirmed += await _post_overflow(ctx, lookup, answer, opening.channel, thread)
    if unconfirmed:
        await report_unconfirmed(ctx, lookup, unconfirmed, channel=opening.channel, thread=thread)


async def _post_overflow(
    ctx: BotContext, lookup: Lookup, answer: Answer, channel: str, thread: str
) -> list[str]:
    """Attach the files, or post the button; return what Slack did not confirm."""
    if answer.files and ctx.identity.may_upload:
        sent = await ctx.sender.send(UploadFiles(channel, thread, answer.files))
        if sent.ok:
            return []
        if sent.cause is SlackErrorKind.UNKNOWN and answer.more is None:
            return ["files"]
    if answer.more is None:
        return []
    sent = await ctx.sender.send(PostMessage(channel, answer.more, lookup.id, thread))
    return [] if sent.ok else [answer.more.part]


async def _send_rest_privately(
    ctx: BotContext, lookup: Lookup, result: LookupResult, refusal: SendResult
) -> None:
    """Send the detail to the asker alone; its parts have names of their own."""
    private_lookup = replace(lookup, place=replace(lookup.place, looking=""))
    for route in (private.to_asker_by_response_url, private.to_asker_ephemeral):
        sent = await route(ctx, private_lookup, result, refusal, "detail-")
        if sent is not None and (sent.ok or sent.cause is SlackErrorKind.UNKNOWN):
            return
    await report_unconfirmed(ctx, private_lookup, ["the thread"])
