"""A cache of recently read events, used for buttons, repeated questions and refreshes."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cachetools import TTLCache

from bot.domain.query import Identifier, IdentifierKind, LookupQuery
from bot.domain.report import Report, distinct_events
from bot.domain.saved_lookup import SavedLookup
from bot.domain.target import Target
from bot.investigate.fetch.events import Fetched

FRESH = timedelta(seconds=60)
"""A question repeated within this time is answered from the cache, as of the cached moment."""

CACHE_SECONDS = 900.0
"""Seconds for which events stay cached for buttons and as a start for a fresh look-up."""

MOST_EVENTS = 20_000
"""Most events cached in all, about 40 MB; a room that has more by itself is not cached."""

_MOST_QUERIES = 1000

PlaceKey = tuple[str, str, str | None, str | None, tuple[str, ...]]
QueryKey = tuple[tuple[Identifier, ...], tuple[str, ...], str, tuple[str, ...] | None, bool]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that was read of a target, before it is cut to a window."""

    target: Target
    types: tuple[str, ...]
    as_of: datetime
    fetched: Fetched
    notes: tuple[str, ...] = ()
    """Notes for every answer made from this snapshot, for example about workspaces not asked."""

    @property
    def place_key(self) -> PlaceKey:
        """A key that is equal for look-ups that read the same events.

        A session has the key of its room, because its events are read from the room.
        """
        return place_key(self.target, self.types)


def snapshot_of(report: Report) -> Snapshot:
    """Return the snapshot that the report was built from."""
    events = report.events  # already distinct and in order
    if report.beyond:
        events = distinct_events((*events, *report.beyond))
    fetched = Fetched(events, report.completeness)
    return Snapshot(report.target, report.types, report.as_of, fetched, report.notes)


def place_key(target: Target, types: tuple[str, ...]) -> PlaceKey:
    """Return the key of the filters by which the events are read."""
    return (target.room.workspace, target.room.id, target.peer_id, target.user_id, types)


def query_key(query: LookupQuery) -> QueryKey:
    """Return a key that is equal for questions about the same target.

    The window is not part of it, because events are cut to the window after they are read.
    """
    named = any(clue.kind is IdentifierKind.PERSON for clue in query.clues)
    follows = query.follow_up and named  # only then does it matter who named the room
    return (query.clues, query.types, query.workspace, query.workspaces, follows)


class EventCache:
    """The latest snapshot of each place, limited by age and by number of events."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._places: TTLCache[PlaceKey, Snapshot] = TTLCache(
            MOST_EVENTS, CACHE_SECONDS, timer, _weight
        )
        self._targets: TTLCache[QueryKey, tuple[Target, tuple[str, ...]]] = TTLCache(
            _MOST_QUERIES, CACHE_SECONDS, timer
        )

    def store(self, snapshot: Snapshot, query: LookupQuery | None = None) -> None:
        """Store the snapshot, unless it is incomplete or a newer one is stored already."""
        cached = self._places.get(snapshot.place_key)
        newer = cached is not None and cached.as_of > snapshot.as_of
        if not snapshot.fetched.completeness.complete or newer:
            return
        if _weight(snapshot) <= MOST_EVENTS:
            self._places[snapshot.place_key] = snapshot
            if query:
                self._targets[query_key(query)] = (snapshot.target, snapshot.notes)

    def clear(self) -> None:
        """Remove all snapshots."""
        self._places.clear()
        self._targets.clear()

    def find_for_query(self, query: LookupQuery) -> Snapshot | None:
        """Return the snapshot that the same question last read, with its own target.

        The snapshot may be of any age. Returns None if there is none.
        """
        entry = self._targets.get(query_key(query))
        if entry is None:
            return None
        target, notes = entry
        cached = self._places.get(place_key(target, query.types))
        return replace(cached, target=target, notes=notes) if cached else None

    def find_for_button(self, saved_lookup: SavedLookup) -> Snapshot | None:
        """Return a snapshot that holds everything the button's answer knew.

        Returns None if there is none.
        """
        place = (
            saved_lookup.workspace,
            saved_lookup.room_id,
            saved_lookup.peer_id,
            saved_lookup.user_id,
            saved_lookup.types,
        )
        cached = self._places.get(place)
        return cached if cached and cached.as_of >= saved_lookup.as_of else None


def _weight(snapshot: Snapshot) -> int:
    return len(snapshot.fetched.events) + 1
