"""Reads Slack's payloads without trusting their shape.

The functions find the place where an answer belongs, for any kind of payload.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.response_url import ResponseUrl, parse_response_url


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """The person who asked, and the place where the answer belongs.

    `channel` is empty if the answer goes by direct message, `thread` if there is no thread yet.
    `looking` is the time stamp of our own public "Looking…", which the answer will replace. `acked`
    says that the acknowledgement already said "Looking…". `user_name` is that of a command's asker:
    nobody else in the channel sees the question. `begins_thread` says that the thread has no reply
    yet.
    """

    user: str
    channel: str = ""
    thread: str = ""
    url: ResponseUrl | None = None
    looking: str = ""
    acked: bool = False
    user_name: str = ""
    begins_thread: bool = False

    @property
    def private_thread(self) -> str:
        """Return the thread for messages to the asker alone; "" for the channel itself.

        Slack shows such messages in no thread without replies.
        https://docs.slack.dev/reference/methods/chat.postEphemeral
        """
        return "" if self.begins_thread else self.thread

    @property
    def answers_left(self) -> int:
        """Return how many answers the response_url still takes."""
        return self.url.uses_left if self.url else 0


Body = Mapping[str, Any]


def value_at(body: Any, *path: str) -> Any:  # noqa: ANN401  any JSON
    """Return the value at a path of keys; None if it does not exist."""
    for key in path:
        if not isinstance(body, Mapping):
            return None
        body = body.get(key)
    return body


def text_at(body: Any, *path: str) -> str:  # noqa: ANN401
    """Return the text at a path; "" if there is none."""
    value = value_at(body, *path)
    return value if isinstance(value, str) else ""


def list_at(body: Any, *path: str) -> Sequence[Any]:  # noqa: ANN401
    """Return the list at a path; empty if there is none."""
    value = value_at(body, *path)
    return value if isinstance(value, list) else ()


def reply_target_of_command(body: Body) -> ReplyTarget:
    """Return the target of a slash command.

    It has no thread, because a slash command cannot be typed in one.
    """
    return ReplyTarget(
        user=text_at(body, "user_id"),
        channel=text_at(body, "channel_id"),
        url=parse_response_url(text_at(body, "response_url")),
        acked=True,
        user_name=text_at(body, "user_name"),
    )


def reply_target_of_shortcut(body: Body) -> ReplyTarget:
    """Return the thread of the message on which the shortcut was used."""
    message = value_at(body, "message")
    thread = text_at(message, "thread_ts") or text_at(message, "ts") or text_at(body, "message_ts")
    return ReplyTarget(
        user=text_at(body, "user", "id"),
        channel=text_at(body, "channel", "id"),
        thread=thread,
        url=parse_response_url(text_at(body, "response_url")),
    )


def is_direct(channel: str) -> bool:
    """Return whether a conversation is between two: a person and the bot, or two people."""
    return channel.startswith("D")


def reply_target_of_message(event: Body) -> ReplyTarget:
    """Return the thread of a mention, or the thread under it.

    Direct messages outside a thread are answered outside one, too.
    """
    channel, thread = text_at(event, "channel"), text_at(event, "thread_ts")
    begins_thread = not (thread or is_direct(channel))
    return ReplyTarget(
        user=text_at(event, "user"),
        channel=channel,
        thread=text_at(event, "ts") if begins_thread else thread,
        begins_thread=begins_thread,
    )


def reply_target_of_click(body: Body) -> ReplyTarget:
    """Return the thread of the message whose button was pressed.

    An ephemeral message arrives without its thread.
    """
    channel = text_at(body, "container", "channel_id") or text_at(body, "channel", "id")
    thread = text_at(body, "message", "thread_ts") or text_at(body, "container", "thread_ts")
    return ReplyTarget(
        user=text_at(body, "user", "id"),
        channel=channel,
        thread=thread,
        url=parse_response_url(text_at(body, "response_url")),
    )


def pressed_action(body: Body) -> Body:
    """Return the first action of a click."""
    actions = list_at(body, "actions")
    return actions[0] if actions and isinstance(actions[0], Mapping) else {}


MENU = "more"
"""The action id of the menu under an answer. Its block's id holds the look-up."""


