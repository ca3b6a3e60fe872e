"""A question as its channel wants it: private or not, how far back, which workspace first."""

import asyncio
import re
from dataclasses import replace

from bot.domain.errors import StoreUnreachable
from bot.domain.privacy.personal_names import Names, is_contact
from bot.domain.query import LookupQuery
from bot.domain.records.channel_settings import ChannelSettings, apply_settings
from bot.slack.access.shared_channels import SHARED
from bot.slack.context import BotContext, Lookup
from bot.slack.payloads import ReplyTarget
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult

READ_SECONDS = 0.8
"""After so long a question is refused: Slack waits three seconds for the acknowledgement, and it
has yet to be recorded."""

_CHANNEL_ID = re.compile(r"[A-Z0-9]{1,40}")


def settings_channel(target: ReplyTarget) -> str:
    """The channel whose settings count there; "" if there is none."""
    return target.channel if _CHANNEL_ID.fullmatch(target.channel) else ""


async def apply_channel_defaults(ctx: BotContext, lookup: Lookup) -> Lookup:
    """The look-up with what its channel wants, as of now. Raises StoreUnreachable.

    It is not begun without: an answer that should be private would be public. Where people of
    another company are known to be in the channel it is private unless `public` was typed.
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
    """The look-up as people of other companies may see it.

    It is for the asker alone, and says `why`; where `public` was typed it names nobody.
    """
    query = lookup.question
    if query.private:
        return lookup
    if query.public:
        return replace(lookup, question=replace(query, names=Names.NONE))
    refused = SendResult(SlackErrorKind.PLACE, reason)
    return replace(lookup, question=replace(query, private=True), refused=refused)


def hides_identifiers(query: LookupQuery) -> bool:
    """Whether what was asked for is a contact of somebody whose name is not shown there."""
    contacts = any(is_contact(identifier.value) for identifier in query.clues)
    return contacts and query.names not in (None, Names.FULL) and not query.private


async def read_channel_settings(ctx: BotContext, target: ReplyTarget) -> ChannelSettings:
    """What the channel wants, the defaults where there is none. Raises StoreUnreachable."""
    channel, tools = settings_channel(target), ctx.tools
    if not channel or tools.channel_settings is None:
        return ChannelSettings()
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await tools.channel_settings.of(channel)
    except TimeoutError as error:
        raise StoreUnreachable("This channel's settings could not be read in time.") from error
