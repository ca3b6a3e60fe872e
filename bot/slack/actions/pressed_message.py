"""Takes the button out of a message that was pressed, so that nobody presses it again."""

from typing import Any

from bot.render.message import Message
from bot.slack.desk import Desk
from bot.slack.payloads import Body, is_ephemeral, list_at, message_ts, place_of_click, text_at

# chat.update refuses more. https://docs.slack.dev/reference/methods/chat.update
TEXT = 3900


async def without_button(desk: Desk, body: Body, lookup_id: str) -> None:
    """Change our own public message; an ephemeral one cannot be changed by its time stamp.

    It keeps its `part`: the metadata came with the press.
    """
    blocks = list_at(body, "message", "blocks")
    if is_ephemeral(body) or not blocks or not _is_ours(desk, body):
        return
    left = tuple(block for block in blocks if not _holds_button(block))
    part = text_at(body, "message", "metadata", "event_payload", "part") or "changed"
    text = text_at(body, "message", "text")[:TEXT]
    await desk.poster.update(
        place_of_click(body).channel, message_ts(body), Message(part, text, left), lookup_id
    )


def _is_ours(desk: Desk, body: Body) -> bool:
    return text_at(body, "message", "bot_id") == desk.identity.bot_id


def _holds_button(block: Any) -> bool:  # noqa: ANN401  any JSON
    return any(text_at(each, "action_id") == "show_more" for each in list_at(block, "elements"))
