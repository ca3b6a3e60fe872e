"""Which channels people of other companies are in.

Slack says so in the envelope of an event (`is_ext_shared_channel`), and in `conversations.info`
for who was granted `channels:read`, `groups:read`. Commands and presses say nothing.
https://docs.slack.dev/apis/slack-connect
https://docs.slack.dev/reference/objects/conversation-object

What a payload says about its channel is remembered, whoever sent it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from cachetools import TTLCache

from bot.slack.identity import CHANNEL_SCOPES
from bot.slack.payloads import Body, text_at, value_at
from bot.slack.sending.errors import SLACK_EXCEPTIONS, classify_error
from bot.slack.sending.web_clients import Clients

CACHE_SECONDS = 300
"""How long an answer of Slack's holds: a channel may be shared at any time."""
ENVELOPE_SECONDS = 30 * 86_400
"""How long we remember what an envelope said, where Slack cannot be asked."""
ASK_SECONDS = 3.0
SHARED, UNKNOWN = "shared_channel", "sharing_unknown"
_MAX_CHANNELS = 10_000
_SHARED_FLAGS = ("is_ext_shared_channel", "is_ext_shared", "is_pending_ext_shared")


class SharedChannels:
    """What is known of channels, and the way to ask."""

    def __init__(
        self, clients: Clients | None = None, scopes: frozenset[str] = frozenset()
    ) -> None:
        self._clients = clients
        self.may_ask = bool(clients and scopes & CHANNEL_SCOPES)
        self._from_envelopes: TTLCache[str, bool] = TTLCache(_MAX_CHANNELS, ENVELOPE_SECONDS)
        self._from_slack: TTLCache[str, bool] = TTLCache(_MAX_CHANNELS, CACHE_SECONDS)

    def read_envelope(self, body: Body) -> None:
        """Remember the channel of a payload that says it is shared."""
        event = value_at(body, "event")
        objects = (body, event, value_at(body, "channel"), value_at(event, "channel"))
        if any(value_at(part, flag) is True for part in objects for flag in _SHARED_FLAGS):
            self.mark_shared(_channel_of(body))

    def mark_shared(self, channel: str) -> None:
        """Remember that people of other companies are there."""
        if channel:
            self._from_envelopes[channel] = True

    def is_known_shared(self, channel: str) -> bool:
        """Whether it is known, without asking, that people of other companies are there."""
        return bool(self._from_envelopes.get(channel) or self._from_slack.get(channel))

    async def privacy_reason(self, channel: str) -> str:
        """Why an answer there is for the asker alone, as a word of `bot.slack.words`; "" if not.

        `shared_channel` if people of other companies are there; Slack's own word, or
        `sharing_unknown`, if it does not tell.

        Where Slack may not be asked, only what envelopes said counts. Conversations with one
        person are not asked for: nobody else reads in them.
        """
        if self.is_known_shared(channel):
            return SHARED
        clients = self._clients
        if clients is None or not self.may_ask or not channel.startswith(("C", "G")):
            return ""
        if channel not in self._from_slack:
            failure = await self._fetch(clients, channel)
            if failure:
                return failure
        return SHARED * self._from_slack.get(channel, True)

    async def _fetch(self, clients: Clients, channel: str) -> str:
        """Ask Slack, and remember what it says; returns why it did not say, or ""."""
        try:
            async with asyncio.timeout(ASK_SECONDS):
                response = await clients.read.conversations_info(channel=channel)
        except SLACK_EXCEPTIONS as error:
            word = classify_error(error)[1]
            structlog.get_logger("call_doctor").warning("channel_unread", error=word)
            return word if word == "channel_not_found" else UNKNOWN
        self._from_slack[channel] = is_shared(response.get("channel"))
        return ""


def is_shared(channel: Any) -> bool:  # noqa: ANN401  any JSON
    """Whether a conversation is shared with another company, or is about to be.

    One that is shared among the workspaces of one Enterprise organisation is not. A conversation
    that says nothing of itself counts as shared.
    """
    if not isinstance(channel, Mapping):
        return True
    if channel.get("is_ext_shared") or channel.get("is_pending_ext_shared"):
        return True
    if channel.get("pending_shared") or channel.get("pending_connected_team_ids"):
        return True
    if channel.get("is_ext_shared") is False:
        return False
    return channel.get("is_shared") is not False and not channel.get("is_org_shared")


def _channel_of(body: Body) -> str:
    event = value_at(body, "event")
    return (
        text_at(event, "channel")
        or text_at(event, "item", "channel")
        or text_at(body, "container", "channel_id")
        or text_at(body, "channel", "id")
        or text_at(body, "channel_id")
    )


Middleware = Callable[..., Awaitable[None]]


def remember_shared_channels(shared_channels: SharedChannels) -> Middleware:
    """Remembers the channels that payloads call shared."""

    async def middleware(
        body: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002  Bolt passes it by this name
    ) -> None:
        shared_channels.read_envelope(body)
        await next()

    return middleware
