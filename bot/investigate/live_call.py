"""Reads a running call look by look, with few calls of 100ms.

A look reads one number (100ms' total of the room's errors) and the session. Only if the number
moved are events read, and only of the types that moved; only of people in trouble are track events
read, because 100ms reports no recovery as such.

The events endpoint has no time filter, and its order is not documented. So the new events of a type
are looked for on its first page, then among those of the session, and the whole list is read at
most twice: at the start, and once more, for example after a restart.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.catalogue import Catalogue
from bot.domain.diagnosis import diagnose
from bot.domain.errors import BotError
from bot.domain.events import ERROR_TYPES, ErrorEvent
from bot.domain.report import Completeness, Report, Window, distinct_events
from bot.domain.rooms import CallFact, PeerStats, Session, TrackEvent
from bot.domain.target import Target
from bot.domain.watching.watch import MOST_NEW_EVENTS
from bot.investigate.background import run_in_thread_if_large
from bot.investigate.budget import Budget
from bot.investigate.evidence.evidence import Evidence, build_diagnosis_input
from bot.investigate.fetch.events import Fetched
from bot.investigate.ports import Clock, EventQuery, ExpiredCursor, HundredMs
from bot.investigate.reports import FetchTask, build_report
from bot.investigate.room_index import BestEffortRoomIndex

MOST_WHOLE_READS = 2
_SESSION_PAGES = 20
_WHOLE_PAGES = 200
_ADDS, _UPDATES = "track.add.success", "track.update.success"
_FEW_PEERS = 4
"""The track events of more people are read for the whole session at once."""
_TRACK_PAGES = 10

_CALLS_IN_A_ROW = 10
"""After so many calls a look gives way to those that begin: a whole list has up to 200 pages."""


class Turn(Protocol):
    """Waits until the next call may be made."""

    async def __call__(self, *, begins: bool) -> None:
        """Wait; a call that begins a look waits for all looks that began before it."""


async def no_turn(*, begins: bool) -> None:
    """A turn without a wait."""


@dataclass(slots=True)
class LiveCall:
    """The data read of one watched call. A new process has to read it again.

    `whole_reads` counts how often the whole list of events was read, also by earlier processes.
    """

    hundredms: HundredMs
    target: Target
    catalogue: Catalogue
    room_index: BestEffortRoomIndex
    clock: Clock
    turn: Turn = no_turn
    whole_reads: int = 0
    base_total: int | None = None
    report: Report | None = None
    """The latest report, diagnosed."""
    _events: dict[str, dict[str, ErrorEvent]] = field(
        default_factory=lambda: {kind: {} for kind in ERROR_TYPES}
    )
    _totals: dict[str, int] = field(default_factory=dict)
    _total: int | None = None
    _unread: set[str] = field(default_factory=set)
    _session: Session | None = None
    _tracks: dict[str, TrackEvent] = field(default_factory=dict)
    _stats: dict[str, PeerStats] = field(default_factory=dict)
    _measured: bool = False
    _began: bool = False
    _stale: bool = True
    """Whether the latest look failed, so that the next one has to diagnose."""
    _facts: Sequence[CallFact] = ()
    _calls: int = 0
    """Number of calls of this look that waited for their turn."""

    @property
    def new_events(self) -> int:
        """Number of new errors since the start, if they are only counted; else 0."""
        new = (self._total or 0) - (self.base_total or 0)
        return new if new > MOST_NEW_EVENTS else 0

    @property
    def began(self) -> bool:
        """Whether the events were read once in this process."""
        return self._began

    @property
    def age(self) -> timedelta:
        """The time since the latest look that succeeded; the longest one before the first."""
        return self.clock() - self.report.as_of if self.report else timedelta.max

    @property
    def ended_at(self) -> datetime | None:
        """The end of the latest session; None while it runs, and if there is none."""
        return self._session.ended_at if self._session and not self._session.running else None

    async def look(
        self, since: datetime, session_id: str, peer_ids: Sequence[str], reference: str
    ) -> Report:
        """Look at the call, and return the report of everything since that moment, diagnosed.

        A session that ran then counts from its start. `session_id` is the session of the last look,
        `peer_ids` are the people who were in trouble then. Raises the error of 100ms if a part
        could not be read; the next look reads it again.
        """
        stale, self._stale = self._stale, True
        self._calls = 0
        stale |= await self._read_session(session_id)
        if not self._began:
            self._follow_person()
        stale |= await self._read_events(peer_ids)
        stale |= await self._read_facts()
        self._began = True
        if self.report is None or stale or self._in_trouble(self.report):
            report = await self._diagnose(since, reference)
            if await self._read_tracks(report):
                report = await self._diagnose(since, reference)
        else:
            report = replace(self.report, as_of=self.clock())
        self.report, self._stale = report, False
        return report

    def leave_session(self) -> None:
        """Look for the room's next session from now on."""
        self._session, self._stale, self._measured, self.report = None, True, False, None
        self._tracks.clear()
        self._stats.clear()

    async def finish(self, since: datetime, peer_ids: Sequence[str], reference: str) -> Report:
        """Return the final report, with the measurements of those who were in trouble.

        They are read once.
        """
        session, budget = self._session, Budget().stats_calls
        unread = peer_ids[-budget:] if session and not self._measured else ()
        self._measured = True
        for peer_id in unread:
            try:
                await self._wait_for_turn()
                stats = await self.hundredms.peer_stats(peer_id, session.id if session else "")
            except BotError:
                break  # the diagnosis says that the measurements are missing
            if stats:
                self._stats[peer_id.lower()] = stats
        self.report = await self._diagnose(since, reference)
        return self.report

    async def _wait_for_turn(self) -> None:
        """Wait until the next call may be made; the calls of the first look do not wait."""
        if self._began:
            await self.turn(begins=self._calls % _CALLS_IN_A_ROW == 0)
            self._calls += 1

    @staticmethod
    def _in_trouble(report: Report) -> bool:
        stories = report.diagnosis.stories if report.diagnosis else ()
        return any(story.outcome != "recovered" for story in stories)

    async def _read_session(self, session_id: str) -> bool:
        """Read the session that runs, or ran last; return whether anything about it changed."""
        before, target = self._session, self.target
        known = session_id or (target.session.id if target.session else "")
        if before and before.id == known and not before.running:
            return False
        await self._wait_for_turn()
        if known:
            self._session = await self.hundredms.session(known) or before
        else:
            page = await self.hundredms.sessions(active=True, room_id=target.room.id)
            active = [row for row in page.sessions if row.running]
            self._session = max(active, key=lambda row: row.id, default=None)
        return self._session != before

    def _follow_person(self) -> None:
        """Read a peer by its user id: whoever joins again is another peer of the same user.

        A user id that several people in the call share stays out of it.
        """
        target, peers = self.target, self._session.peers if self._session else {}
        peer = peers.get((target.peer_id or "").lower())
        if peer is None or not peer.user_id:
            return
        present = [one for one in peers.values() if one.left_at is None]
        if sum(one.user_id == peer.user_id for one in present) <= 1:
            self.target = replace(target, kind="user", peer_id=None, user_id=peer.user_id)

    async def _read_facts(self) -> bool:
        """Read the facts that webhooks reported of the room; return whether any is new."""
        before = self._facts
        self._facts = await self.room_index.facts_as_of(self.target.room, self.clock(), before)
        return self._facts != before

    async def _count(self, kind: str = "") -> int | None:
        target = self.target
        await self._wait_for_turn()
        query = EventQuery(target.room.id, kind, target.peer_id, target.user_id)
        return await self.hundredms.count(query)

    async def _read_events(self, peer_ids: Sequence[str]) -> bool:
        """Read the events that are new; return whether the number of errors moved."""
        total = await self._count()
        if self.base_total is None:
            self.base_total = total
        if not self._began:
            await self._begin(peer_ids)
        elif total is not None and total == self._total:
            return False
        elif (total or 0) - (self.base_total or 0) > MOST_NEW_EVENTS:
            self._unread.update(ERROR_TYPES)
        else:
            for kind in await self._moved_types(total):
                await self._read_type(kind)
        self._total = total
        return True

    async def _begin(self, peer_ids: Sequence[str]) -> None:
        """Read the room and its events for the first time in this process."""
        room = await self.hundredms.room(self.target.room.id)
        self.target = replace(self.target, room=room or self.target.room)
        whole = self.whole_reads < MOST_WHOLE_READS
        self.whole_reads += whole
        if whole:
            await asyncio.gather(*(self._walk(kind, _WHOLE_PAGES) for kind in ERROR_TYPES))
            return
        for kind in ERROR_TYPES:
            await self._read_type(kind)
            for peer_id in peer_ids[-_FEW_PEERS:] if kind in self._unread else ():
                await self._walk(kind, 1, peer_id=peer_id)

    async def _moved_types(self, total: int | None) -> list[str]:
        """Return the types whose totals moved, until they explain the movement of `total`.

        A type of which an earlier look knew the new total and failed to read the events is one.
        """
        moved = [kind for kind in ERROR_TYPES if self._is_short(kind) and kind not in self._unread]
        missing = None if total is None else total - sum(self._totals.values())
        for kind in sorted(ERROR_TYPES, key=lambda kind: -self._last_at(kind)):
            count = await self._count(kind)
            new = None if count is None else count - self._totals.get(kind, 0)
            if new != 0 and kind not in moved:
                moved.append(kind)
            if count is not None:
                self._totals[kind] = count
            missing = None if missing is None or new is None else missing - new
            if missing == 0:
                break
        return moved

    def _last_at(self, kind: str) -> float:
        return max((event.at.timestamp() for event in self._events[kind].values()), default=0.0)

    async def _read_type(self, kind: str) -> None:
        """Read the new events of a type: its first page, those of the session, or the whole list.

        If the whole list was read often enough, its new events are counted only.
        """
        self._unread.discard(kind)
        await self._walk(kind, 1)
        if self._is_short(kind) and self._session:
            await self._walk(kind, _SESSION_PAGES, session_id=self._session.id)
        if self._is_short(kind) and self.whole_reads < MOST_WHOLE_READS:
            self.whole_reads += 1
            await self._walk(kind, _WHOLE_PAGES)
        if self._is_short(kind):
            self._unread.add(kind)

    def _is_short(self, kind: str) -> bool:
        return len(self._events[kind]) < self._totals.get(kind, 0)

    async def _walk(
        self, kind: str, pages: int, session_id: str | None = None, peer_id: str | None = None
    ) -> None:
        """Read at most so many pages of a type; stop as soon as no event can be missing."""
        target = self.target
        query = EventQuery(
            target.room.id, kind, peer_id or target.peer_id, target.user_id, session_id
        )
        events, start, cursors = self._events[kind], "", set[str]()
        is_whole = session_id is None and peer_id is None
        for _ in range(pages):
            await self._wait_for_turn()
            try:
                page = await self.hundredms.events(query, start)
            except ExpiredCursor:
                return
            events.update((event.id, event) for event in page.events if event.type == kind)
            if is_whole and not start and page.total is not None:
                self._totals[kind] = page.total
            start = page.next
            if not start or start in cursors or (is_whole and not self._is_short(kind)):
                break
            cursors.add(start)
        if is_whole and pages == _WHOLE_PAGES and self._is_short(kind):
            self._unread.add(kind)

    async def _read_tracks(self, report: Report) -> bool:
        """Read the track events of people in trouble; return whether there are new ones."""
        stories = [
            story
            for story in (report.diagnosis.stories if report.diagnosis else ())
            if story.outcome != "recovered" and not story.bot
        ]
        peers = list(dict.fromkeys(peer for story in stories for peer in story.peer_ids))
        if not peers or not self._session:
            return False
        before = len(self._tracks)
        kinds = [_ADDS] + [_UPDATES] * any(story.code // 1000 == 3 for story in stories)  # noqa: PLR2004  devices
        for kind in kinds:
            if len(peers) > _FEW_PEERS:
                await self._walk_tracks(
                    EventQuery(report.target.room.id, kind, session_id=self._session.id)
                )
            else:
                for peer_id in peers:
                    await self._walk_tracks(EventQuery(report.target.room.id, kind, peer_id))
        return len(self._tracks) > before

    async def _walk_tracks(self, query: EventQuery) -> None:
        start = ""
        for _ in range(_TRACK_PAGES):
            await self._wait_for_turn()
            try:
                page = await self.hundredms.track_events(query, start)
            except ExpiredCursor:
                return
            self._tracks.update((event.id, event) for event in page.events)
            start = page.next
            if not start:
                return

    async def _diagnose(self, since: datetime, reference: str) -> Report:
        """Return the report of what was read since that moment, diagnosed as of now."""
        now, target = self.clock(), self.target
        events = distinct_events(event for rows in self._events.values() for event in rows.values())
        unread = tuple(sorted(self._unread))
        completeness = Completeness(
            fetched=len(events), total=self._total, complete=not unread, types_unread=unread
        )
        session = self._session
        if session and session.created_at:
            since = min(since, session.created_at)
        if target.session:
            target = replace(target, session=session or target.session)
        task = FetchTask(reference, Window(since=since))
        report = build_report(target, task, now, Fetched(events, completeness))
        sessions = (session,) if session else ()
        evidence = Evidence(
            sessions=sessions,
            tracks=tuple(self._tracks.values()),
            stats=tuple(self._stats.values()),
            complete=not unread,
        )
        case = build_diagnosis_input(
            target,
            report.events,
            evidence,
            now,
            report.window,
            completeness=completeness,
            facts=self._facts,
        )
        diagnosis = await run_in_thread_if_large(report.events, diagnose, case, self.catalogue)
        return replace(report, diagnosis=diagnosis, sessions=sessions, tracks=evidence.tracks)
