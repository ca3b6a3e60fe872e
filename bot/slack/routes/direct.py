"""By direct message: the whole answer, with a thread, where nobody else is disturbed."""

from dataclasses import replace

from bot.domain.report import Report
from bot.slack.desk import Desk, Lookup
from bot.slack.forms import Sent
from bot.slack.routes.thread import post_rest
from bot.slack.words import sent_here


async def answer(desk: Desk, lookup: Lookup, report: Report, why: Sent | None) -> Sent | None:
    """Post to the asker's own conversation with us.

    A post to a user's id opens it. https://docs.slack.dev/reference/methods/chat.postMessage
    """
    if not lookup.place.user:
        return None
    whole = desk.tools.renderer.answer(report)
    opening = await desk.poster.post(lookup.place.user, whole.opening, lookup.id, first=True)
    if not opening.ok:
        return opening
    there = lookup.at(replace(lookup.place, channel=opening.channel, thread="", looking=""))
    if why is not None:
        note = desk.tools.renderer.elsewhere(sent_here(why, lookup.id))
        await desk.poster.post(opening.channel, note, lookup.id, thread=opening.ts)
    await post_rest(desk, there, report, whole, opening)
    return opening
