"""Applies a channel's settings to a question: privacy, time range, preferred workspace."""

import asyncio
import re
from dataclasses import replace

from bot.domain.channel_settings import ChannelSettings, apply_settings
from bot.domain.errors import StoreUnreachable
from bot.domain.privacy.personal_names import Names, is_contact
from bot.domain.query import LookupQuery
from bot.slack.access.shared_channels import SHARED
from bot.slack.context import BotContext, Lookup
from bot.slack.payloads import ReplyTarget
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult

READ_SECONDS = 0.8
"""Seconds after which a question is refused. Slack waits only three seconds for the
acknowledgement, and the question must still be recorded in that time."""

_CHANNEL_ID = re.compile(r"[A-Z0-9]{1,40}")


def settings_channel(target: ReplyTarget) -> str:
    """Return the channel whose settings apply at this target; "" if there is none."""
    return target.channel if _CHANNEL_ID.fullmatch(target.channel) else ""


async def apply_channel_defaults(ctx: BotContext, lookup: Lookup) -> Lookup:
    """Return the look-up with the channel's current settings applied. Raises StoreUnreachable.

    A look-up does not begin without the settings, because an answer that should be private would be
    public. If the channel is known to include people of another company, the answer is private
    unless the asker typed `public`.
    """
    tools = ctx.tools
    query = apply_settings(
        lookup.question, await read_channel_settings(ctx, lookup.place), tools.clock()
    )
    query = replace(query, names=query.names or tools.names)
    lookup = replace(lookup, question=query)
    return (
        restrict_for_outsiders(lookup, SHARED)
        if ctx.shared_channels.is_known_shared(lookup.place.channel)
        else lookup
    )


def restrict_for_outsiders(lookup: Lookup, reason: str) -> Lookup:
    """Return the look-up in the form that people of other companies may see.

    The answer is private to the asker and states `reason`. If the asker typed `public`, the answer
    is public and names nobody.
    """
    query = lookup.question
    if query.private:
        return lookup
    if query.public:
        return replace(lookup, question=replace(query, names=Names.NONE))
    refused = SendResult(SlackErrorKind.PLACE, reason)
    return replace(lookup, question=replace(query, private=True), refused=refused)


def hides_identifiers(query: LookupQuery) -> bool:
    """Return whether the question names a person's contact in a place that hides people's names."""
    contacts = any(is_contact(identifier.value) for identifier in query.clues)
    return contacts and query.names not in (None, Names.FULL) and not query.private


async def read_channel_settings(ctx: BotContext, target: ReplyTarget) -> ChannelSettings:
    """Return the channel's settings, or the defaults if it has none. Raises StoreUnreachable."""
    channel, tools = settings_channel(target), ctx.tools
    if not channel or tools.channel_settings is None:
        return ChannelSettings()
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await tools.channel_settings.of(channel)
    except TimeoutError as error:
        raise StoreUnreachable("This channel's settings could not be read in time.") from error
