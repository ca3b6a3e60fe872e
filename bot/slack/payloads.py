"""Reads Slack's payloads without trusting their shape."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.slack.place import Place
from bot.slack.response_url import response_url

Body = Mapping[str, Any]


def at(body: Any, *path: str) -> Any:  # noqa: ANN401  any JSON
    """What stands at a path of keys; None when it does not exist."""
    for key in path:
        if not isinstance(body, Mapping):
            return None
        body = body.get(key)
    return body


def text_at(body: Any, *path: str) -> str:  # noqa: ANN401
    """The text at a path; "" when there is none."""
    found = at(body, *path)
    return found if isinstance(found, str) else ""


def list_at(body: Any, *path: str) -> Sequence[Any]:  # noqa: ANN401
    """The list at a path; empty when there is none."""
    found = at(body, *path)
    return found if isinstance(found, list) else ()


def place_of_command(body: Body) -> Place:
    """A slash command cannot be typed in a thread, so it names none."""
    return Place(
        user=text_at(body, "user_id"),
        channel=text_at(body, "channel_id"),
        url=response_url(text_at(body, "response_url")),
        acked=True,
    )


def place_of_message_shortcut(body: Body) -> Place:
    """The thread of the message that the shortcut was used on."""
    message = at(body, "message")
    thread = text_at(message, "thread_ts") or text_at(message, "ts") or text_at(body, "message_ts")
    return Place(
        user=text_at(body, "user", "id"),
        channel=text_at(body, "channel", "id"),
        thread=thread,
        url=response_url(text_at(body, "response_url")),
    )


def place_of_mention(event: Body) -> Place:
    """The thread of the mention, or the one under it."""
    return Place(
        user=text_at(event, "user"),
        channel=text_at(event, "channel"),
        thread=text_at(event, "thread_ts") or text_at(event, "ts"),
    )


def place_of_click(body: Body) -> Place:
    """The thread of the message whose button was pressed; ephemeral ones come without it."""
    channel = text_at(body, "container", "channel_id") or text_at(body, "channel", "id")
    thread = text_at(body, "message", "thread_ts") or text_at(body, "container", "thread_ts")
    return Place(
        user=text_at(body, "user", "id"),
        channel=channel,
        thread=thread,
        url=response_url(text_at(body, "response_url")),
    )


def pressed(body: Body) -> Body:
    """The first action of a click."""
    actions = list_at(body, "actions")
    return actions[0] if actions and isinstance(actions[0], Mapping) else {}


def message_ts(body: Body) -> str:
    """The message whose button was pressed."""
    return text_at(body, "container", "message_ts") or text_at(body, "message", "ts")


def click_id(body: Body) -> str:
    """What tells one click from every other; Slack repeats it when it repeats the click."""
    action = pressed(body)
    return ":".join((message_ts(body), text_at(action, "action_id"), text_at(action, "action_ts")))


def is_ephemeral(body: Body) -> bool:
    """Whether only the presser sees that message."""
    return at(body, "container", "is_ephemeral") is True
