"""Handles the words after `/call-errors` or a mention that ask for something other than a look-up.

To add a subcommand, define it here and list it in `SUBCOMMANDS`.

`/call-errors settings` shows and changes a channel's settings for the answers in it. Slack lets
only members of a channel type in it, and names the channel in what it signs. The text of a command
names no channel, so nobody can change a channel that they are not in.
https://docs.slack.dev/interactivity/implementing-slash-commands

If a change makes a channel's answers show more, a message in the channel names the person who made
it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from bot.domain.audit import AuditOutcome
from bot.domain.channel_settings import (
    ChannelSettings,
    ChannelSettingsStore,
    SettingsPatch,
    apply_patch,
    is_more_open,
)
from bot.domain.errors import BotError, NotAllowed, StoreUnreachable, UnreadableQuestion
from bot.domain.parsing import parse_settings_change, parse_since
from bot.render.message import Message
from bot.slack.audit import set_outcome
from bot.slack.context import BotContext
from bot.slack.error_boundary import ErrorBoundary
from bot.slack.home import refresh_home
from bot.slack.lookup.channel_defaults import READ_SECONDS, settings_channel
from bot.slack.message_text import MAX_TYPED_CHARACTERS
from bot.slack.payloads import ReplyTarget
from bot.slack.sending.calls import PostMessage, Respond
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.watch.command import answer_unwatch, answer_watch, answer_watches

__all__ = [
    "SUBCOMMANDS",
    "Subcommand",
    "find_subcommand",
]


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One subcommand: its word, in lower case, its outcome in the audit, and its function.

    `answer` runs it on the text after its word, for a target, with a reference and Slack's id of
    the delivery. It returns a message for the asker alone, and raises BotError.
    """

    word: str
    outcome: AuditOutcome
    answer: Callable[[BotContext, ReplyTarget, str, str, str], Awaitable[Message]]


_NOT_ANNOUNCED = NotAllowed(
    "I could not announce the change in the channel, so I undid it.",
    headline="The setting was not changed",
    next_step="Invite me with `/invite @Call Doctor`, then change it again.",
)


async def announce_loosening(
    ctx: BotContext,
    target: ReplyTarget,
    before: ChannelSettings,
    after: ChannelSettings,
    reference: str,
) -> None:
    """Name the person who changed the settings. If this cannot be posted, undo the change."""
    if await _post_loosening(ctx, target, after, reference):
        return
    structlog.get_logger("call_doctor").warning("loosening_undone", lookup_id=reference)
    async with ErrorBoundary(ctx, target, reference):
        await _undo_change(ctx, target, before)
        raise _NOT_ANNOUNCED


async def _post_loosening(
    ctx: BotContext, target: ReplyTarget, after: ChannelSettings, reference: str
) -> bool:
    """Return whether the notice is in the channel, or may be.

    A notice that Slack did not confirm is not posted twice.
    """
    message = ctx.renderer.loosened(target.user, after)
    sent = await ctx.sender.send(PostMessage(target.channel, message, reference, first=True))
    if (
        not sent.ok
        and sent.cause is not SlackErrorKind.UNKNOWN
        and target.url is not None
        and target.url.uses_left
    ):
        sent = await ctx.sender.send(Respond(target.url, message, reference, in_channel=True))
    return sent.ok or sent.cause is SlackErrorKind.UNKNOWN


async def _undo_change(ctx: BotContext, target: ReplyTarget, before: ChannelSettings) -> None:
    channels = ctx.channel_settings
    if channels is None:
        raise BotError
    change = SettingsPatch(private=before.private, names=before.names or "")
    await channels.change(settings_channel(target), change, before.set_by or target.user)


_USAGE = (
    "Write `settings private`, `settings public`, `settings names short`, `settings since 24h`, "
    "`settings workspace …`, or `settings reset`. For a room of that name write `room settings`."
)
_NO_CHANNEL = NotAllowed(
    "Settings only work in channels.",
    headline="There are no settings here",
    next_step="Type the command in the channel.",
)
_GUEST = NotAllowed(
    "Guests can make a channel's answers more private, but not more open.",
    headline="No setting was changed",
    next_step="Ask a member of this workspace to change it.",
)


