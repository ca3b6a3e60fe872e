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

_ID = re.compile(r"[A-Z0-9]{1,40}")


def settings_channel(place: ReplyTarget) -> str:
    """The channel whose settings count there; "" if there is none."""
    return place.channel if _ID.fullmatch(place.channel) else ""


async def apply_channel_defaults(desk: BotContext, lookup: Lookup) -> Lookup:
    """The look-up with what its channel wants, as of now. Raises StoreUnreachable.

    It is not begun without: an answer that should be private would be public. Where people of
    another company are known to be in the channel it is private unless `public` was typed.
    """
    tools = desk.tools
    question = apply_settings(lookup.question, await settings_of(desk, lookup.place), tools.clock())
    question = replace(question, names=question.names or tools.names)
    lookup = replace(lookup, question=question)
    return for_strangers(lookup, SHARED) if desk.sharing.known(lookup.place.channel) else lookup


def for_strangers(lookup: Lookup, why: str) -> Lookup:
    """The look-up as people of other companies may see it.

    It is for the asker alone, and says `why`; where `public` was typed it names nobody.
    """
    question = lookup.question
    if question.private:
        return lookup
    if question.public:
        return replace(lookup, question=replace(question, names=Names.NONE))
    refused = SendResult(SlackErrorKind.PLACE, why)
    return replace(lookup, question=replace(question, private=True), refused=refused)


def hides_clues(question: LookupQuery) -> bool:
    """Whether what was asked for is a contact of somebody whose name is not shown there."""
    contacts = any(is_contact(clue.value) for clue in question.clues)
    return contacts and question.names not in (None, Names.FULL) and not question.private


async def settings_of(desk: BotContext, place: ReplyTarget) -> ChannelSettings:
    """What the channel wants, the defaults where there is none. Raises StoreUnreachable."""
    channel, tools = settings_channel(place), desk.tools
    if not channel or tools.channels is None:
        return ChannelSettings()
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await tools.channels.of(channel)
    except TimeoutError as error:
        raise StoreUnreachable("This channel's settings could not be read in time.") from error
