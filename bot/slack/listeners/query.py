"""Turns text into a question, or into the reply that replaces an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.errors import SlackTrouble, UnreadableQuestion
from bot.domain.parsing import MAX_IDS, find_identifiers, find_zone, parse_query
from bot.domain.query import IdentifierKind, LookupQuery
from bot.render.message import Message
from bot.slack.context import BotContext
from bot.slack.message_text import MAX_TYPED_CHARACTERS, text_of_message


@dataclass(frozen=True, slots=True)
class ParsedCommand:
    """A question with its reference; `reply` is set if there is nothing to look up."""

    reference: str
    query: LookupQuery
    reply: Message | None = None


async def parse_command_text(
    ctx: BotContext, text: str, user: str, expect: IdentifierKind | None = None
) -> ParsedCommand:
    """Parse a question. `reply` is for the asker alone: help, or the reason it is unreadable."""
    reference = ctx.new_lookup_id()
    if not text.strip():
        return ParsedCommand(reference, LookupQuery(help=True), ctx.renderer.help_())
    query = await parse_query_in_zone(ctx, text, user, expect)
    return ParsedCommand(reference, query, _reply_without_lookup(ctx, query, reference))


async def parse_query_in_zone(
    ctx: BotContext, text: str, user: str, expect: IdentifierKind | None = None
) -> LookupQuery:
    """Return the question in a text.

    Times that name no zone are read in the asker's zone if Slack reports it.
    """
    now = ctx.clock()
    query = parse_query(text[:MAX_TYPED_CHARACTERS], now, expect=expect)
    if not query.readings:
        return query
    try:
        person = await ctx.people.find(user)
    except SlackTrouble:  # UTC, as the answer then says
        return query
    zone = find_zone(person.zone) if person and person.zone else None
    return (
        parse_query(text[:MAX_TYPED_CHARACTERS], now, expect=expect, zone=zone) if zone else query
    )


async def parse_message_text(
    ctx: BotContext, text: str, user: str, message: Mapping[str, Any]
) -> ParsedCommand:
    """Parse a question typed into a message, which may be about the message's attachments.

    If the text names nothing, the ids in its files and in a forwarded message count.
    """
    parsed = await parse_command_text(ctx, text, user)
    if parsed.query.clues:
        return parsed
    attachments = {key: value for key, value in message.items() if key in ("files", "attachments")}
    identifiers = find_identifiers(text_of_message(attachments))
    if not identifiers:
        return parsed
    query = replace(parsed.query, clues=identifiers[:MAX_IDS], complaint=None, help=False)
    return ParsedCommand(parsed.reference, query)


def in_direct_message(query: LookupQuery) -> LookupQuery:
    """Return the question as it is answered in direct messages, which nobody else reads."""
    return replace(query, private=False, public=False)


def query_error(query: LookupQuery) -> UnreadableQuestion | None:
    """Return why this question cannot be looked up; None if it can."""
    return None if query.clues else UnreadableQuestion(query.complaint)


def _reply_without_lookup(ctx: BotContext, query: LookupQuery, reference: str) -> Message | None:
    if query.help:
        return ctx.renderer.help_()
    error = query_error(query)
    return ctx.renderer.error(error, reference) if error else None
