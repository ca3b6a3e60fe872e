"""By direct message: the whole answer, with a thread, where nobody else is disturbed."""

from dataclasses import replace

from bot.slack.desk import Desk, Lookup
from bot.slack.durable.finding import Finding
from bot.slack.errors import Cause
from bot.slack.forms import Sent
from bot.slack.routes.missing import tell_missing
from bot.slack.routes.thread import post_rest
from bot.slack.words import sent_here


async def answer(desk: Desk, lookup: Lookup, finding: Finding, why: Sent | None) -> Sent | None:
    """Post to the asker's own conversation with us.

    A post to a user's id opens it. https://docs.slack.dev/reference/methods/chat.postMessage
    """
    if not lookup.place.user:
        return None
    note = sent_here(why, lookup.id) if why else ""
    whole = await finding.answer(note)
    opening = await desk.poster.post(lookup.place.user, whole.opening, lookup.id, first=True)
    if opening.ok:
        there = replace(lookup.place, channel=opening.channel, thread="", looking="")
        await post_rest(desk, lookup.at(there), finding, whole, opening)
    elif opening.cause is Cause.UNKNOWN:
        await tell_missing(desk, lookup, [whole.opening.part])
    return opening
