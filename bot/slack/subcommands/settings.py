"""`/call-errors settings`: what this channel wants of the answers in it, shown and changed.

Slack lets only members of a channel type in it, and names the channel in what it signs; no text
names one, so nobody changes a channel that they are not in.
https://docs.slack.dev/interactivity/implementing-slash-commands
"""

import asyncio
from collections.abc import Awaitable

import structlog

from bot.domain.channel import Change, Channels, ChannelSettings, changed_by, loosened
from bot.domain.errors import NotAllowed, StoreUnreachable, UnreadableQuestion
from bot.domain.reading import read_wish
from bot.render.message import Message
from bot.slack.asking import MOST
from bot.slack.desk import Desk
from bot.slack.place import Place
from bot.slack.subcommands.loosening import announce_loosening
from bot.slack.subcommands.subcommand import Subcommand
from bot.slack.usual import READ_SECONDS, channel_of

_FORMS = (
    "Write `settings private`, `settings public`, `settings names short`, `settings since 24h`, "
    "`settings workspace …`, or `settings reset`. For a room of that name write `room settings`."
)
_NOWHERE = NotAllowed(
    "Settings belong to a channel, and this is none that I can keep any for.",
    next_step="Ask for them in the channel.",
)
_GUEST = NotAllowed(
    "Guests may make a channel's answers more private, but not show more of them.",
    headline="No setting was changed",
    next_step="Ask a member of this workspace to change it.",
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
    before = await _in_time(tools.channels.of(channel))
    found = await _changed(desk, tools.channels, place, before, wish.change)
    changed = wish.change != Change()
    if changed and loosened(before, found, tools.names):
        desk.crew.start(announce_loosening(desk, place, before, found, reference))
    structlog.get_logger("call_doctor").info("settings", lookup_id=reference, changed=changed)
    return tools.renderer.settings(
        found,
        workspaces,
        changed=changed,
        names=found.names or tools.names,
        shared=desk.sharing.known(channel),
    )


async def _changed(
    desk: Desk, channels: Channels, place: Place, before: ChannelSettings, change: Change
) -> ChannelSettings:
    """The settings after the change, if it is one. Raises NotAllowed for a guest."""
    if change == Change():
        return before
    wanted = changed_by(before, change)
    if loosened(before, wanted, desk.tools.names) and await _is_guest(desk, place):
        raise _GUEST
    return await _in_time(channels.change(channel_of(place), change, place.user))


async def _in_time(reading: Awaitable[ChannelSettings]) -> ChannelSettings:
    """Raises StoreUnreachable also if it takes too long."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await reading
    except TimeoutError as error:
        raise StoreUnreachable("The settings could not be reached in time.") from error


async def _is_guest(desk: Desk, place: Place) -> bool:
    """Whether the person is known to be a guest: Slack says so where it may be asked."""
    person = await desk.people.find(place.user)
    return person is not None and person.guest


SUBCOMMAND = Subcommand("settings", _answer)
