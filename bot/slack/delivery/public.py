"""The way that was asked for: the channel, with the detail in a thread.

By direct message: the whole answer, with a thread, where nobody else is disturbed.
"""

from dataclasses import replace

from bot.render.message import Message
from bot.slack.checkpoints.result import Finding
from bot.slack.context import Desk, Lookup
from bot.slack.delivery.thread import post_rest
from bot.slack.delivery.unconfirmed import sent_here, tell_missing
from bot.slack.sending.errors import Cause
from bot.slack.sending.format_fallback import Sent

_AGAIN = (Cause.UNKNOWN, Cause.BUSY)


async def to_channel(desk: Desk, lookup: Lookup, finding: Finding, _: Sent | None) -> Sent | None:
    """Post the opening (or put it in the place of "Looking…"), then the rest in the thread."""
    if not lookup.place.channel:
        return None
    whole = await finding.answer()
    opening = await _opening(desk, lookup, whole.opening)
    if opening.ok:
        await post_rest(desk, lookup, finding, whole, opening)
    elif opening.cause is Cause.UNKNOWN:
        await tell_missing(desk, lookup, [whole.opening.part])
    return opening


async def _opening(desk: Desk, lookup: Lookup, message: Message) -> Sent:
    place, poster = lookup.place, desk.poster
    if place.looking:
        sent = await poster.update(place.channel, place.looking, message, lookup.id)
        if sent.cause in _AGAIN:  # a change may be repeated: it changes nothing twice
            sent = await poster.update(place.channel, place.looking, message, lookup.id)
        if sent.cause is not Cause.STALE:
            return sent
    return await poster.post(place.channel, message, lookup.id, thread=place.thread, first=True)


async def to_direct_message(
    desk: Desk, lookup: Lookup, finding: Finding, why: Sent | None
) -> Sent | None:
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
