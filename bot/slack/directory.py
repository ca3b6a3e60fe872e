"""Asks Slack about people and channels, and remembers the answers for a while.

`People` says whether a person is a guest and what their time zone is, if the optional scope
`users:read` is granted.
https://docs.slack.dev/reference/methods/users.info

`SharedChannels` says which channels include people of other companies. Slack says so in the
envelope of an event (`is_ext_shared_channel`). With the scopes `channels:read` and `groups:read` it
also says so in `conversations.info`. Commands and presses do not say it. A payload's statement
about its channel is remembered, whoever sent the payload.
https://docs.slack.dev/apis/slack-connect
https://docs.slack.dev/reference/objects/conversation-object
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from cachetools import TTLCache
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackTrouble
from bot.slack.identity import CHANNEL_SCOPES, PEOPLE_SCOPE
from bot.slack.payloads import Body, text_at, value_at
from bot.slack.sending.errors import SLACK_EXCEPTIONS, TRANSIENT, classify_error
from bot.slack.sending.web_clients import Clients

CACHE_SECONDS = 300
"""Seconds for which an answer of Slack's is valid: a channel may be shared at any time."""
MAX_PEOPLE = 5_000
READ_SECONDS = 1.5
"""Seconds to wait for Slack. Slack waits three seconds for the acknowledgement, and more work must
be done before it."""


@dataclass(frozen=True, slots=True)
class Person:
    """One member: guest or not, and time zone (`Europe/Oslo`; "" if Slack names none)."""

    guest: bool
    zone: str = ""


class People:
    """Asks Slack about each person once in five minutes."""

    def __init__(self, client: AsyncWebClient, scopes: frozenset[str]) -> None:
        self._client = client
        self._granted = PEOPLE_SCOPE in scopes
        self._cache: TTLCache[str, Person | None] = TTLCache(MAX_PEOPLE, CACHE_SECONDS)
        self._requests: dict[str, asyncio.Task[Person | None]] = {}

    async def find(self, user: str) -> Person | None:
        """Return the person; None if the scope is not granted, or Slack refuses to tell.

        Raises SlackTrouble if Slack does not answer in time. A late answer is kept, so that a
        second try finds it.
        """
        if not self._granted or not user:
            return None
        if user in self._cache:
            return self._cache[user]
        request = self._requests.get(user)
        if request is None:
            request = self._requests[user] = asyncio.create_task(self._fetch(user))
            request.add_done_callback(lambda _: self._requests.pop(user, None))
        try:
            async with asyncio.timeout(READ_SECONDS):
                return await asyncio.shield(request)
        except TimeoutError as error:
            request.add_done_callback(_ignore_result)
            raise _NO_ANSWER from error

    async def _fetch(self, user: str) -> Person | None:
        try:
            response = await self._client.users_info(user=user)
        except SLACK_EXCEPTIONS as error:
            cause, word = classify_error(error)
            structlog.get_logger("call_doctor").warning("person_unknown", error=word)
            if cause in TRANSIENT:
                raise _NO_ANSWER from error
            self._cache[user] = None
            return None
        profile = value_at(response.data, "user")
        restricted = (value_at(profile, "is_restricted"), value_at(profile, "is_ultra_restricted"))
        person = Person(any(restricted), text_at(profile, "tz"))
        self._cache[user] = person
        return person


_NO_ANSWER = SlackTrouble(
    "Slack did not say in time who you are.",
    headline="Slack did not answer",
    next_step="Try again in a minute.",
)


def _ignore_result(request: "asyncio.Task[Person | None]") -> None:
    """Read the exception of a late answer, so that Python does not warn about it."""
    if not request.cancelled():
        request.exception()


ENVELOPE_SECONDS = 30 * 86_400
"""Seconds for which an envelope's statement is remembered if Slack cannot be asked."""
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
        if channel not in self._from_slack:
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
        self._from_slack[channel] = is_shared(response.get("channel"))
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
