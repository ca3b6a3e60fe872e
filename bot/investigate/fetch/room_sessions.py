"""The sessions of a room, ended and active, and those that matter for the failures at hand."""

import asyncio
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.domain.diagnosis.thresholds import SAME_CALL
from bot.domain.events import EVENT_RETENTION, ErrorEvent
from bot.domain.report import Window
from bot.domain.rooms import Session, creation_time_of
from bot.domain.target import Target
from bot.investigate.background import cancel_soon
from bot.investigate.budget import LONGEST_SESSION
from bot.investigate.fetch.paged_list import (
    Ask,
    ListPage,
    PageBudget,
    PagedList,
    read_all,
    troubles_of,
)
from bot.investigate.ports import Clock, HundredMs

_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SessionSpan:
    """The range of start times of which sessions are listed; None means no limit."""

    after: datetime | None
    before: datetime | None


def session_span_of(
    target: Target, events: Iterable[ErrorEvent], now: datetime, window: Window
) -> SessionSpan:
    """Return the range of start times of the sessions that matter for the look-up.

    A session that reaches into the window began at most `LONGEST_SESSION` before it. A session that
    proves a recovery begins within ten minutes of a failure. For a look-up of a session, the range
    is that of the session and of its events, as events may be stamped late.
    """
    begins, ends = max(window.since or now - EVENT_RETENTION, now - EVENT_RETENTION), window.until
    session = target.session
    if session:
        times = [event.at for event in events if event.timed]
        begins = min([session.created_at or creation_time_of(session.id) or begins, *times])
        ends = max([session.ended_at, *times]) if session.ended_at else None
    return SessionSpan(begins - LONGEST_SESSION, ends + SAME_CALL if ends else None)


def sessions_near_failures(
    target: Target, events: Iterable[ErrorEvent], sessions: Iterable[Session]
) -> tuple[str, ...]:
    """Return ids of the sessions that the failures name or that ran within ten minutes after one.

    The session asked for comes first, then those of the latest failures.
    """
    rows = tuple(events)
    latest: dict[str, datetime] = {}
    spellings: dict[str, str] = {}
    for event in rows:
        if event.session_id:
            _keep_latest(latest, event.session_id, event.at if event.timed else _EARLIEST)
            spellings.setdefault(event.session_id.lower(), event.session_id)
    times = sorted(event.at for event in rows if event.timed)
    for session in sessions:
        spellings[session.id.lower()] = session.id
        at = _last_failure(session, times)
        if at:
            _keep_latest(latest, session.id, at)
    ids = [
        spellings[key] for key in sorted(latest, key=lambda key: (latest[key], key), reverse=True)
    ]
    if target.session:
        target_id = target.session.id
        ids = [
            target_id,
            *(session_id for session_id in ids if session_id.lower() != target_id.lower()),
        ]
    return tuple(ids)


def _keep_latest(latest: dict[str, datetime], session_id: str, at: datetime) -> None:
    key = session_id.lower()
    latest[key] = max(at, latest.get(key, at))


def _last_failure(session: Session, times: list[datetime]) -> datetime | None:
    """Return the time of the last failure that this session may have contained or followed."""
    begins = session.created_at or creation_time_of(session.id)
    until = bisect_right(times, session.ended_at) if session.ended_at else len(times)
    if begins is None or until == 0 or times[until - 1] < begins - SAME_CALL:
        return None
    return times[until - 1]


_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class SessionReader:
    """Reads both session lists side by side; rows are kept if the reading is cut short."""

    hundredms: HundredMs
    room_id: str
    pages: int
    target_session: Session | None = None
    span: SessionSpan | None = None
    """The span that was read."""
    lists: list[PagedList[Session]] = field(default_factory=list)
    cut: bool = False
    lost: int = 0
    """Number of rows that could not be read."""

    async def run(self, span: SessionSpan) -> None:
        """Read all sessions that began within the span, newest first as 100ms lists them.

        Active sessions are requested without a span: there are few, and all of them count.
        """
        self.span, self.lost = span, 0
        self.lists = [
            PagedList(self._ask(SessionSpan(None, None), active=True)),
            PagedList(self._ask(span, active=False)),
        ]
        await read_all(self.lists, PageBudget(self.pages))
        self.cut = any(paged_list.open for paged_list in self.lists)

    @property
    def result(self) -> tuple[Session, ...]:
        """One row per session of this room, oldest first.

        The session asked for is included even if it was not listed.
        """
        rows = [session for paged_list in self.lists for session in paged_list.items]
        if len({session.id.lower() for session in rows}) < len(rows):
            rows.sort(key=_richness, reverse=True)
        best: dict[str, Session] = {}
        extra = [self.target_session] if self.target_session else []
        for session in [*rows, *extra]:
            if session.room_id.lower() == self.room_id.lower():
                best.setdefault(session.id.lower(), session)
        return tuple(
            sorted(best.values(), key=lambda session: (session.created_at or _EVER, session.id))
        )

    @property
    def complete(self) -> bool:
        """Whether both lists were read to their ends."""
        unread = any(paged_list.open or paged_list.trouble for paged_list in self.lists)
        return bool(self.lists) and not unread and not self.lost

    @property
    def notes(self) -> tuple[str, ...]:
        """The reasons why sessions are missing, in sentences."""
        notes = [
            f"The room's sessions could not all be read ({why}), so that who was in the room is "
            "not known, and recoveries may be missed."
            for why in troubles_of(self.lists)
        ]
        if self.cut:
            count = sum(paged_list.rows for paged_list in self.lists)
            notes.append(
                f"Only {count:,} of the room's sessions were read, which is as many as one "
                "look-up may; people and recoveries in others may be missed."
            )
        if self.lost:
            notes.append(
                f"{self.lost:,} of the room's sessions could not be read; people and recoveries "
                "in them may be missed."
            )
        unnamed = sum(not session.peers_read for session in self.result)
        if unnamed:
            notes.append(
                f"Of {unnamed:,} of the room's sessions not all people could be read; people and "
                "recoveries in them may be missed."
            )
        return tuple(notes)

    def _ask(self, span: SessionSpan, *, active: bool) -> Ask[Session]:
        async def ask(start: str) -> ListPage[Session]:
            page = await self.hundredms.sessions(
                active=active,
                room_id=self.room_id,
                after=span.after,
                before=span.before,
                start=start,
            )
            self.lost += page.lost
            return ListPage(page.sessions, len(page.sessions) + page.lost, None, page.last)

        return ask


def _richness(session: Session) -> tuple[bool, bool, int, str]:
    """Sort key: a row with an end time ranks over one without, then the row with more people."""
    return (session.ended_at is not None, session.peers_read, len(session.peers), repr(session))


_PAGES = 20
"""Most pages of sessions; more than two thousand sessions are too many to be read one by one."""


@dataclass(slots=True)
class RoomSessions:
    """The sessions of a room that may have events that 100ms still keeps."""

    hundredms: HundredMs
    room_id: str
    clock: Clock
    _reading: "asyncio.Task[Sequence[Session]] | None" = None

    async def read(self) -> Sequence[Session]:
        """Return the sessions, newest first, as far as they could be read."""
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read())
        return await asyncio.shield(self._reading)

    def close(self) -> None:
        """Cancel the reading if it is still running."""
        if self._reading:
            cancel_soon({self._reading})

    async def _read(self) -> Sequence[Session]:
        reader = SessionReader(self.hundredms, self.room_id, _PAGES)
        await reader.run(SessionSpan(self.clock() - EVENT_RETENTION - LONGEST_SESSION, None))
        return reader.result[::-1]
