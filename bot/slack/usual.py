"""A question as its channel wants it: private or not, how far back, which workspace first."""

import asyncio
import re
from dataclasses import replace

from bot.domain.channel import as_usual
from bot.domain.errors import StoreUnreachable
from bot.slack.desk import Desk, Lookup
from bot.slack.place import Place

READ_SECONDS = 0.8
"""After so long a question is refused: Slack waits three seconds for the acknowledgement, and it
has yet to be recorded."""

_ID = re.compile(r"[A-Z0-9]{1,40}")


def channel_of(place: Place) -> str:
    """The channel whose settings count there; "" if there is none."""
    return place.channel if _ID.fullmatch(place.channel) else ""


async def usual(desk: Desk, lookup: Lookup) -> Lookup:
    """The look-up with what its channel wants, as of now. Raises StoreUnreachable.

    It is not begun without: an answer that should be private would be public.
    """
    channel, tools = channel_of(lookup.place), desk.tools
    if not channel or tools.channels is None:
        return lookup
    try:
        async with asyncio.timeout(READ_SECONDS):
            settings = await tools.channels.of(channel)
    except TimeoutError as error:
        raise StoreUnreachable("This channel's settings could not be read in time.") from error
    return replace(lookup, question=as_usual(lookup.question, settings, tools.clock()))
