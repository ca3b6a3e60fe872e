"""The way that was asked for: the channel, with the detail in a thread."""

from bot.render.message import Message
from bot.slack.desk import Desk, Lookup
from bot.slack.durable.finding import Finding
from bot.slack.errors import Cause
from bot.slack.forms import Sent
from bot.slack.routes.missing import tell_missing
from bot.slack.routes.thread import post_rest

_AGAIN = (Cause.UNKNOWN, Cause.BUSY)


async def answer(desk: Desk, lookup: Lookup, finding: Finding, _: Sent | None) -> Sent | None:
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
