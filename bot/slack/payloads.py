"""Reads Slack's payloads without trusting their shape.

The place of any payload, whatever its kind.

Where an answer belongs, as a payload tells it.

The address that Slack gives with a command or a click: five answers in thirty minutes.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

SLACK_HOST = "hooks.slack.com"
MAX_USES = 5
# Slack says 30 minutes; near the end its clock and ours may disagree.
LIFETIME_SECONDS = 25 * 60


@dataclass(slots=True)
class ResponseUrl:
    """One address and how often we used it. A secret for half an hour: never logged."""

    address: str = field(repr=False)
    born: float = field(default_factory=time.time)
    used: int = 0
    dead: bool = False
    now: Callable[[], float] = field(default=time.time, repr=False)

    @property
    def uses_left(self) -> int:
        """How many answers it still takes, unless it is too old by now.

        Not asked of the clock: a job that goes on later would take other steps than it recorded.
        """
        return 0 if self.dead else max(0, MAX_USES - self.used)

    @property
    def is_expired(self) -> bool:
        """Whether Slack no longer takes anything there."""
        return self.now() - self.born > LIFETIME_SECONDS


def parse_response_url(address: str) -> ResponseUrl | None:
    """The address of a payload, or None when it has none that is one."""
    return ResponseUrl(address) if address.startswith(("https://", "http://")) else None


def is_slack_address(address: str, api_url: str) -> bool:
    """True of Slack's own host over https, and of the scheme, host and port of `SLACK_API_URL`."""
    if not address.isprintable() or "\\" in address or "@" in address or " " in address:
        return False
    try:
        return _origin(address) in (("https", SLACK_HOST, _PORTS["https"]), _origin(api_url))
    except (ValueError, KeyError):
        return False


_PORTS = {"https": 443, "http": 80}


def _origin(address: str) -> tuple[str, str, int]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme]


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """Who asked, and where.

    `channel` is empty when the answer goes by direct message, `thread` when there is none yet.
    `looking` is the time stamp of our own public "Looking…", to be turned into the answer.
    `acked` tells that "Looking…" was already said in the acknowledgement.
    """

    user: str
    channel: str = ""
    thread: str = ""
    url: ResponseUrl | None = None
    looking: str = ""
    acked: bool = False

    @property
    def answers_left(self) -> int:
        """Answers that the response_url still takes."""
        return self.url.uses_left if self.url else 0


Body = Mapping[str, Any]


def value_at(body: Any, *path: str) -> Any:  # noqa: ANN401  any JSON
    """What stands at a path of keys; None when it does not exist."""
    for key in path:
        if not isinstance(body, Mapping):
            return None
        body = body.get(key)
    return body


def text_at(body: Any, *path: str) -> str:  # noqa: ANN401
    """The text at a path; "" when there is none."""
    value = value_at(body, *path)
    return value if isinstance(value, str) else ""


def list_at(body: Any, *path: str) -> Sequence[Any]:  # noqa: ANN401
    """The list at a path; empty when there is none."""
    value = value_at(body, *path)
    return value if isinstance(value, list) else ()


def reply_target_of_command(body: Body) -> ReplyTarget:
    """A slash command cannot be typed in a thread, so it names none."""
    return ReplyTarget(
        user=text_at(body, "user_id"),
        channel=text_at(body, "channel_id"),
        url=parse_response_url(text_at(body, "response_url")),
        acked=True,
    )


def reply_target_of_shortcut(body: Body) -> ReplyTarget:
    """The thread of the message that the shortcut was used on."""
    message = value_at(body, "message")
    thread = text_at(message, "thread_ts") or text_at(message, "ts") or text_at(body, "message_ts")
    return ReplyTarget(
        user=text_at(body, "user", "id"),
        channel=text_at(body, "channel", "id"),
        thread=thread,
        url=parse_response_url(text_at(body, "response_url")),
    )


def reply_target_of_mention(event: Body) -> ReplyTarget:
    """The thread of the mention, or the one under it."""
    return ReplyTarget(
        user=text_at(event, "user"),
        channel=text_at(event, "channel"),
        thread=text_at(event, "thread_ts") or text_at(event, "ts"),
    )


def reply_target_of_click(body: Body) -> ReplyTarget:
    """The thread of the message whose button was pressed; ephemeral ones come without it."""
    channel = text_at(body, "container", "channel_id") or text_at(body, "channel", "id")
    thread = text_at(body, "message", "thread_ts") or text_at(body, "container", "thread_ts")
    return ReplyTarget(
        user=text_at(body, "user", "id"),
        channel=channel,
        thread=thread,
        url=parse_response_url(text_at(body, "response_url")),
    )


def pressed_action(body: Body) -> Body:
    """The first action of a click."""
    actions = list_at(body, "actions")
    return actions[0] if actions and isinstance(actions[0], Mapping) else {}


def message_ts(body: Body) -> str:
    """The message whose button was pressed."""
    return text_at(body, "container", "message_ts") or text_at(body, "message", "ts")


def click_id(body: Body) -> str:
    """What tells one click from every other; Slack repeats it when it repeats the click."""
    action = pressed_action(body)
    return ":".join((message_ts(body), text_at(action, "action_id"), text_at(action, "action_ts")))


def is_ephemeral(body: Body) -> bool:
    """Whether only the presser sees that message."""
    return value_at(body, "container", "is_ephemeral") is True


def reply_target_of(body: Body) -> ReplyTarget:
    """Where the person is who caused this."""
    kind = text_at(body, "type")
    if text_at(body, "command"):
        return reply_target_of_command(body)
    if kind == "event_callback":
        return reply_target_of_mention(value_at(body, "event"))
    if kind == "message_action":
        return reply_target_of_shortcut(body)
    if kind == "block_actions":
        return reply_target_of_click(body)
    return ReplyTarget(text_at(body, "user", "id"))
