"""Fetches the webhooks that 100ms sent to another URL, for workspaces whose one URL is taken.

The list holds joins, leaves, openings and closings, without reasons. It is read at the start and
every five minutes, by one process of all, from where the last reading ended.
https://www.100ms.live/docs/server-side/v2/api-reference/analytics/overview
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from bot.domain.errors import BotError
from bot.domain.rooms import CallFact, CallFactKind
from bot.investigate.ports import Clock, HundredMs
from bot.webhooks.deliveries import KINDS, build_fact, parse_id, parse_time
from bot.webhooks.receiver import WebhookQueue

EVERY = timedelta(minutes=5)
OVERLAP = timedelta(minutes=10)
"""Webhooks of so long before the end of the last reading are read again: some are listed late."""
LONGEST = timedelta(days=14) - timedelta(minutes=1)
"""100ms lists at most 14 days in one call."""
HORIZON = timedelta(days=30) - timedelta(hours=1)
"""100ms refuses a start of more than 30 days ago."""
FIRST_READING = timedelta(days=1)
"""Of a longer time only the joins are read: they teach the rooms of peers, and nobody waits."""
WAKES_WITHIN = timedelta(minutes=15)
"""An older webhook wakes no watch."""
MOST_PAGES = 10_000

_JOINS: Sequence[CallFactKind] = ("peer.join.success",)
_KINDS: Sequence[CallFactKind] = (
    *("session.open.success", "session.close.success"),
    *("peer.join.success", "peer.leave.success"),
)


class PullLog(Protocol):
    """The progress of fetching; implemented by `bot.storage.call_facts.SqlCallFacts`."""

    async def claim_pull(self, workspace: str, every: timedelta) -> datetime | None:
        """Return the time up to which webhooks were read; None if another process just began."""

    async def note_pull(self, workspace: str, read_to: datetime) -> None:
        """Record the time up to which webhooks were read. Raises StoreUnreachable."""


@asynccontextmanager
async def pull_regularly(
    workspaces: Sequence[HundredMs], log: PullLog, queue: WebhookQueue, clock: Clock
) -> AsyncIterator[None]:
    """Fetch the webhooks of these workspaces while the block runs."""
    pullers = [WebhookPuller(hundredms, log, queue, clock) for hundredms in workspaces]
    tasks = [asyncio.create_task(puller.run()) for puller in pullers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


@dataclass(frozen=True, slots=True)
class WebhookPuller:
    """Fetches the webhooks of one workspace."""

    hundredms: HundredMs
    log: PullLog
    queue: WebhookQueue
    clock: Clock

    async def run(self) -> None:
        """Fetch at once, and then every five minutes."""
        every = timedelta()
        while True:
            await self.pull(every)
            await asyncio.sleep(EVERY.total_seconds())
            every = EVERY - timedelta(seconds=30)

    async def pull(self, every: timedelta) -> None:
        """Fetch what is new, unless a process began to do so less than `every` ago.

        A failure is logged; the next reading goes on from where this one ended.
        """
        alias, now = self.hundredms.alias, self.clock()
        try:
            read_to = await self.log.claim_pull(alias, every)
            if read_to is None:
                return
            since = max(read_to - OVERLAP, now - HORIZON)
            kinds = _JOINS if now - since > FIRST_READING else _KINDS
            for begin, end in _windows(since, now):
                await self._read(kinds, begin, end)
                await self.log.note_pull(alias, end)
        except BotError as error:
            log = structlog.get_logger("call_doctor")
            log.warning("webhooks_unread", workspace=alias, cause=error.cause)

    async def _read(self, kinds: Sequence[CallFactKind], since: datetime, until: datetime) -> None:
        page = 1
        while 0 < page <= MOST_PAGES:
            answer = await self.hundredms.webhooks(kinds, since, until, page)
            facts = (parse_row(row, self.hundredms.alias, until) for row in answer.rows)
            await asyncio.gather(
                *(
                    self.queue.store(fact, is_replay=until - fact.at > WAKES_WITHIN)
                    for fact in facts
                    if fact
                )
            )
            page = answer.next


def _windows(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield parts of the time that one call may cover, oldest first."""
    while since < until:
        end = min(since + LONGEST, until)
        yield since, end
        since = end


def parse_row(row: Any, workspace: str, now: datetime) -> CallFact | None:  # noqa: ANN401
    """Return the fact in a row of the list; None if it has none. Its reason is not read."""
    payload = row.get("payload") if isinstance(row, Mapping) else None
    data = payload.get("event_data") if isinstance(payload, Mapping) else None
    if not isinstance(payload, Mapping) or not isinstance(data, Mapping):
        return None
    kind, delivery_id = payload.get("original_event_name"), parse_id(row.get("event_id")).lower()
    at = parse_time(row.get("event_timestamp"), now)
    if not isinstance(kind, str) or kind not in _KINDS or not delivery_id or at is None:
        return None
    ids = {name: data.get(name) for name in ("session_id", "peer_id", "user_id")}
    room_id = row.get("room_id") or data.get("room_id")
    return build_fact(delivery_id, KINDS[kind], workspace, at, {"room_id": room_id, **ids})
