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

KEPT_SECONDS = 900.0
"""So long a button finds its events here, and a fresh look-up starts from what is known."""

MOST_EVENTS = 20_000
"""Events kept in all, about 40 MB; a room that alone has more is not kept."""

_QUESTIONS = 1000

PlaceKey = tuple[str, str, str | None, str | None, tuple[str, ...]]
QuestionKey = tuple[tuple[Identifier, ...], tuple[str, ...], str, tuple[str, ...] | None]


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
    def place(self) -> PlaceKey:
        """Equal for look-ups that read the same events: a session's are those of its room."""
        return place_of(self.target, self.types)


def snapshot_of(report: Report) -> Snapshot:
    """What the report was made of."""
    events = report.events  # distinct and in order already
    if report.beyond:
        events = distinct_events((*events, *report.beyond))
    fetched = Fetched(events, report.completeness)
    return Snapshot(report.target, report.types, report.as_of, fetched, report.notes)


def place_of(target: Target, types: tuple[str, ...]) -> PlaceKey:
    """What the events are read by."""
    return (target.room.workspace, target.room.id, target.peer_id, target.user_id, types)


def key_of(question: LookupQuery) -> QuestionKey:
    """Equal for questions about the same; the window is cut later, on our side."""
    return (question.clues, question.types, question.workspace, question.workspaces)


class EventCache:
    """The latest snapshot of each place, bounded by time and by the number of events."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._places: TTLCache[PlaceKey, Snapshot] = TTLCache(
            MOST_EVENTS, KEPT_SECONDS, timer, _weight
        )
        self._targets: TTLCache[QuestionKey, tuple[Target, tuple[str, ...]]] = TTLCache(
            _QUESTIONS, KEPT_SECONDS, timer
        )

    def keep(self, snapshot: Snapshot, question: LookupQuery | None = None) -> None:
        """Keep it, if it proves to be complete and no newer one is there."""
        known = self._places.get(snapshot.place)
        newer = known is not None and known.as_of > snapshot.as_of
        if not snapshot.fetched.completeness.complete or newer:
            return
        if _weight(snapshot) <= MOST_EVENTS:
            self._places[snapshot.place] = snapshot
            if question:
                self._targets[key_of(question)] = (snapshot.target, snapshot.notes)

    def clear(self) -> None:
        """Let go of everything."""
        self._places.clear()
        self._targets.clear()

    def of_question(self, question: LookupQuery) -> Snapshot | None:
        """What the same question last read, with its own target; however old."""
        meant = self._targets.get(key_of(question))
        if meant is None:
            return None
        target, notes = meant
        known = self._places.get(place_of(target, question.types))
        return replace(known, target=target, notes=notes) if known else None

    def of_button(self, handle: SavedLookup) -> Snapshot | None:
        """What holds everything that the button's answer knew."""
        place = (handle.workspace, handle.room_id, handle.peer_id, handle.user_id, handle.types)
        known = self._places.get(place)
        return known if known and known.as_of >= handle.as_of else None


def _weight(snapshot: Snapshot) -> int:
    return len(snapshot.fetched.events) + 1
