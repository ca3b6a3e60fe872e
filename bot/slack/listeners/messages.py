"""Listener for what people write to the bot: mentions, and direct messages in its Messages tab.

`@Call Doctor <anything>` works in threads, where slash commands cannot be typed. In a thread or in
direct messages that hold an answer, a question without an id continues it.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from bot.domain.errors import BotError
from bot.domain.parsing.slack_markup import strip_emoji
from bot.render.filters import unescape_mrkdwn
from bot.slack.audit import (
    audit_delivery,
    outcome_of_error,
    outcome_without_lookup,
    set_outcome,
    wait_until_recorded,
)
from bot.slack.context import BotContext, Lookup
from bot.slack.entries import entry_of
from bot.slack.error_boundary import reply_privately, report_error
from bot.slack.listeners.follow_ups import answer_follow_up
from bot.slack.listeners.query import ParsedCommand, in_direct_message, parse_message_text
from bot.slack.listeners.subcommands import Subcommand, find_subcommand
from bot.slack.lookup.job import start_lookup
from bot.slack.message_text import MAX_TYPED_CHARACTERS
from bot.slack.payloads import Body, ReplyTarget, is_direct, reply_target_of_message, text_at

APP_MENTION = "app_mention"
DIRECT_MESSAGE = "message.im"

NOTHING_SEEN = (
    "Paste a room's name, a 100ms link, or the id of a room, session or peer, such as "
    "`daily-standup since 2h`. `help` shows all ways to ask."
)

_GREETING = re.compile(
    r"\s*(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks|thank you|thx|ok|okay|yes|no)\b"
    r"(?: (?:there|all|again|bot|doctor|call doctor|very much|a lot|so much))?[\s.,!?:)]*",
    re.IGNORECASE,
)
"""A word of politeness. For a room of that name people write `room hello`."""


def message_listener(ctx: BotContext) -> Callable[..., Awaitable[None]]:
    """Return a listener that answers people, never bots: two bots could talk for ever."""
    mention = re.compile(rf"<@{re.escape(ctx.identity.bot_user_id)}(\|[^>]*)?>")

    async def on_message(event: dict[str, Any], body: dict[str, Any]) -> None:
        if entry_of(body) is None or text_at(event, "user") == ctx.identity.bot_user_id:
            return
        async with audit_delivery(ctx, body):
            await answer(event, text_at(body, "event_id"))

    async def answer(event: Body, delivery: str) -> None:
        target = reply_target_of_message(event)
        text = unescape_mrkdwn(mention.sub(" ", text_at(event, "text")[:MAX_TYPED_CHARACTERS]))
        subcommand_match = find_subcommand(text)
        if subcommand_match is not None:
            await _run_subcommand(ctx, target, delivery, *subcommand_match)
        elif not await answer_follow_up(ctx, target, text, event, delivery):
            parsed = await parse_message_text(ctx, text, target.user, event)
            await _answer(ctx, target, parsed, delivery, typed=text)

    return on_message


async def _answer(
    ctx: BotContext, target: ReplyTarget, parsed: ParsedCommand, delivery: str, typed: str
) -> None:
    """Start the look-up, or tell the asker why there is none."""
    is_greeting = _GREETING.fullmatch(strip_emoji(typed))
    if parsed.reply is None and not is_greeting:
        query = in_direct_message(parsed.query) if is_direct(target.channel) else parsed.query
        await start_lookup(ctx, Lookup(parsed.reference, query, target), delivery)
        return
    set_outcome(outcome_without_lookup(parsed.query))
    reply = parsed.reply
    if (
        reply is None
        or is_greeting
        or (is_direct(target.channel) and not (parsed.query.help and typed.strip()))
    ):
        cause = parsed.query.complaint or "I don't see what to look up."
        reply = ctx.renderer.note(f"{cause} {NOTHING_SEEN}")
    ctx.tasks.spawn(reply_privately(ctx, target, reply, parsed.reference))


async def _run_subcommand(
    ctx: BotContext, target: ReplyTarget, delivery: str, subcommand: Subcommand, arguments: str
) -> None:
    """Run a subcommand before Slack counts the event as delivered, then send its message."""
    reference = ctx.new_lookup_id()
    set_outcome(subcommand.outcome)
    await wait_until_recorded()
    try:
        message = await subcommand.answer(ctx, target, arguments, reference, delivery)
    except BotError as error:
        set_outcome(outcome_of_error(error))
        ctx.tasks.spawn(report_error(ctx, target, reference, error))
    else:
        ctx.tasks.spawn(reply_privately(ctx, target, message, reference))
