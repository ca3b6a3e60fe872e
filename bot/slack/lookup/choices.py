"""Lets the asker choose when a question matches several things."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.domain.errors import SlackTrouble
from bot.domain.query import LookupQuery
from bot.domain.saved_lookup import LIMIT
from bot.domain.target import Choices
from bot.render.message import Block, Message
from bot.slack.context import BotContext, Lookup
from bot.slack.error_boundary import notify_user
from bot.slack.lookup.channel_defaults import hides_identifiers


async def post_choices(ctx: BotContext, lookup: Lookup, choices: Choices) -> None:
    """Show the choices in the thread if there is one, else to the asker alone.

    Raises SlackTrouble if no way of reaching the asker works.
    """
    target, private = lookup.place, lookup.question.private
    choices_message = ctx.tools.renderer.choices(choices, lookup.id, private=private)
    message = with_query_options(choices_message, lookup.question)
    is_hidden = hides_identifiers(lookup.question)
    if target.thread and not (target.looking or private or is_hidden):
        # In a thread the buttons know their thread; an ephemeral message may lose it.
        sent = await ctx.sender.post(
            target.channel, message, lookup.id, thread=target.thread, first=True
        )
        if sent.ok:
            return
    if not await notify_user(ctx, target, message, lookup.id, instead=not is_hidden):
        raise SlackTrouble("No way of asking back worked.")


def with_query_options(message: Message, query: LookupQuery) -> Message:
    """Return the choices with the rest of the question in each: its time range and its types."""
    options: dict[str, Any] = {"types": list(query.types)}
    if query.public:
        options["public"] = True
    if query.since:
        options["since"] = query.since.isoformat()
    if query.until:
        options["until"] = query.until.isoformat()
    return replace(message, blocks=tuple(_with_options(block, options) for block in message.blocks))


def _with_options(part: Any, options: Mapping[str, Any]) -> Any:  # noqa: ANN401  any JSON
    """Return the block with `options` added to the value of every `choose-<n>` button in it."""
    if isinstance(part, list | tuple):
        return [_with_options(item, options) for item in part]
    if not isinstance(part, Mapping):
        return part
    if str(part.get("action_id")).startswith("choose-"):
        return {**part, "value": _extend_value(str(part.get("value")), options)}
    changed: Block = {key: _with_options(value, options) for key, value in part.items()}
    return changed


def _extend_value(value: str, options: Mapping[str, Any]) -> str:
    text = json.dumps({**json.loads(value), **options}, ensure_ascii=False)
    return text if len(text) <= LIMIT else value
