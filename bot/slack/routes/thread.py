"""Everything after the opening: the replies in its thread, and the way to what is beyond."""

from dataclasses import replace

from bot.render.message import Answer
from bot.slack.counting import count_opening
from bot.slack.desk import Desk, Lookup
from bot.slack.durable.finding import Finding
from bot.slack.errors import Cause
from bot.slack.forms import Sent
from bot.slack.routes import by_ephemeral, by_url
from bot.slack.routes.missing import tell_missing
from bot.slack.routes.sights import post_sights


async def post_rest(
    desk: Desk, lookup: Lookup, finding: Finding, answer: Answer, opening: Sent
) -> None:
    """Post the replies in order under the opening, then files or the `Show more` button.

    A reply that Slack refuses ends the thread: the asker gets the whole in private instead.
    """
    count_opening(desk, lookup)
    thread = lookup.place.thread or opening.ts
    unconfirmed = await post_sights(desk, lookup, finding, opening.channel, thread)
    for reply in answer.replies:
        sent = await desk.poster.post(opening.channel, reply, lookup.id, thread=thread)
        if sent.cause is Cause.UNKNOWN:
            unconfirmed.append(reply.part)
        elif not sent.ok:
            await _in_private(desk, lookup, finding, sent)
            return
    unconfirmed += await _beyond(desk, lookup, answer, opening.channel, thread)
    if unconfirmed:
        await tell_missing(desk, lookup, unconfirmed, channel=opening.channel, thread=thread)


async def _beyond(
    desk: Desk, lookup: Lookup, answer: Answer, channel: str, thread: str
) -> list[str]:
    """Attach the files, or post the button; returns what Slack did not confirm."""
    if answer.files and desk.identity.may_upload:
        sent = await desk.poster.upload(channel, thread, answer.files)
        if sent.ok:
            return []
        if sent.cause is Cause.UNKNOWN and answer.more is None:
            return ["files"]
    if answer.more is None:
        return []
    sent = await desk.poster.post(channel, answer.more, lookup.id, thread=thread)
    return [] if sent.ok else [answer.more.part]


async def _in_private(desk: Desk, lookup: Lookup, finding: Finding, why: Sent) -> None:
    """The detail for the asker alone; its parts have names of their own."""
    apart = replace(lookup, place=replace(lookup.place, looking=""))
    for route in (by_url.answer_asker, by_ephemeral.answer):
        sent = await route(desk, apart, finding, why, "detail-")
        if sent is not None and (sent.ok or sent.cause is Cause.UNKNOWN):
            return
    await tell_missing(desk, apart, ["the thread"])
