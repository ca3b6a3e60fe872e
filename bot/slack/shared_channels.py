"""Channels that include people of other companies, and what an answer there may show.

Slack says so in the envelope of an event (`is_ext_shared_channel`). With the scopes `channels:read`
and `groups:read` it also says so in `conversations.info`. Commands and presses do not say it. A
payload's statement about its channel is remembered, whoever sent the payload.
https://docs.slack.dev/apis/slack-connect
https://docs.slack.dev/reference/objects/conversation-object
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog
from cachetools import TTLCache

from bot.domain.privacy.personal_names import Names
from bot.domain.query import LookupQuery
from bot.slack.identity import CHANNEL_SCOPES
from bot.slack.payloads import Body, text_at, value_at
from bot.slack.sending.errors import SLACK_EXCEPTIONS, classify_error
from bot.slack.sending.web_clients import Clients

ENVELOPE_SECONDS = 30 * 86_400
"""Seconds for which an envelope's statement is remembered if Slack cannot be asked."""
CACHE_SECONDS = 300
"""Seconds for which an answer of Slack's is valid: a channel may be shared at any time."""
ASK_SECONDS = 3.0
SHARED, UNKNOWN = "shared_channel", "sharing_unknown"
_MAX_CHANNELS = 10_000
_SHARED_FLAGS = ("is_ext_shared_channel", "is_ext_shared", "is_pending_ext_shared")


class SharedChannels:
    """The known shared channels, and the means to ask Slack."""

    def __init__(
        self, clients: Clients | None = None, scopes: frozenset[str] = frozenset()
    ) -> None:
        self._clients = clients
        self.may_ask = bool(clients and scopes & CHANNEL_SCOPES)
        self._from_envelopes: TTLCache[str, bool] = TTLCache(_MAX_CHANNELS, ENVELOPE_SECONDS)
        self._from_slack: TTLCache[str, bool] = TTLCache(_MAX_CHANNELS, CACHE_SECONDS)
        self._outside: TTLCache[str, bool] = TTLCache(_MAX_CHANNELS, CACHE_SECONDS)

    def read_envelope(self, body: Body) -> None:
        """Remember the channel of a payload that says it is shared."""
        event = value_at(body, "event")
        objects = (body, event, value_at(body, "channel"), value_at(event, "channel"))
        if any(value_at(part, flag) is True for part in objects for flag in _SHARED_FLAGS):
            self.mark_shared(_channel_of(body))

    def mark_shared(self, channel: str) -> None:
        """Remember that the channel includes people of other companies."""
        if channel:
            self._from_envelopes[channel] = True

    def is_known_shared(self, channel: str) -> bool:
        """Return whether the channel is known, without asking, to include other companies."""
        return bool(self._from_envelopes.get(channel) or self._from_slack.get(channel))

    def is_outside(self, channel: str) -> bool:
        """Return whether Slack said lately that the bot is not in the channel."""
        return channel in self._outside

    async def privacy_reason(self, channel: str) -> str:
        """Return why an answer there is for the asker alone; "" if it is not.

        `bot.slack.delivery.unconfirmed` has a sentence for each reason. The reason is
        `shared_channel` if people of other companies are there. If Slack does not say, it is
        Slack's own word or `sharing_unknown`.

        If Slack may not be asked, only the envelopes count. Slack is not asked about conversations
        with one person, because nobody else reads them.
        """
        if self.is_known_shared(channel):
            return SHARED
        clients = self._clients
        if clients is None or not self.may_ask or not channel.startswith(("C", "G")):
            return ""
        if channel not in self._from_slack or self.is_outside(channel):
            failure = await self._fetch(clients, channel)
            if failure:
                return failure
        return SHARED * self._from_slack.get(channel, True)

    async def _fetch(self, clients: Clients, channel: str) -> str:
        """Ask Slack, and remember its answer; return why there is none, or ""."""
        try:
            async with asyncio.timeout(ASK_SECONDS):
                response = await clients.read.conversations_info(channel=channel)
        except SLACK_EXCEPTIONS as error:
            word = classify_error(error)[1]
            structlog.get_logger("call_doctor").warning("channel_unread", error=word)
            return word if word == "channel_not_found" else UNKNOWN
        facts = response.get("channel")
        self._from_slack[channel] = is_shared(facts)
        self._outside.pop(channel, None)
        if isinstance(facts, Mapping) and facts.get("is_member") is False:
            self._outside[channel] = True  # asked again each time: somebody may invite the bot
        return ""


def is_shared(channel: Any) -> bool:  # noqa: ANN401  any JSON
    """Return whether a conversation is shared with another company, or is about to be.

    A conversation that is shared among the workspaces of one Enterprise organisation is not. A
    conversation without any information counts as shared.
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


def remember_shared_channels(
    shared_channels: SharedChannels,
) -> Callable[..., Awaitable[None]]:
    """Return middleware that remembers the channels that payloads call shared."""

    async def middleware(
        body: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002  Bolt passes it by this name
    ) -> None:
        shared_channels.read_envelope(body)
        await next()

    return middleware


def restrict_for_outsiders(query: LookupQuery) -> LookupQuery:
    """Return the query in the form in which people of other companies may see its answer.

    The answer is private to the asker. If the asker typed `public`, it is public and names nobody.
    """
    if query.private:
        return query
    if query.public:
        return replace(query, names=Names.NONE)
    return replace(query, private=True)
