"""By direct message: the whole answer, with a thread, where nobody else is disturbed."""

import asyncio
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
    note = sent_here(why, lookup.id) if why else ""
    whole = await asyncio.to_thread(desk.tools.renderer.answer, report, note=note)
    opening = await desk.poster.post(lookup.place.user, whole.opening, lookup.id, first=True)
    if opening.ok:
        there = replace(lookup.place, channel=opening.channel, thread="", looking="")
        await post_rest(desk, lookup.at(there), report, whole, opening)
    return opening
