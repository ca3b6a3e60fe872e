"""Says something to one person, by whichever way still works."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

from bot.render.message import Message
from bot.slack.desk import Desk
from bot.slack.errors import PASSING
from bot.slack.forms import Sent
from bot.slack.place import Place
from bot.slack.posts import Posts


async def announce(
    desk: Desk, place: Place, message: Message, lookup_id: str, *, instead: bool = False
) -> bool:
    """Tell the asker; `instead` puts it in the place of our "Looking…". False if nothing worked.

    An attempt that Slack did not confirm may have been seen; the next one has its own part. As
    long as Slack does not refuse for good, all ways are tried again later.
    """
    number, rounds = 1, 0
    while True:
        refused = True
        for attempt in _attempts(desk.poster, place, lookup_id, instead=instead):
            part = message.part if number == 1 else f"{message.part}-{number}"
            sent = await attempt(replace(message, part=part))
            if sent.ok:
                return True
            refused = refused and sent.cause not in PASSING
            number += 1
        if refused or not await desk.poster.later(rounds):
            return False
        rounds += 1


async def announce_alone(desk: Desk, place: Place, message: Message, lookup_id: str) -> bool:
    """Tell the asker alone, and take away our "Looking…" that all can see.

    Where nothing reaches the asker alone, the message takes the place of "Looking…" after all. One
    that cannot be taken away is ended by `bot.slack.durable.amends`.
    """
    if not await announce(desk, replace(place, looking=""), message, lookup_id):
        return await announce(desk, place, message, lookup_id, instead=True)
    await desk.poster.remove(place.channel, place.looking)
    return True


def _attempts(
    poster: Posts, place: Place, lookup_id: str, *, instead: bool
) -> Iterator[Callable[[Message], Awaitable[Sent]]]:
    if instead and place.looking:
        yield lambda message: poster.update(place.channel, place.looking, message, lookup_id)
    url = place.url
    if url is not None and url.left:
        yield lambda message: poster.respond(url, message, lookup_id)
    if place.channel and place.user:
        yield lambda message: poster.ephemeral(
            place.channel, place.user, message, lookup_id, thread=place.thread
        )
    if place.user:
        yield lambda message: poster.post(place.user, message, lookup_id, first=True)
