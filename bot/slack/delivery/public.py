"""The way that was asked for: the channel, with the detail in a thread.

By direct message: the whole answer, with a thread, where nobody else is disturbed.
"""

from dataclasses import replace

from bot.render.message import Message
from bot.slack.checkpoints.result import LookupResult
from bot.slack.context import BotContext, Lookup
from bot.slack.delivery.thread import post_thread
from bot.slack.delivery.unconfirmed import sent_here, report_unconfirmed
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult

_AGAIN = (SlackErrorKind.UNKNOWN, SlackErrorKind.BUSY)


async def to_channel(
    desk: BotContext, lookup: Lookup, finding: LookupResult, _: SendResult | None
) -> SendResult | None:
    """Post the opening (or put it in the place of "Looking…"), then the rest in the thread."""
    if not lookup.place.channel:
        return None
    whole = await finding.answer()
    opening = await _opening(desk, lookup, whole.opening)
    if opening.ok:
        await post_thread(desk, lookup, finding, whole, opening)
    elif opening.cause is SlackErrorKind.UNKNOWN:
        await report_unconfirmed(desk, lookup, [whole.opening.part])
    return opening


async def _opening(desk: BotContext, lookup: Lookup, message: Message) -> SendResult:
    place, poster = lookup.place, desk.poster
    if place.looking:
        sent = await poster.update(place.channel, place.looking, message, lookup.id)
        if sent.cause in _AGAIN:  # a change may be repeated: it changes nothing twice
            sent = await poster.update(place.channel, place.looking, message, lookup.id)
        if sent.cause is not SlackErrorKind.STALE:
            return sent
    return await poster.post(place.channel, message, lookup.id, thread=place.thread, first=True)


async def to_direct_message(
    desk: BotContext, lookup: Lookup, finding: LookupResult, why: SendResult | None
) -> SendResult | None:
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
        await post_thread(desk, lookup.at(there), finding, whole, opening)
    elif opening.cause is SlackErrorKind.UNKNOWN:
        await report_unconfirmed(desk, lookup, [whole.opening.part])
    return opening
