"""Finds out whether Slack accepted an unconfirmed message, by the mark in its metadata.

Slack has no idempotency key; each of our messages names its look-up and part instead.
https://docs.slack.dev/messaging/message-metadata
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.metrics import Metrics
from bot.slack.payloads import list_at, text_at
from bot.slack.sending.errors import SLACK_EXCEPTIONS, TRANSIENT, classify_error
from bot.slack.sending.format_fallback import SendResult
from bot.slack.sending.web_clients import Clients

READABLE_HISTORY_SCOPES = frozenset(
    {"channels:history", "groups:history", "im:history", "mpim:history"}
)
"""Any of these scopes may let us read. Slack refuses if the conversation is of another kind."""

PAUSES = (0.5, 2.0, 4.0, 8.0)
"""Seconds before each search. A message under way appears a moment after the connection broke."""
MAX_MISSES = 2
"""Searches without a match after which the message counts as absent; the others allow for short
disturbances in Slack."""
_MAX_PAGES, _PAGE_SIZE = 5, 200


class Reconciler:
    """Searches threads and channels for our own messages."""

    def __init__(self, clients: Clients, scopes: frozenset[str], metrics: Metrics) -> None:
        self._clients = clients
        self._metrics = metrics
        self.may_read = bool(scopes & READABLE_HISTORY_SCOPES)
        """Whether there is any kind of conversation that we may read."""
        self._log = structlog.get_logger("call_doctor.post")

    async def find(self, channel: str, thread: str, lookup_id: str, part: str) -> SendResult | None:
        """Return the posted message, or a SendResult without `ts` if it was certainly not posted.

        Return None if this cannot be found out: we may not read there, or Slack does not answer.
        """
        if not self.may_read:
            self._metrics.reconciliation("unreadable")
            return None
        misses = 0
        for pause in PAUSES:
            await asyncio.sleep(pause)
            try:
                posted = await self._find_once(channel, thread, lookup_id, part)
            except SLACK_EXCEPTIONS as error:
                cause, word = classify_error(error)
                self._log.warning("not_reconciled", part=part, error=word)
                if cause not in TRANSIENT:
                    break
                continue
            if posted is not None:
                self._log.info("reconciled", part=part, stands=True)
                self._metrics.reconciliation("found")
                return posted
            misses += 1
            if misses == MAX_MISSES:
                self._log.info("reconciled", part=part, stands=False)
                self._metrics.reconciliation("absent")
                return SendResult()
        self._metrics.reconciliation("unreadable")
        return None

    async def _find_once(
        self, channel: str, thread: str, lookup_id: str, part: str
    ) -> SendResult | None:
        async for message in self._messages(channel, thread):
            payload = ("metadata", "event_payload")
            if (text_at(message, *payload, "lookup_id"), text_at(message, *payload, "part")) == (
                lookup_id,
                part,
            ):
                return SendResult(
                    channel=channel,
                    ts=text_at(message, "ts"),
                    thread=text_at(message, "thread_ts"),
                )
        return None

    async def _messages(self, channel: str, thread: str) -> AsyncIterator[Any]:
        """Yield the messages of a thread from its root on, or the newest messages of a channel."""
        cursor: str | None = None
        for _ in range(_MAX_PAGES):
            response = await self._page(channel, thread, cursor)
            for message in list_at(response.data, "messages"):
                yield message
            cursor = text_at(response.data, "response_metadata", "next_cursor") or None
            if cursor is None:
                return

    async def _page(self, channel: str, thread: str, cursor: str | None) -> AsyncSlackResponse:
        client = self._clients.read
        if thread:
            return await client.conversations_replies(
                channel=channel,
                ts=thread,
                cursor=cursor,
                limit=_PAGE_SIZE,
                include_all_metadata=True,
            )
        return await client.conversations_history(
            channel=channel, cursor=cursor, limit=_PAGE_SIZE, include_all_metadata=True
        )