def pressed_name(body: Body) -> str:
    """Return the name of the pressed button, also if it is an entry of the menu."""
    action = pressed_action(body)
    name = text_at(action, "action_id")
    return text_at(action, "selected_option", "value").partition(":")[0] if name == MENU else name


def pressed_argument(body: Body) -> str:
    """Return what follows the name in a menu's entry: a story's id for `details`; else ""."""
    return text_at(pressed_action(body), "selected_option", "value").partition(":")[2]


FEEDBACK_IDS = ("feedback", "feedback_right", "feedback_wrong")
"""The action ids of *Right* and *Wrong*: of Slack's own buttons, and of those in their place."""


def pressed_value(body: Body) -> str:
    """Return the look-up in the value of the pressed button: of a menu, the id of its block.

    Of *Right* and *Wrong* it is a part of the value.
    """
    action = pressed_action(body)
    name, value = text_at(action, "action_id"), text_at(action, "value")
    if name in FEEDBACK_IDS:
        return text_at(_parse_json(value), "lookup")
    return text_at(action, "block_id") if name == MENU else value


def private_metadata_of(body: Body) -> object:
    """Return the JSON in the private_metadata of a form; None if there is none."""
    return _parse_json(text_at(body, "view", "private_metadata"))


def _parse_json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def message_ts(body: Body) -> str:
    """Return the time stamp of the message whose button was pressed."""
    return text_at(body, "container", "message_ts") or text_at(body, "message", "ts")


def click_id(body: Body) -> str:
    """Return an id that differs for every click; Slack repeats it when it repeats the click."""
    action = pressed_action(body)
    return ":".join((message_ts(body), text_at(action, "action_id"), text_at(action, "action_ts")))


def is_ephemeral(body: Body) -> bool:
    """Return whether only the person who pressed sees that message."""
    return value_at(body, "container", "is_ephemeral") is True


def reply_target_of(body: Body) -> ReplyTarget:
    """Return the target of any payload: the person who caused it, and their place."""
    kind = text_at(body, "type")
    if text_at(body, "command"):
        return reply_target_of_command(body)
    if kind == "event_callback":
        return reply_target_of_message(value_at(body, "event"))
    if kind == "message_action":
        return reply_target_of_shortcut(body)
    if kind == "block_actions":
        return reply_target_of_click(body)
    return ReplyTarget(text_at(body, "user", "id"))


@dataclass(frozen=True, slots=True)
class FormValues:
    """The modal's values; `typed_in` is the block at which a complaint is shown."""

    text: str = ""
    picked: str = ""
    conversation: str = ""
    response_url: str = ""
    typed_in: str = ""
    private: bool = False


def read_form_values(body: Body) -> FormValues:
    """Return the values of a view_submission, whatever the ids of its blocks are."""
    fields: dict[str, Any] = {}
    for block_id, state in _states(body):
        kind = text_at(state, "type")
        if kind == "plain_text_input":
            fields["typed_in"], fields["text"] = block_id, text_at(state, "value")
        elif kind in ("radio_buttons", "static_select"):
            fields["picked"] = text_at(state, "selected_option", "value")
            fields.setdefault("typed_in", block_id)
        elif kind == "conversations_select":
            fields["conversation"] = text_at(state, "selected_conversation")
        elif kind == "checkboxes":
            fields["private"] = bool(list_at(state, "selected_options"))
    return FormValues(**fields, response_url=_response_url(body))


def _states(body: Body) -> Iterator[tuple[str, Any]]:
    values = value_at(body, "view", "state", "values")
    for block_id, elements in (values if isinstance(values, Mapping) else {}).items():
        if isinstance(elements, Mapping):
            for state in elements.values():
                yield str(block_id), state


def _response_url(body: Body) -> str:
    return next((text_at(entry, "response_url") for entry in list_at(body, "response_urls")), "")
