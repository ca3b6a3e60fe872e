"""Several things may be meant: the asker chooses."""

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
from bot.slack.lookup.channel_defaults import hides_clues


async def post_choices(desk: BotContext, lookup: Lookup, choices: Choices) -> None:
    """Show the choices: in the thread where there is one, else to the asker alone.

    Raises SlackTrouble when no way to the asker works.
    """
    place, private = lookup.place, lookup.question.private
    offered = desk.tools.renderer.choices(choices, lookup.id, private=private)
    message = remembering(offered, lookup.question)
    hidden = hides_clues(lookup.question)
    if place.thread and not (place.looking or private or hidden):
        # In the thread the buttons know their thread; an ephemeral message may forget it.
        sent = await desk.poster.post(
            place.channel, message, lookup.id, thread=place.thread, first=True
        )
        if sent.ok:
            return
    if not await notify_user(desk, place, message, lookup.id, instead=not hidden):
        raise SlackTrouble("No way of asking back worked.")


def remembering(message: Message, question: LookupQuery) -> Message:
    """The choices, each with the rest of the question: its window and its types."""
    rest: dict[str, Any] = {"types": list(question.types)}
    if question.public:
        rest["public"] = True
    if question.since:
        rest["since"] = question.since.isoformat()
    if question.until:
        rest["until"] = question.until.isoformat()
    return replace(message, blocks=tuple(_with_rest(block, rest) for block in message.blocks))


def _with_rest(part: Any, rest: Mapping[str, Any]) -> Any:  # noqa: ANN401  any JSON
    """A block with what every `choose-<n>` button inside must remember."""
    if isinstance(part, list | tuple):
        return [_with_rest(each, rest) for each in part]
    if not isinstance(part, Mapping):
        return part
    if str(part.get("action_id")).startswith("choose-"):
        return {**part, "value": _longer(str(part.get("value")), rest)}
    changed: Block = {key: _with_rest(value, rest) for key, value in part.items()}
    return changed


def _longer(value: str, rest: Mapping[str, Any]) -> str:
    text = json.dumps({**json.loads(value), **rest}, ensure_ascii=False)
    return text if len(text) <= LIMIT else value
