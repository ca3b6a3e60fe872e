"""Which sessions bear on the failures at hand."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.events import ErrorEvent
from bot.domain.places import Session, birth_of
from bot.domain.report import Window
from bot.domain.target import Target
from bot.investigate.budget import KEPT, LONGEST_SESSION

SAME_CALL = timedelta(minutes=10)
"""A join later than this after a failure is another call, and proves nothing about it."""

_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """Between which starts sessions are listed; None: no limit."""

    after: datetime | None
    before: datetime | None


def span_of(target: Target, events: Iterable[ErrorEvent], now: datetime, window: Window) -> Span:
    """When the sessions began that can tell something about the look-up.

    A session that runs into the time looked at began at most the longest session before; one
    that proves a recovery begins within ten minutes of a failure. Of a session's own look-up
    that time is the session's, and its events' as they may be stamped late.
    """
    begins, ends = max(window.since or now - KEPT, now - KEPT), window.until
    session = target.session
    if session:
        times = [event.at for event in events if event.timed]
        begins = min([session.created_at or birth_of(session.id) or begins, *times])
        ends = max([session.ended_at, *times]) if session.ended_at else None
    return Span(begins - LONGEST_SESSION, ends + SAME_CALL if ends else None)


def near(
    target: Target, events: Iterable[ErrorEvent], sessions: Iterable[Session]
) -> tuple[str, ...]:
    """Ids of the sessions that the failures name or that ran within ten minutes after one.

    The one asked for comes first, then those of the latest failures.
    """
    rows = tuple(events)
    latest: dict[str, datetime] = {}
    spelled: dict[str, str] = {}
    for event in rows:
        if event.session_id:
            _note(latest, event.session_id, event.at if event.timed else _EARLIEST)
            spelled.setdefault(event.session_id.lower(), event.session_id)
    times = sorted(event.at for event in rows if event.timed)
    for session in sessions:
        spelled[session.id.lower()] = session.id
        at = _last_failure(session, times)
        if at:
            _note(latest, session.id, at)
    ids = [spelled[key] for key in sorted(latest, key=lambda key: (latest[key], key), reverse=True)]
    if target.session:
        own = target.session.id
        ids = [own, *(one for one in ids if one.lower() != own.lower())]
    return tuple(ids)


def _note(latest: dict[str, datetime], session_id: str, at: datetime) -> None:
    key = session_id.lower()
    latest[key] = max(at, latest.get(key, at))


def _last_failure(session: Session, times: list[datetime]) -> datetime | None:
    """The last failure that this session may have followed or held."""
    begins = session.created_at or birth_of(session.id)
    until = bisect_right(times, session.ended_at) if session.ended_at else len(times)
    if begins is None or until == 0 or times[until - 1] < begins - SAME_CALL:
        return None
    return times[until - 1]
