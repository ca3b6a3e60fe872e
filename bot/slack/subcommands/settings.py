"""`/call-errors settings`: what this channel wants of the answers in it, shown and changed.

Slack lets only members of a channel type in it, and names the channel in what it signs; no text
names one, so nobody changes a channel that they are not in.
https://docs.slack.dev/interactivity/implementing-slash-commands
"""

import asyncio

import structlog

from bot.domain.channel import Change, Channels, ChannelSettings
from bot.domain.errors import NotAllowed, StoreUnreachable, UnreadableQuestion
from bot.domain.reading import read_wish
from bot.render.message import Message
from bot.slack.asking import MOST
from bot.slack.desk import Desk
from bot.slack.place import Place
from bot.slack.subcommands.subcommand import Subcommand
from bot.slack.usual import READ_SECONDS, channel_of

_FORMS = (
    "Write `settings private`, `settings public`, `settings since 24h`, `settings workspace …`, "
    "or `settings reset`. For a room of that name write `room settings`."
)
_NOWHERE = NotAllowed(
    "Settings belong to a channel, and this is none that I can keep any for.",
    next_step="Ask for them in the channel.",
)


async def _answer(desk: Desk, place: Place, text: str, reference: str) -> Message:
    tools = desk.tools
    channel = channel_of(place)
    if not channel or tools.channels is None:
        raise _NOWHERE
    permitted = desk.workspaces_at(channel)
    workspaces = tools.workspaces if permitted is None else permitted
    wish = read_wish(text[:MOST], workspaces)
    if wish.complaint:
        raise UnreadableQuestion(
            wish.complaint, headline="No setting was changed", next_step=_FORMS
        )
    try:
        async with asyncio.timeout(READ_SECONDS):
            found = await _settled(tools.channels, channel, place.user, wish.change)
    except TimeoutError as error:
        raise StoreUnreachable("The settings could not be reached in time.") from error
    changed = wish.change != Change()
    structlog.get_logger("call_doctor").info("settings", lookup_id=reference, changed=changed)
    return tools.renderer.settings(found, workspaces, changed=changed)


async def _settled(channels: Channels, channel: str, user: str, change: Change) -> ChannelSettings:
    """The settings after the change, if it is one."""
    if change == Change():
        return await channels.of(channel)
    return await channels.change(channel, change, user)


SUBCOMMAND = Subcommand("settings", _answer)
