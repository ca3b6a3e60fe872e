"""The place of any payload, whatever its kind."""

from bot.slack.payloads import (
    Body,
    at,
    place_of_click,
    place_of_command,
    place_of_mention,
    place_of_message_shortcut,
    text_at,
)
from bot.slack.place import Place


def place_of(body: Body) -> Place:
    """Where the person is who caused this."""
    kind = text_at(body, "type")
    if text_at(body, "command"):
        return place_of_command(body)
    if kind == "event_callback":
        return place_of_mention(at(body, "event"))
    if kind == "message_action":
        return place_of_message_shortcut(body)
    if kind == "block_actions":
        return place_of_click(body)
    return Place(text_at(body, "user", "id"))
