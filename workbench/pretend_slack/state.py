"""The workspace: its people, channels and messages, and everything recorded."""

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.pretend_slack.faults import Faults
from workbench.pretend_slack.records import (
    Channel,
    Json,
    Message,
    Person,
    ResponseUrl,
    StoredFile,
    Trigger,
    View,
)
from workbench.pretend_slack.steps.executions import Execution
from workbench.pretend_slack.traffic import Call, Delivery

ALL_SCOPES = frozenset(
    {
        *("commands", "chat:write", "chat:write.public", "app_mentions:read", "files:write"),
        *("channels:read", "groups:read", "im:read", "mpim:read", "im:write", "users:read"),
        *("channels:history", "groups:history", "im:history", "mpim:history"),
        *("reactions:write", "links:read", "links:write"),
    }
)

ALL_EVENTS = frozenset({"app_home_opened", "app_mention", "function_executed", "message.im"})


@dataclass(slots=True)
class App:
    """The installed app: its ids, secrets and granted scopes.

    A person may withhold the `optional` ones of its manifest. `events` are the bot events that it
    subscribes to. `messages_tab` is writable, read_only or off. `functions` are the workflow steps
    of its manifest; without them any step runs unchecked.
    """

    app_id: str = "A0DOCTOR"
    bot_user: str = "U0DOCTOR"
    bot_id: str = "B0DOCTOR"
    name: str = "call-doctor"
    bot_token: str = "xoxb-pretend-bot"
    app_token: str = "xapp-pretend-app"
    signing_secret: str = "pretend-signing-secret"
    scopes: set[str] = field(default_factory=lambda: set(ALL_SCOPES))
    optional: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=lambda: set(ALL_EVENTS))
    messages_tab: str = "writable"
    functions: dict[str, Json] = field(default_factory=dict)


@dataclass(slots=True)
class Team:
    """A workspace with one app in it.

    `enterprise_id` is that of its Enterprise organisation, if it is in one. `request_url` is the
    bot's address for HTTP deliveries; without it, deliveries go over
    sockets. `ack_seconds` and `retry_delays` (seconds) are Slack's own and may be shortened.
    Messages with a block type of `refused_blocks` are refused. Messages older than `edit_seconds`
    can no longer be edited. With `echoes`, the app gets events of its own direct messages.
    """

    id: str = "T0ACME"
    domain: str = "acme"
    enterprise_id: str = ""
    app: App = field(default_factory=App)
    base_url: str = ""
    request_url: str = ""
    ack_seconds: float = 3.0
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    views: dict[str, View] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    urls: dict[str, ResponseUrl] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    tickets: set[str] = field(default_factory=set)
    executions: dict[str, Execution] = field(default_factory=dict)
    refused_blocks: set[str] = field(default_factory=set)
    edit_seconds: float | None = None
    echoes: bool = False
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    clock_ahead: float = 0.0
    _last: int = 0
    _count: int = 0

    def now(self) -> float:
        """Seconds since 1970 on the workspace's clock, which `clock_ahead` moves."""
        return time.time() + self.clock_ahead

    def learn_address(self, url: object) -> None:
        """Take a request's base address for our own, unless one was given."""
        self.base_url = self.base_url or str(url).rstrip("/")

    def new_ts(self) -> str:
        """A message's time stamp: unique and rising."""
        self._last = max(int(self.now() * 1_000_000), self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        """An id that this workspace never had."""
        self._count += 1
        return f"{prefix}{self._count:06d}"

    def new_trigger(self, user: str, view: str | None = None) -> str:
        """A trigger id that is good for one view within three seconds."""
        trigger = f"{self.new_id('')}.{self._count}.{secrets.token_hex(8)}"
        self.triggers[trigger] = Trigger(trigger, user, self.now(), view)
        return trigger

    def new_url(
        self, family: str, channel: str, user: str, original: Message | None = None
    ) -> tuple[str, ResponseUrl]:
        """A response_url; family is commands, actions or app."""
        made = ResponseUrl(
            self.new_id(""), secrets.token_hex(12), family, channel, user, self.now(), 0, original
        )
        if family != "commands":
            made.ready.set()
        self.urls[made.id] = made
        return f"{self.base_url}/{family}/{self.id}/{made.id}/{made.secret}", made

    def message(self, channel: str, ts: str) -> Message | None:
        """The standing message with that time stamp; ephemeral ones aren't found."""
        for message in reversed(self.messages):  # what is asked for is mostly new
            if message.ts == ts and message.channel == channel and message.ephemeral_to is None:
                return None if message.deleted else message
        return None

    def standing(self, channel: str = "") -> Iterator[Message]:
        """All messages that aren't deleted, oldest first."""
        return (m for m in self.messages if not m.deleted and channel in ("", m.channel))

    def in_channel(self, channel: str) -> list[Message]:
        """The messages that all see in the channel itself, outside threads."""
        return [
            message
            for message in self.standing(channel)
            if message.ephemeral_to is None
            and (message.thread_ts in (None, message.ts) or message.subtype == "thread_broadcast")
        ]

    def thread(self, channel: str, ts: str) -> list[Message]:
        """The replies under a message, without their root."""
        return [
            message
            for message in self.standing(channel)
            if message.thread_ts == ts and message.ts != ts and message.ephemeral_to is None
        ]

    def ephemeral(self, user: str, channel: str = "") -> list[Message]:
        """Return the messages that only this person sees."""
        messages = self.standing(channel)
        return [each for each in messages if each.ephemeral_to == user and not each.hidden]

    def from_app(self, channel: str = "") -> list[Message]:
        """Everything standing that the app wrote, to all or to one person."""
        return [m for m in self.standing(channel) if m.bot_id == self.app.bot_id]

    def calls_of(self, method: str) -> list[Call]:
        """The calls of one Web API method, in order."""
        return [call for call in self.calls if call.method == method]

    def direct_channel(self, user: str) -> Channel:
        """The conversation between the app and a person, made when it is first needed."""
        found = f"D{user[1:]}"
        if found not in self.channels:
            members = {user, self.app.bot_user}
            self.channels[found] = Channel(found, "directmessage", "im", members)
        return self.channels[found]

    def is_direct(self, channel: str) -> bool:
        """Whether that is a conversation between the app and a person."""
        found = self.channels.get(channel)
        return bool(found and found.kind == "im" and self.app.bot_user in found.members)

    def app_message(self, channel: str, **parts: object) -> Message:
        """A new message of the app's, kept."""
        app = self.app
        made = Message(self.new_ts(), channel, app.bot_user, bot_id=app.bot_id, app_id=app.app_id)
        for name, value in parts.items():
            setattr(made, name, value)
        self.messages.append(made)
        return made

    def slackbot_says(self, user: str, channel: str, text: str) -> None:
        """A notice of Slack's own to one person, such as a command that failed."""
        self.messages.append(
            Message(self.new_ts(), channel, "USLACKBOT", text, ephemeral_to=user, via="slack")
        )
