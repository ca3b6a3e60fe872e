"""What was read a moment ago, kept for buttons, repeated questions and refreshing."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cachetools import TTLCache

from bot.domain.query import Identifier, LookupQuery
from bot.domain.report import Report, distinct_events
from bot.domain.saved_lookup import SavedLookup
from bot.domain.target import Target
from bot.investigate.fetch.events import Fetched

FRESH = timedelta(seconds=60)
"""A question asked again within this time is answered from what was read, as of then."""

CACHE_SECONDS = 900.0
"""So long a button finds its events here, and a fresh look-up starts from what is known."""

MOST_EVENTS = 20_000
"""Events kept in all, about 40 MB; a room that alone has more is not kept."""

_MOST_QUERIES = 1000

PlaceKey = tuple[str, str, str | None, str | None, tuple[str, ...]]
QueryKey = tuple[tuple[Identifier, ...], tuple[str, ...], str, tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that was read of a target, before it is cut to a window."""

    target: Target
    types: tuple[str, ...]
    as_of: datetime
    fetched: Fetched
    notes: tuple[str, ...] = ()
    """What the reader of every answer made of it must know: workspaces not asked, for example."""

    @property
    def place_key(self) -> PlaceKey:
        """Equal for look-ups that read the same events: a session's are those of its room."""
        return place_key(self.target, self.types)


def snapshot_of(report: Report) -> Snapshot:
    """What the report was made of."""
    events = report.events  # distinct and in order already
    if report.beyond:
        events = distinct_events((*events, *report.beyond))
    fetched = Fetched(events, report.completeness)
    return Snapshot(report.target, report.types, report.as_of, fetched, report.notes)


def place_key(target: Target, types: tuple[str, ...]) -> PlaceKey:
    """What the events are read by."""
    return (target.room.workspace, target.room.id, target.peer_id, target.user_id, types)


def query_key(query: LookupQuery) -> QueryKey:
    """Equal for questions about the same; the window is cut later, on our side."""
    return (query.clues, query.types, query.workspace, query.workspaces)


class EventCache:
    """The latest snapshot of each place, bounded by time and by the number of events."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._places: TTLCache[PlaceKey, Snapshot] = TTLCache(
            MOST_EVENTS, CACHE_SECONDS, timer, _weight
        )
        self._targets: TTLCache[QueryKey, tuple[Target, tuple[str, ...]]] = TTLCache(
            _MOST_QUERIES, CACHE_SECONDS, timer
        )

    def store(self, snapshot: Snapshot, query: LookupQuery | None = None) -> None:
        """Keep it, if it proves to be complete and no newer one is there."""
        cached = self._places.get(snapshot.place_key)
        newer = cached is not None and cached.as_of > snapshot.as_of
        if not snapshot.fetched.completeness.complete or newer:
            return
        if _weight(snapshot) <= MOST_EVENTS:
            self._places[snapshot.place_key] = snapshot
            if query:
                self._targets[query_key(query)] = (snapshot.target, snapshot.notes)

    def clear(self) -> None:
        """Let go of everything."""
        self._places.clear()
        self._targets.clear()

    def find_for_query(self, query: LookupQuery) -> Snapshot | None:
        """What the same question last read, with its own target; however old."""
        entry = self._targets.get(query_key(query))
        if entry is None:
            return None
        target, notes = entry
        cached = self._places.get(place_key(target, query.types))
        return replace(cached, target=target, notes=notes) if cached else None

    def find_for_button(self, handle: SavedLookup) -> Snapshot | None:
        """What holds everything that the button's answer knew."""
        place = (handle.workspace, handle.room_id, handle.peer_id, handle.user_id, handle.types)
        cached = self._places.get(place)
        return cached if cached and cached.as_of >= handle.as_of else None


def _weight(snapshot: Snapshot) -> int:
    return len(snapshot.fetched.events) + 1
