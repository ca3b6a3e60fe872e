"""Listeners for events: opening the Home tab, and mentions.

`bot.slack.home` builds the Home tab. `@Call Doctor <anything>` works in threads, where slash
commands cannot be typed.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.domain.errors import BotError
from bot.render.filters import unescape_mrkdwn
from bot.render.message import Message
from bot.slack.audit import (
    audit_delivery,
    outcome_of_error,
    outcome_without_lookup,
    set_outcome,
    wait_until_recorded,
)
from bot.slack.context import BotContext, Lookup
from bot.slack.entries import entry_of
from bot.slack.error_boundary import ErrorBoundary, notify_user, report_error
from bot.slack.home import open_home
from bot.slack.listeners.query import parse_message_text
from bot.slack.listeners.subcommands import Subcommand, find_subcommand
from bot.slack.lookup.job import start_lookup
from bot.slack.message_text import MAX_TYPED_CHARACTERS
from bot.slack.payloads import ReplyTarget, reply_target_of_mention, text_at

APP_HOME_OPENED = "app_home_opened"


def home_listener(ctx: BotContext) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """Return a listener that publishes the Home of a person who opens the Home tab."""

    async def on_home(event: dict[str, Any]) -> None:
        user = text_at(event, "user")
        if user and event.get("tab") == "home":
            open_home(ctx, user)

    return on_home


APP_MENTION = "app_mention"


def mention_listener(ctx: BotContext) -> Callable[..., Awaitable[None]]:
    """Return a listener that answers people, never bots: two bots could talk for ever."""
    mention = re.compile(rf"<@{re.escape(ctx.identity.bot_user_id)}(\|[^>]*)?>")

    async def on_mention(event: dict[str, Any], body: dict[str, Any]) -> None:
        if entry_of(body) is None:
            return
        async with audit_delivery(ctx, body):
            await answer(event, body)

    async def answer(event: dict[str, Any], body: dict[str, Any]) -> None:
        target = reply_target_of_mention(event)
        text = unescape_mrkdwn(mention.sub(" ", text_at(event, "text")[:MAX_TYPED_CHARACTERS]))
        subcommand_match = find_subcommand(text)
        if subcommand_match is not None:
            await _run_subcommand(ctx, target, *subcommand_match)
            return
        parsed = await parse_message_text(ctx, text, target.user, event)
        if parsed.reply is not None:
            set_outcome(outcome_without_lookup(parsed.query))
            ctx.tasks.spawn(_reply_privately(ctx, target, parsed.reply, parsed.reference))
        else:
            lookup = Lookup(parsed.reference, parsed.query, target)
            await start_lookup(ctx, lookup, text_at(body, "event_id"))

    return on_mention


async def _run_subcommand(
    ctx: BotContext, target: ReplyTarget, subcommand: Subcommand, arguments: str
) -> None:
    """Run a subcommand before Slack counts the event as delivered, then send its message."""
    reference = ctx.new_lookup_id()
    set_outcome(subcommand.outcome)
    await wait_until_recorded()
    try:
        message = await subcommand.answer(ctx, target, arguments, reference)
    except BotError as error:
        set_outcome(outcome_of_error(error))
        ctx.tasks.spawn(report_error(ctx, target, reference, error))
    else:
        ctx.tasks.spawn(_reply_privately(ctx, target, message, reference))


async def _reply_privately(
    ctx: BotContext, target: ReplyTarget, message: Message, reference: str
) -> None:
    """Send help, settings or a complaint about an unreadable question to the asker alone."""
    async with ErrorBoundary(ctx, target, reference):
        structlog.get_logger("call_doctor").info("no_look_up")
        if not await notify_user(ctx.sender, target, message, reference):
            structlog.get_logger("call_doctor").error("asker_not_reached")
