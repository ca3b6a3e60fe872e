"""The Home tab: how to ask.

`@Call Doctor <anything>`: for threads, where slash commands cannot be typed.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.domain.errors import BotError
from bot.domain.records.audit import AuditOutcome
from bot.render.message import Message
from bot.slack.access.audit import audited, note, outcome_for, recorded, without_look_up
from bot.slack.access.entries import entry_of
from bot.slack.context import BotContext, Lookup
from bot.slack.error_boundary import ErrorBoundary, notify_user, report_error
from bot.slack.listeners.query import MOST, understand_message
from bot.slack.listeners.subcommands import Subcommand, subcommand_of
from bot.slack.lookup.job import start_lookup
from bot.slack.payloads import ReplyTarget, reply_target_of_mention, text_at
from bot.slack.sending.format_fallback import unescape

APP_HOME_OPENED = "app_home_opened"


def home_listener(desk: BotContext) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """Publishes the help where a person opens the tab."""

    async def on_home(event: dict[str, Any]) -> None:
        user = text_at(event, "user")
        if user and event.get("tab") == "home":
            desk.crew.spawn(_publish(desk, user))

    return on_home


async def _publish(desk: BotContext, user: str) -> None:
    await desk.poster.plain.publish_home(user, desk.tools.renderer.home())


APP_MENTION = "app_mention"


def mention_listener(desk: BotContext) -> Callable[..., Awaitable[None]]:
    """Answers people, never bots: two of them could talk for ever."""
    name = re.compile(rf"<@{re.escape(desk.identity.bot_user_id)}(\|[^>]*)?>")

    async def on_mention(event: dict[str, Any], body: dict[str, Any]) -> None:
        if entry_of(body) is None:
            return
        async with audited(desk, body):
            await answer(event, body)

    async def answer(event: dict[str, Any], body: dict[str, Any]) -> None:
        place = reply_target_of_mention(event)
        words = unescape(name.sub(" ", text_at(event, "text")[:MOST]))
        special = subcommand_of(words)
        if special is not None:
            await _do(desk, place, *special)
            return
        asked = await understand_message(desk, words, place.user, event)
        if asked.reply is not None:
            note(without_look_up(asked.question))
            desk.crew.spawn(_reply(desk, place, asked.reply, asked.reference))
        else:
            lookup = Lookup(asked.reference, asked.question, place)
            await start_lookup(desk, lookup, text_at(body, "event_id"))

    return on_mention


async def _do(desk: BotContext, place: ReplyTarget, subcommand: Subcommand, rest: str) -> None:
    """What the word asks is done before Slack counts the event as delivered, then told."""
    reference = desk.tools.new_lookup_id()
    note(AuditOutcome.SETTINGS)
    await recorded()
    try:
        said = await subcommand.answer(desk, place, rest, reference)
    except BotError as error:
        note(outcome_for(error))
        desk.crew.spawn(report_error(desk, place, reference, error))
    else:
        desk.crew.spawn(_reply(desk, place, said, reference))


async def _reply(desk: BotContext, place: ReplyTarget, message: Message, reference: str) -> None:
    """Help, settings, or what could not be read: to the asker alone."""
    async with ErrorBoundary(desk, place, reference):
        structlog.get_logger("call_doctor").info("no_look_up")
        if not await notify_user(desk, place, message, reference):
            structlog.get_logger("call_doctor").error("asker_not_reached")
