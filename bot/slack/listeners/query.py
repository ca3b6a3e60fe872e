"""From words to a question, or to what is said instead of an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.errors import SlackTrouble, UnreadableQuestion
from bot.domain.parsing import MOST_CLUES, find_identifiers, parse_query, zone_named
from bot.domain.query import IdentifierKind, LookupQuery
from bot.render.message import Message
from bot.slack.context import BotContext, Tools
from bot.slack.message_text import texts_of

MOST = 20_000  # characters; Slack's own input takes fewer


@dataclass(frozen=True, slots=True)
class ParsedCommand:
    """A question with its reference; `reply` when there is nothing to look up."""

    reference: str
    question: LookupQuery
    reply: Message | None = None


async def parse_command_text(
    desk: BotContext, text: str, user: str, expect: IdentifierKind | None = None
) -> ParsedCommand:
    """Read a question. `reply` is for the asker alone: help, or what could not be read."""
    tools, reference = desk.tools, desk.tools.new_lookup_id()
    if not text.strip():
        return ParsedCommand(reference, LookupQuery(help=True), tools.renderer.help_())
    question = await question_of(desk, text, user, expect)
    return ParsedCommand(reference, question, _reply(tools, question, reference))


async def question_of(
    desk: BotContext, text: str, user: str, expect: IdentifierKind | None = None
) -> LookupQuery:
    """What a text asks, its times in the asker's zone, where Slack tells it, if they name none."""
    now = desk.tools.clock()
    question = parse_query(text[:MOST], now, expect=expect)
    if not question.readings:
        return question
    try:
        person = await desk.people.find(user)
    except SlackTrouble:  # UTC, as the answer then says
        return question
    zone = zone_named(person.zone) if person and person.zone else None
    return parse_query(text[:MOST], now, expect=expect, zone=zone) if zone else question


async def understand_message(
    desk: BotContext, text: str, user: str, message: Mapping[str, Any]
) -> ParsedCommand:
    """Read a question typed into a message, which may be about what the message carries.

    Where the words name nothing, the ids of its files and of a forwarded message count.
    """
    asked = await parse_command_text(desk, text, user)
    if asked.question.clues:
        return asked
    carried = {key: value for key, value in message.items() if key in ("files", "attachments")}
    clues = find_identifiers(texts_of(carried))
    if not clues:
        return asked
    question = replace(asked.question, clues=clues[:MOST_CLUES], complaint=None, help=False)
    return ParsedCommand(asked.reference, question)


def query_error(question: LookupQuery) -> UnreadableQuestion | None:
    """Why this question cannot be looked up; None if it can."""
    return None if question.clues else UnreadableQuestion(question.complaint)


def _reply(tools: Tools, question: LookupQuery, reference: str) -> Message | None:
    if question.help:
        return tools.renderer.help_()
    trouble = query_error(question)
    return tools.renderer.error(trouble, reference) if trouble else None
