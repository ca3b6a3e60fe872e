"""Says something to one person, by whichever way still works."""

from collections.abc import AsyncIterator
from dataclasses import replace

from bot.render.message import Message
from bot.slack.desk import Desk
from bot.slack.forms import Sent
from bot.slack.place import Place


async def announce(
    desk: Desk, place: Place, message: Message, lookup_id: str, *, instead: bool = False
) -> bool:
    """Tell the asker; `instead` puts it in the place of our "Looking…". False if nothing worked.

    An attempt that Slack did not confirm may have been seen; the next one has its own part.
    """
    number, part = 1, message.part
    async for sent in _attempts(desk, place, message, lookup_id, instead=instead):
        if sent.ok:
            return True
        number += 1
        message = replace(message, part=f"{part}-{number}")
    return False


async def _attempts(
    desk: Desk, place: Place, message: Message, lookup_id: str, *, instead: bool
) -> AsyncIterator[Sent]:
    poster = desk.poster
    if instead and place.looking:
        yield await poster.update(place.channel, place.looking, message, lookup_id)
    if place.url is not None and place.url.left:
        yield await poster.respond(place.url, message, lookup_id)
    if place.channel and place.user:
        yield await poster.ephemeral(
            place.channel, place.user, message, lookup_id, thread=place.thread
        )
    if place.user:
        yield await poster.post(place.user, message, lookup_id, first=True)
