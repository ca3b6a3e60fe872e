"""Samples the other rooms of a 100ms workspace in the minutes of a failure.

Nobody waits for it, so its calls let all others go first and are made once. It ends at a 429. What
one sample reads, others of the next minute use: when a server of 100ms fails, many people ask at
the same time about different rooms of the same minutes.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from cachetools import TTLCache

from bot.domain.catalogue import Catalogue
from bot.domain.diagnosis import DiagnosisInput
from bot.domain.diagnosis.other_rooms import FailureTime, OtherRooms, has_server_failure
from bot.domain.diagnosis.people import is_bot_role
from bot.domain.errors import BotError, HundredMsBusy
from bot.domain.events import ERROR_TYPES, ErrorEvent
from bot.domain.rooms import Peer, Room, Session
from bot.investigate.background import SingleFlight
from bot.investigate.budget import LONGEST_SESSION
from bot.investigate.event_cache import FRESH, MOST_EVENTS
from bot.investigate.ports import (
    Clock,
    EventQuery,
    ExpiredCursor,
    HundredMs,
    Page,
    SessionPage,
    Tell,
    Watch,
    Workspaces,
    ignore_progress,
)

Result = TypeVar("Result", bound=Page | SessionPage | Sequence[Room])

MOST_CALLS = 20
"""Calls of one sample, all of them together."""
_LIST_CALLS = 4
"""Calls for the lists of sessions: two for those that run, two for ended ones."""
_ENOUGH_ROOMS = 30
"""Rooms after which no further sessions are listed: more cannot be read."""
_PAGES_OF_ROOM = 3
"""Pages of errors read of one room; a longer one counts as not read whole."""
_AT_ONCE = 4
_SECONDS = 60.0
_SPAN = timedelta(minutes=5)
"""The grid of the times between which sessions are listed, so that samples can share the lists."""


class _OutOfCalls(Exception):
    """All calls of the sample are made, or 100ms asked to slow down."""


@dataclass(slots=True)
class _Calls:
    """The calls that are left."""

    left: int = MOST_CALLS

    def take(self) -> None:
        """Count a call. Raises _OutOfCalls."""
        if self.left <= 0:
            raise _OutOfCalls
        self.left -= 1

    def stop(self) -> None:
        """Allow no further call."""
        self.left = 0


class _SharedReads:
    """The pages that samples read in the last minute or are reading now."""

    def __init__(self) -> None:
        self._flights: SingleFlight[Any] = SingleFlight()
        self._pages = self._new_cache()

    async def read(self, key: Hashable, ask: Callable[[], Awaitable[Result]]) -> Result:
        """Return the page of that key, which is asked for once. Raises the errors of `ask`."""
        pages = self._pages
        kept: Result | None = pages.get(key)
        if kept is not None:
            return kept

        async def work(_tell: Tell, _watch: Watch) -> Result:
            return await ask()

        page: Result = await self._flights.share(key, work, _tell_nobody, ignore_progress)
        pages[key] = page  # an erasure meanwhile has put another cache in the place of this one
        return page

    def clear(self) -> None:
        """Drop everything, also what is being read."""
        self._pages = self._new_cache()

    @staticmethod
    def _new_cache() -> TTLCache[Hashable, Any]:
        return TTLCache(MOST_EVENTS, FRESH.total_seconds(), getsizeof=_weight)


async def _tell_nobody(_note: str) -> None:
    """Nobody waits for a sample."""


def _weight(page: Page | SessionPage | Sequence[Room]) -> int:
    """Return the number of events, people or rooms on a page."""
    if isinstance(page, Page):
        return 1 + len(page.events)
    if isinstance(page, SessionPage):
        return 1 + sum(1 + len(session.peers) for session in page.sessions)
    return 1 + len(page)


@dataclass(frozen=True, slots=True)
class OtherRoomsReader:
    """Reads samples of other rooms. What it reads is kept in memory for a minute."""

    workspaces: Workspaces
    catalogue: Catalogue
    clock: Clock
    _reads: _SharedReads = field(default_factory=_SharedReads)

    def clear(self) -> None:
        """Drop everything that was read; called when data about a person or room is erased."""
        self._reads.clear()

    async def sample(self, room: Room, failure: FailureTime) -> OtherRooms:
        """Return how many other rooms of the room's workspace had server errors at that time.

        Raises BotError if a list of sessions failed and no other room is known, and at a 429 before
        a room was read.
        """
        hundredms = self.workspaces[room.workspace].low_priority().without_retries()
        now, reads = self.clock(), self._reads
        return await _Sampling(hundredms, reads, self.catalogue, now, room, failure).run()


@dataclass(slots=True)
class _Sampling:
    """One sample under way."""

    hundredms: HundredMs
    reads: _SharedReads
    catalogue: Catalogue
    now: datetime
    room: Room
    failure: FailureTime
    calls: _Calls = field(default_factory=_Calls)
    hits: dict[str, bool | None] = field(default_factory=dict)
    """Room id → whether it had a server failure; None if it could not be read whole."""

    async def run(self) -> OtherRooms:
        """Return the sample. Raises BotError as `_list_rooms` and `_order` do."""
        rooms = await self._order(await self._list_rooms())
        slots = asyncio.Semaphore(_AT_ONCE)
        reading = [asyncio.create_task(self._judge(sessions, slots)) for sessions in rooms]
        try:
            async with asyncio.timeout(_SECONDS):
                await asyncio.gather(*reading)
        except TimeoutError:
            self.calls.stop()
        finally:
            for task in reading:
                task.cancel()
            await asyncio.gather(*reading, return_exceptions=True)
        answers = list(self.hits.values())
        return OtherRooms(answers.count(True), answers.count(False), answers.count(None))

    async def _list_rooms(self) -> list[list[Session]]:
        """Return the sessions of each other room with people in those minutes, newest room first.

        Sessions are listed by their start, so those that began up to `LONGEST_SESSION` before the
        failure are asked for. Raises BotError if a list failed and no other room is known, as that
        room may be in the list, and at a 429.
        """
        rows: list[Session] = []
        troubles: list[BotError] = []
        cursors = {True: "", False: ""}
        for _ in range(_LIST_CALLS // 2):
            asking = (self._sessions(active, start) for active, start in cursors.items())
            answers = await asyncio.gather(*asking, return_exceptions=True)
            lists, cursors = dict(zip(cursors, answers, strict=True)), {}
            for active, page in lists.items():
                if isinstance(page, SessionPage):
                    rows += page.sessions
                    cursors |= {active: page.last} if page.last else {}
                elif isinstance(page, BotError) and not isinstance(page, HundredMsBusy):
                    troubles.append(page)
                elif not isinstance(page, ExpiredCursor):
                    raise page
            if len({row.room_id.lower() for row in rows}) >= _ENOUGH_ROOMS:
                break
        rooms = _group_by_room(rows, self.room, self.failure)
        if troubles and not rooms:
            raise troubles[0]
        return rooms

    async def _sessions(self, active: bool, start: str) -> SessionPage:  # noqa: FBT001  as in the call
        self.calls.take()
        after = _on_grid(self.failure.since - LONGEST_SESSION)
        before = _on_grid(self.failure.until + _SPAN)
        ask = partial(
            self.hundredms.sessions, active=active, after=after, before=before, start=start
        )
        key = ("sessions", self.room.workspace, active, after, before, start)
        return await self.reads.read(key, ask)

    async def _order(self, rooms: list[list[Session]]) -> list[list[Session]]:
        """Return the rooms with those of the same region first, if regions are known.

        Raises HundredMsBusy at a 429.
        """
        if len(rooms) <= 1:
            return rooms
        try:
            self.calls.take()
            key = ("rooms", self.room.workspace)
            rows = await self.reads.read(key, self.hundredms.latest_rooms)
            regions = {row.id.lower(): row.region for row in rows}
            own = self.room.region or regions.get(self.room.id.lower())
            if own is None:
                self.calls.take()
                found = await self.hundredms.room(self.room.id)
                own = found.region if found else None
        except HundredMsBusy:
            raise
        except BotError:
            return rooms
        if own is None:
            return rooms
        return sorted(rooms, key=lambda sessions: _region_rank(sessions[0], own, regions))

    async def _judge(self, sessions: Sequence[Session], slots: asyncio.Semaphore) -> None:
        """Record whether the room of these sessions had a server failure."""
        async with slots:
            if self.calls.left <= 0:
                return
            key = sessions[0].room_id.lower()
            self.hits[key] = None
            try:
                self.hits[key] = await self._read(sessions)
            except HundredMsBusy:
                self.calls.stop()
            except (BotError, ExpiredCursor, _OutOfCalls):
                return

    async def _read(self, sessions: Sequence[Session]) -> bool | None:
        """Return whether the room had a server failure; None if it could not be read whole.

        The reading ends with the first such failure: further events cannot undo it.
        """
        events: list[ErrorEvent] = []
        whole = all(session.peers_read for session in sessions)
        for session in sessions:
            start, rows = "", 0
            for _ in range(_PAGES_OF_ROOM):
                page = await self._page(session, start)
                rows += page.rows
                events += self._within(page.events)
                if await self._is_hit(sessions, events):
                    return True
                whole = whole and not page.unreadable and all(row.timed for row in page.events)
                if not page.next or page.next == start:
                    break
                start = page.next
            whole = whole and not page.next and (page.total is None or rows >= page.total)
            if not whole:
                return None
        return False

    async def _page(self, session: Session, start: str) -> Page:
        self.calls.take()
        query = EventQuery(session.room_id, session_id=session.id)
        ask = partial(self.hundredms.events, query, start)
        return await self.reads.read(("events", self.room.workspace, query, start), ask)

    def _within(self, events: Iterable[ErrorEvent]) -> list[ErrorEvent]:
        since, until = self.failure.since, self.failure.until
        return [
            event
            for event in events
            if event.type in ERROR_TYPES and event.timed and since <= event.at <= until
        ]

    async def _is_hit(self, sessions: Sequence[Session], events: Sequence[ErrorEvent]) -> bool:
        if not events:
            return False
        room = Room(sessions[0].room_id, self.room.workspace)
        case = DiagnosisInput(room, self.now, tuple(events), sessions=tuple(sessions))
        return await asyncio.to_thread(has_server_failure, case, self.catalogue)


def _on_grid(moment: datetime) -> datetime:
    """Return the latest time of the grid up to `moment`."""
    span = _SPAN.total_seconds()
    return datetime.fromtimestamp(moment.timestamp() // span * span, UTC)


def _group_by_room(rows: Iterable[Session], own: Room, failure: FailureTime) -> list[list[Session]]:
    """Return the sessions with people at that time by room, the room of the newest one first."""
    sessions = {row.id.lower(): row for row in rows if row.room_id.lower() != own.id.lower()}
    groups: defaultdict[str, list[Session]] = defaultdict(list)
    newest_first = sorted(
        sessions.values(), key=lambda row: (row.created_at or failure.since, row.id), reverse=True
    )
    for session in newest_first:
        if _had_people(session, failure):
            groups[session.room_id.lower()].append(session)
    return list(groups.values())


def _had_people(session: Session, failure: FailureTime) -> bool:
    """Return whether people were in the session within the minutes of the failure."""
    begins, ends = session.created_at, session.ended_at
    if (begins and begins > failure.until) or (ends and ends < failure.since):
        return False
    return not session.peers_read or any(
        _was_present(peer, failure) for peer in session.peers.values()
    )


def _was_present(peer: Peer, failure: FailureTime) -> bool:
    if is_bot_role(peer.role) or (peer.joined_at and peer.joined_at > failure.until):
        return False
    return peer.left_at is None or peer.left_at >= failure.since


def _region_rank(session: Session, own: str, regions: Mapping[str, str | None]) -> int:
    """Return 0 for a room of the same region, 1 if its region is not known, 2 for another."""
    region = regions.get(session.room_id.lower())
    return 1 if region is None else 0 if region.lower() == own.lower() else 2
