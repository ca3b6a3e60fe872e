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

from bot.slack.identity import CHANNELS
from bot.slack.payloads import Body, at, text_at
from bot.slack.sending.errors import SLACK_EXCEPTIONS, cause_of
from bot.slack.sending.web_clients import Clients

KEPT_SECONDS = 300
"""How long an answer of Slack's holds: a channel may be shared at any time."""
TOLD_SECONDS = 30 * 86_400
"""How long we remember what an envelope said, where Slack cannot be asked."""
PATIENCE_SECONDS = 3.0
SHARED, UNKNOWN = "shared_channel", "sharing_unknown"
_MOST = 10_000
_SIGNS = ("is_ext_shared_channel", "is_ext_shared", "is_pending_ext_shared")


class SharedChannels:
    """What is known of channels, and the way to ask."""

    def __init__(
        self, clients: Clients | None = None, scopes: frozenset[str] = frozenset()
    ) -> None:
        self._clients = clients
        self.may_ask = bool(clients and scopes & CHANNELS)
        self._told: TTLCache[str, bool] = TTLCache(_MOST, TOLD_SECONDS)
        self._asked: TTLCache[str, bool] = TTLCache(_MOST, KEPT_SECONDS)

    def heed(self, body: Body) -> None:
        """Remember the channel of a payload that says it is shared."""
        event = at(body, "event")
        places = (body, event, at(body, "channel"), at(event, "channel"))
        if any(at(place, sign) is True for place in places for sign in _SIGNS):
            self.note(_channel_of(body))

    def note(self, channel: str) -> None:
        """Remember that people of other companies are there."""
        if channel:
            self._told[channel] = True

    def known(self, channel: str) -> bool:
        """Whether it is known, without asking, that people of other companies are there."""
        return bool(self._told.get(channel) or self._asked.get(channel))

    async def of(self, channel: str) -> str:
        """Why an answer there is for the asker alone, as a word of `bot.slack.words`; "" if not.

        `shared_channel` if people of other companies are there; Slack's own word, or
        `sharing_unknown`, if it does not tell.

        Where Slack may not be asked, only what envelopes said counts. Conversations with one
        person are not asked for: nobody else reads in them.
        """
        if self.known(channel):
            return SHARED
        clients = self._clients
        if clients is None or not self.may_ask or not channel.startswith(("C", "G")):
            return ""
        if channel not in self._asked:
            unread = await self._ask(clients, channel)
            if unread:
                return unread
        return SHARED * self._asked.get(channel, True)

    async def _ask(self, clients: Clients, channel: str) -> str:
        """Ask Slack, and remember what it says; returns why it did not say, or ""."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                response = await clients.read.conversations_info(channel=channel)
        except SLACK_EXCEPTIONS as error:
            word = cause_of(error)[1]
            structlog.get_logger("call_doctor").warning("channel_unread", error=word)
            return word if word == "channel_not_found" else UNKNOWN
        self._asked[channel] = is_shared(response.get("channel"))
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
    event = at(body, "event")
    return (
        text_at(event, "channel")
        or text_at(event, "item", "channel")
        or text_at(body, "container", "channel_id")
        or text_at(body, "channel", "id")
        or text_at(body, "channel_id")
    )


Middleware = Callable[..., Awaitable[None]]


def heeding(sharing: SharedChannels) -> Middleware:
    """Remembers the channels that payloads call shared."""

    async def middleware(
        body: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002  Bolt passes it by this name
    ) -> None:
        sharing.heed(body)
        await next()

    return middleware
