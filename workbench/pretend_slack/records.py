"""The records of the pretend Slack, each a plain class."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

# https://docs.slack.dev/interactivity/handling-user-interaction
URL_USES = 5
URL_SECONDS = 30 * 60
TRIGGER_SECONDS = 3
_SHOWN_IF_SET = (
    *("subtype", "client_msg_id", "thread_ts", "bot_id", "app_id"),
    *("blocks", "attachments", "files", "edited"),
)


class NotPossible(Exception):
    """A person could not do this in Slack: no such button, message or right."""


class Refused(Exception):
    """A Web API call that Slack answers with `ok: false`."""

    def __init__(self, error: str, **more: object) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


@dataclass(slots=True)
class Person:
    """A member; `tz_offset` in seconds. `guest` is "multi" or "single" for one of few channels."""

    id: str
    name: str
    real_name: str = ""
    tz: str = "Etc/UTC"
    tz_offset: int = 0
    team_id: str = "T0ACME"
    is_bot: bool = False
    guest: str = ""


@dataclass(slots=True)
class Channel:
    """A conversation of kind public, private, im or mpim.

    `restricted` names the error that posts get, such as restricted_action.
    """

    id: str
    name: str
    kind: str = "public"
    members: set[str] = field(default_factory=set)
    archived: bool = False
    restricted: str = ""
    shared: bool = False

    @property
    def command_name(self) -> str:
        """The `channel_name` that a slash command carries."""
        return {"im": "directmessage", "private": "privategroup", "mpim": "privategroup"}.get(
            self.kind, self.name
        )


@dataclass(slots=True)
class Message:
    """One message; `via` is person, api, response_url, ack or slack; `edits` holds older states.

    `subtype` is file_share, thread_broadcast or empty. Slack's client does not show a `hidden` one:
    an ephemeral message in a thread without replies.
    """

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    ephemeral_to: str | None = None
    via: str = "api"
    deleted: bool = False
    edited: Json | None = None
    options: Json = field(default_factory=dict)
    reactions: list[Json] = field(default_factory=list)
    edits: list[Json] = field(default_factory=list)
    unfurls: Json = field(default_factory=dict)
    subtype: str = ""
    client_msg_id: str = ""
    hidden: bool = False

    def public(self, *, with_metadata: bool = True) -> Json:
        """The message as the Web API and payloads show it."""
        shown: Json = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts}
        for name in _SHOWN_IF_SET:
            value = getattr(self, name)
            if value:
                shown[name] = value
        if with_metadata and self.metadata:
            shown["metadata"] = self.metadata
        if self.reactions:
            shown["reactions"] = self.reactions
        return shown

    def record(self) -> Json:
        """The message with all that the pretend Slack knows of it."""
        return self.public() | {
            "channel": self.channel,
            "ephemeral_to": self.ephemeral_to,
            "via": self.via,
            "deleted": self.deleted,
            "hidden": self.hidden,
            "options": self.options,
            "edits": self.edits,
        }


@dataclass(slots=True)
class View:
    """A modal or a Home tab: `content` as the app sent it."""

    id: str
    user: str
    content: Json
    hash: str
    kind: str = "modal"
    root: str = ""
    previous: str | None = None
    is_open: bool = True
    errors: Json = field(default_factory=dict)
    edits: list[Json] = field(default_factory=list)


@dataclass(slots=True)
class StoredFile:
    """A file from the request for an upload address to its share in a channel."""

    id: str
    name: str
    length: int
    secret: str
    content: bytes | None = None
    title: str = ""
    alt: str = ""
    shared_in: list[tuple[str, str | None]] = field(default_factory=list)

    def public(self) -> Json:
        """The file as the Web API shows it."""
        shown: Json = {"id": self.id, "name": self.name, "title": self.title or self.name}
        if self.alt:
            shown["alt_txt"] = self.alt
        return shown | {"size": self.length, "mimetype": "application/octet-stream"}


@dataclass(slots=True)
class ResponseUrl:
    """An address to answer at: `original` is the message that it may replace.

    `ready` is set once the ack of what it came with has been dealt with.
    """

    id: str
    secret: str
    family: str
    channel: str
    user: str
    born: float
    uses: int = 0
    original: Message | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Trigger:
    """A trigger id: once, within three seconds; `view` is the modal it came from."""

    id: str
    user: str
    born: float
    view: str | None = None
    used: bool = False
