"""Words after `/call-errors` or a mention that ask for something else than a look-up.

A new one is a file here and a line below.

`/call-errors settings`: what this channel wants of the answers in it, shown and changed.

Slack lets only members of a channel type in it, and names the channel in what it signs; no text
names one, so nobody changes a channel that they are not in.
https://docs.slack.dev/interactivity/implementing-slash-commands

A word that asks for something else than a look-up.

Nobody makes a channel's answers show more unheard: it is said there who did so.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.domain.errors import BotError, NotAllowed, StoreUnreachable, UnreadableQuestion
from bot.domain.parsing import parse_settings_change
from bot.domain.records.channel_settings import (
    SettingsPatch,
    ChannelSettingsStore,
    ChannelSettings,
    changed_by,
    loosened,
)
from bot.render.message import Message
from bot.slack.context import BotContext
from bot.slack.error_boundary import ErrorBoundary
from bot.slack.listeners.query import MOST
from bot.slack.lookup.channel_defaults import READ_SECONDS, settings_channel
from bot.slack.payloads import ReplyTarget
from bot.slack.sending.errors import SlackErrorKind

__all__ = [
    "SUBCOMMANDS",
    "Subcommand",
    "subcommand_of",
]

Answer = Callable[[BotContext, ReplyTarget, str, str], Awaitable[Message]]
"""Does what the text after the word asks, where the person is, under that reference.

The message is for the asker alone. Raises BotError.
"""


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One such word, in small letters, and what it does."""

    word: str
    answer: Answer


_UNSAID = NotAllowed(
    "I could not say in the channel who changed it, so the setting is again what it was.",
    headline="The setting was not changed",
    next_step="Let me into the channel with `/invite @Call Doctor`, then change it again.",
)


async def announce_loosening(
    desk: BotContext,
    place: ReplyTarget,
    before: ChannelSettings,
    after: ChannelSettings,
    reference: str,
) -> None:
    """Name who changed the settings. Where that cannot be said, the change is undone."""
    if await _said(desk, place, after, reference):
        return
    structlog.get_logger("call_doctor").warning("loosening_undone", lookup_id=reference)
    async with ErrorBoundary(desk, place, reference):
        await _undo(desk, place, before)
        raise _UNSAID


async def _said(
    desk: BotContext, place: ReplyTarget, after: ChannelSettings, reference: str
) -> bool:
    """Whether it stands in the channel, or may: what Slack did not confirm is not said twice."""
    message = desk.tools.renderer.loosened(place.user, after)
    poster = desk.poster.plain
    sent = await poster.post(place.channel, message, reference, first=True)
    if (
        not sent.ok
        and sent.cause is not SlackErrorKind.UNKNOWN
        and place.url is not None
        and place.url.uses_left
    ):
        sent = await poster.respond(place.url, message, reference, in_channel=True)
    return sent.ok or sent.cause is SlackErrorKind.UNKNOWN


async def _undo(desk: BotContext, place: ReplyTarget, before: ChannelSettings) -> None:
    channels = desk.tools.channels
    if channels is None:
        raise BotError
    change = SettingsPatch(private=before.private, names=before.names or "")
    await channels.change(settings_channel(place), change, before.set_by or place.user)


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


async def _answer(desk: BotContext, place: ReplyTarget, text: str, reference: str) -> Message:
    tools = desk.tools
    channel = settings_channel(place)
    if not channel or tools.channels is None:
        raise _NOWHERE
    permitted = desk.workspaces_at(channel)
    workspaces = tools.workspaces if permitted is None else permitted
    wish = parse_settings_change(text[:MOST], workspaces)
    if wish.complaint:
        raise UnreadableQuestion(
            wish.complaint, headline="No setting was changed", next_step=_FORMS
        )
    before = await _in_time(tools.channels.of(channel))
    found = await _changed(desk, tools.channels, place, before, wish.change)
    changed = wish.change != SettingsPatch()
    if changed and loosened(before, found, tools.names):
        desk.crew.spawn(announce_loosening(desk, place, before, found, reference))
    structlog.get_logger("call_doctor").info("settings", lookup_id=reference, changed=changed)
    return tools.renderer.settings(
        found,
        workspaces,
        changed=changed,
        names=found.names or tools.names,
        shared=desk.sharing.known(channel),
    )


async def _changed(
    desk: BotContext,
    channels: ChannelSettingsStore,
    place: ReplyTarget,
    before: ChannelSettings,
    change: SettingsPatch,
) -> ChannelSettings:
    """The settings after the change, if it is one. Raises NotAllowed for a guest."""
    if change == SettingsPatch():
        return before
    wanted = changed_by(before, change)
    if loosened(before, wanted, desk.tools.names) and await _is_guest(desk, place):
        raise _GUEST
    return await _in_time(channels.change(settings_channel(place), change, place.user))


async def _in_time(reading: Awaitable[ChannelSettings]) -> ChannelSettings:
    """Raises StoreUnreachable also if it takes too long."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await reading
    except TimeoutError as error:
        raise StoreUnreachable("The settings could not be reached in time.") from error


async def _is_guest(desk: BotContext, place: ReplyTarget) -> bool:
    """Whether the person is known to be a guest: Slack says so where it may be asked."""
    person = await desk.people.find(place.user)
    return person is not None and person.guest


SUBCOMMAND = Subcommand("settings", _answer)


SUBCOMMANDS: tuple[Subcommand, ...] = (SUBCOMMAND,)


def subcommand_of(text: str) -> tuple[Subcommand, str] | None:
    """The one that a text begins with, and what stands after it; None for a question."""
    words = text.split(maxsplit=1)
    for each in SUBCOMMANDS:
        if words and words[0].casefold() == each.word:
            return each, "".join(words[1:])
    return None