async def _answer_settings(
    ctx: BotContext, target: ReplyTarget, text: str, reference: str, _delivery: str
) -> Message:
    set_outcome(AuditOutcome.SETTINGS)
    channel = settings_channel(target)
    if not channel or ctx.channel_settings is None:
        raise _NO_CHANNEL
    permitted = ctx.workspaces_at(channel)
    workspaces = ctx.workspaces if permitted is None else permitted
    command = parse_settings_change(text[:MAX_TYPED_CHARACTERS], workspaces)
    if command.complaint:
        raise UnreadableQuestion(
            command.complaint, headline="No setting was changed", next_step=_USAGE
        )
    before = await _with_timeout(ctx.channel_settings.of(channel))
    settings = await _apply_change(ctx, ctx.channel_settings, target, before, command.change)
    changed = command.change != SettingsPatch()
    if changed and is_more_open(before, settings, ctx.names):
        ctx.tasks.spawn(announce_loosening(ctx, target, before, settings, reference))
    if changed:
        refresh_home(ctx, target.user)
    structlog.get_logger("call_doctor").info("settings", lookup_id=reference, changed=changed)
    return ctx.renderer.settings(
        settings,
        workspaces,
        changed=changed,
        names=settings.names or ctx.names,
        shared=ctx.shared_channels.is_known_shared(channel),
    )


async def _apply_change(
    ctx: BotContext,
    channels: ChannelSettingsStore,
    target: ReplyTarget,
    before: ChannelSettings,
    change: SettingsPatch,
) -> ChannelSettings:
    """Return the settings after the change, if there is one. Raises NotAllowed for a guest."""
    if change == SettingsPatch():
        return before
    settings = apply_patch(before, change)
    if is_more_open(before, settings, ctx.names) and await _is_guest(ctx, target):
        raise _GUEST
    return await _with_timeout(channels.change(settings_channel(target), change, target.user))


async def _with_timeout(request: Awaitable[T]) -> T:
    """Await what the database has. Raises StoreUnreachable, also if it takes too long."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await request
    except TimeoutError as error:
        raise StoreUnreachable("The database did not answer in time.") from error


async def _is_guest(ctx: BotContext, target: ReplyTarget) -> bool:
    """Return whether Slack reports the person as a guest; False if Slack may not be asked."""
    person = await ctx.people.find(target.user)
    return person is not None and person.guest


SETTINGS_SUBCOMMAND = Subcommand("settings", AuditOutcome.SETTINGS, _answer_settings)


_NO_VOTES = NotAllowed("Votes are stored in the database, and there is none.")
_ACCURACY_USAGE = (
    "Write `accuracy` or `accuracy since 30d`. For a room of that name: `room accuracy`."
)


async def _answer_accuracy(
    ctx: BotContext, target: ReplyTarget, text: str, reference: str, _delivery: str
) -> Message:
    words = text.strip().removeprefix("since ").strip()
    since = parse_since(words, ctx.clock()) if words else None
    if words and since is None:
        raise UnreadableQuestion(
            f"I don't understand “{words[:MAX_WORDS]}” after accuracy.", next_step=_ACCURACY_USAGE
        )
    if ctx.votes is None:
        raise _NO_VOTES
    structlog.get_logger("call_doctor").info("accuracy", lookup_id=reference, user=target.user)
    return ctx.renderer.accuracy(await _with_timeout(ctx.votes.accuracy(since)), since)


MAX_WORDS = 40
ACCURACY_SUBCOMMAND = Subcommand("accuracy", AuditOutcome.ACCURACY, _answer_accuracy)


SUBCOMMANDS: tuple[Subcommand, ...] = (
    SETTINGS_SUBCOMMAND,
    ACCURACY_SUBCOMMAND,
    Subcommand("watch", AuditOutcome.WATCH, answer_watch),
    Subcommand("watches", AuditOutcome.WATCH, answer_watches),
    Subcommand("unwatch", AuditOutcome.WATCH, answer_unwatch),
)


def find_subcommand(text: str) -> tuple[Subcommand, str] | None:
    """Return the subcommand that a text begins with, and the rest; None for a question."""
    words = text.split(maxsplit=1)
    for subcommand in SUBCOMMANDS:
        if words and words[0].rstrip(".,:!?").casefold() == subcommand.word:
            return subcommand, "".join(words[1:])
    return None
