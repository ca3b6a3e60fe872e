"""Finds out whether Slack took a message whose fate nobody told us, by the mark in its metadata.

Slack has no idempotency key; every message of ours names its look-up and part instead.
https://docs.slack.dev/messaging/message-metadata
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.metrics import Metrics
from bot.slack.payloads import list_at, text_at
from bot.slack.sending.errors import TRANSIENT, SLACK_EXCEPTIONS, cause_of
from bot.slack.sending.format_fallback import SendResult
from bot.slack.sending.web_clients import Clients

HISTORIES = frozenset({"channels:history", "groups:history", "im:history", "mpim:history"})
"""Any of these may let us read; Slack says so when the conversation is of another kind."""

PAUSES = (0.5, 2.0, 4.0, 8.0)
"""Seconds before each look: a message on its way shows up a moment after the connection broke."""
LOOKS = 2
"""Looks that find nothing before it counts as absent; the others are for Slack's bad moments."""
_PAGES, _LIMIT = 5, 200


class Reconciler:
    """Reads threads and channels for messages of ours."""

    def __init__(self, clients: Clients, scopes: frozenset[str], meters: Metrics) -> None:
        self._clients = clients
        self._meters = meters
        self.may_read = bool(scopes & HISTORIES)
        """Whether there is any conversation that we may read."""
        self._log = structlog.get_logger("call_doctor.post")

    async def find(self, channel: str, thread: str, lookup_id: str, part: str) -> SendResult | None:
        """The message that stands there, or a Sent without `ts` if surely none does.

        None if nobody can tell: we may not read there, or Slack does not answer.
        """
        if not self.may_read:
            self._meters.reconciliation("unreadable")
            return None
        misses = 0
        for pause in PAUSES:
            await asyncio.sleep(pause)
            try:
                found = await self._look(channel, thread, lookup_id, part)
            except SLACK_EXCEPTIONS as error:
                cause, word = cause_of(error)
                self._log.warning("not_reconciled", part=part, error=word)
                if cause not in TRANSIENT:
                    break
                continue
            if found is not None:
                self._log.info("reconciled", part=part, stands=True)
                self._meters.reconciliation("found")
                return found
            misses += 1
            if misses == LOOKS:
                self._log.info("reconciled", part=part, stands=False)
                self._meters.reconciliation("absent")
                return SendResult()
        self._meters.reconciliation("unreadable")
        return None

    async def _look(
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
        """A thread from its root on, or the newest messages of a channel."""
        cursor: str | None = None
        for _ in range(_PAGES):
            answer = await self._page(channel, thread, cursor)
            for message in list_at(answer.data, "messages"):
                yield message
            cursor = text_at(answer.data, "response_metadata", "next_cursor") or None
            if cursor is None:
                return

    async def _page(self, channel: str, thread: str, cursor: str | None) -> AsyncSlackResponse:
        read = self._clients.read
        if thread:
            return await read.conversations_replies(
                channel=channel, ts=thread, cursor=cursor, limit=_LIMIT, include_all_metadata=True
            )
        return await read.conversations_history(
            channel=channel, cursor=cursor, limit=_LIMIT, include_all_metadata=True
        )
