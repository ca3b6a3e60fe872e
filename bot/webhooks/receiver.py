"""Receives webhooks: checks where they come from, and stores them before they are acknowledged.

100ms repeats a webhook that is not answered with 200 after 1, 3 and 10 s, then gives up.
https://www.100ms.live/docs/server-side/v2/how-to-guides/configure-webhooks/webhook
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from bot.domain.errors import StoreUnreachable
from bot.domain.metrics import Metrics
from bot.domain.rooms import CallFact
from bot.investigate.ports import Clock
from bot.webhooks.deliveries import Delivery, parse_delivery

SIGNATURE_HEADER = "x-100ms-signature"
OK, UNAUTHORIZED, UNAVAILABLE = 200, 401, 503

QUEUE_SIZE = 2_000
"""Webhooks that may wait for the database in this process: ten seconds of 200 a second."""
ACK_SECONDS = 0.25
"""The longest that an acknowledgement waits for the database. A webhook acknowledged before it is
stored stays in the queue, and is lost only if this process is killed meanwhile."""
GATHER_SECONDS = 0.05
"""The pause before a commit, in which further webhooks come: ten cost as much as one."""
BATCH_SIZE = 500
RETRY_SECONDS = 1.0
DRAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class WebhookSecrets:
    """The secrets of one workspace's webhooks; "" for one that is not set.

    `header` is the name of the header with `secret`, in lower case.
    """

    secret: str = ""
    header: str = ""
    signature_secret: str = ""

    def accepts_head(self, headers: Mapping[str, str]) -> bool:
        """Return whether the head alone proves the secret, as far as one is set.

        The comparison takes the same time for every value of the same length.
        """
        sent = headers.get(self.header, "") if self.secret else ""
        return hmac.compare_digest(sent.encode("latin-1", "replace"), self.secret.encode())

    def accepts_body(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Return whether the raw body is signed, if a secret for signatures is set."""
        if not self.signature_secret:
            return True
        expected = hmac.new(self.signature_secret.encode(), body, hashlib.sha256).hexdigest()
        sent = headers.get(SIGNATURE_HEADER, "")
        return hmac.compare_digest(sent.encode("latin-1", "replace"), expected.encode())


class FactStore(Protocol):
    """Stores facts; implemented by `bot.storage.call_facts.SqlCallFacts`."""

    async def store(self, facts: Sequence[CallFact]) -> set[tuple[str, str]]:
        """Store facts; return (workspace, id) of the new webhooks. Raises StoreUnreachable."""


OnRoomEvent = Callable[[str, str, str], Awaitable[None]]
"""Called with workspace, room id and the webhook's type after a new webhook of a room was stored.

It is not called for replays and repetitions, and it must return soon."""


async def ignore_room_event(_workspace: str, _room_id: str, _kind: str) -> None:
    """Wake nothing."""


@dataclass(slots=True)
class _Pending:
    fact: CallFact
    is_replay: bool
    stored: asyncio.Event = field(default_factory=asyncio.Event)


class WebhookQueue:
    """Stores webhooks, all that wait in one commit, and then wakes the watches of their rooms."""

    def __init__(
        self,
        store: FactStore,
        metrics: Metrics,
        on_room_event: OnRoomEvent = ignore_room_event,
        size: int = QUEUE_SIZE,
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._on_room_event = on_room_event
        self._size = size
        self._pending: list[_Pending] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, delivery: Delivery) -> bool:
        """Queue a webhook and wait up to `ACK_SECONDS` until it is stored; return False if full."""
        if delivery.fact is None:
            self._metrics.webhook("ignored")
            return True
        pending = self._enqueue(delivery.fact, is_replay=delivery.is_replay)
        if pending is None:
            self._metrics.webhook("queue_full")
            return False
        await _wait(pending.stored, ACK_SECONDS)
        return True

    async def store(self, fact: CallFact, *, is_replay: bool) -> None:
        """Queue a fetched webhook and wait until it is stored. Raises StoreUnreachable if full."""
        pending = self._enqueue(fact, is_replay=is_replay)
        if pending is None:
            raise StoreUnreachable("Too many webhooks wait for the database.")
        await pending.stored.wait()

    def _enqueue(self, fact: CallFact, *, is_replay: bool) -> _Pending | None:
        if len(self._pending) >= self._size:
            return None
        pending = _Pending(fact, is_replay)
        self._pending.append(pending)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return pending

    async def close(self) -> None:
        """Store what waits, for `DRAIN_SECONDS` at most; the log says how many are lost."""
        if self._writer:
            await asyncio.wait({self._writer}, timeout=DRAIN_SECONDS)
            self._writer.cancel()
        if self._pending:
            structlog.get_logger("call_doctor").warning("webhooks_lost", count=len(self._pending))

    async def _write(self) -> None:
        while self._pending:
            await asyncio.sleep(GATHER_SECONDS)
            batch = self._pending[:BATCH_SIZE]
            try:
                new = await self._store.store([pending.fact for pending in batch])
            except StoreUnreachable as error:
                structlog.get_logger("call_doctor").warning("webhooks_wait", cause=error.cause)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            del self._pending[: len(batch)]
            for pending in batch:
                pending.stored.set()
            for pending in batch:
                await self._finish(pending, new)

    async def _finish(self, pending: _Pending, new: set[tuple[str, str]]) -> None:
        """Count a stored webhook and wake the watches of its room, once for each webhook."""
        fact, key = pending.fact, (pending.fact.workspace, pending.fact.id)
        is_new = key in new
        new.discard(key)  # a webhook that is twice in one batch is new once
        self._metrics.webhook("stored" if is_new else "repeated")
        if not is_new or pending.is_replay:
            return
        try:
            await self._on_room_event(fact.workspace, fact.room_id, fact.kind)
        except Exception:  # noqa: BLE001  a boundary: further webhooks wake their watches
            structlog.get_logger("call_doctor").exception("watch_not_woken")


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


class WebhookReceiver:
    """Decides on each request to a webhook's URL; see `bot.slack.server.http.WebhookDoor`."""

    def __init__(
        self,
        workspaces: Mapping[str, WebhookSecrets],
        queue: WebhookQueue,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._workspaces = workspaces
        self._queue = queue
        self._metrics = metrics
        self._clock = clock
        self._stranger = WebhookSecrets(secrets.token_hex(), "x-call-doctor-secret")

    def admits(self, alias: str, headers: Mapping[str, str]) -> bool:
        """Return whether the head may be of a webhook of that workspace; the body is not needed."""
        admitted = self._workspaces.get(alias, self._stranger).accepts_head(headers)
        if not admitted:
            self._metrics.webhook("refused")
        return admitted

    def reject_large(self) -> None:
        """Count a webhook whose body is too large."""
        self._metrics.webhook("too_large")

    async def receive(self, alias: str, headers: Mapping[str, str], body: bytes) -> int:
        """Return the HTTP status for an admitted request, after its webhook was queued."""
        if not self._workspaces[alias].accepts_body(headers, body):
            self._metrics.webhook("refused")
            return UNAUTHORIZED
        delivery = parse_delivery(body, alias, self._clock())
        if delivery is None:
            self._metrics.webhook("unreadable")
            return OK
        return OK if await self._queue.put(delivery) else UNAVAILABLE
