"""A finished look-up: what was asked for, what was found, and what was not seen."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from bot.domain.diagnosis import Diagnosis
from bot.domain.events import ERROR_TYPES, ErrorEvent, has_duplicates, sort_events
from bot.domain.rooms import Session, TrackEvent
from bot.domain.target import Target

_SENDER, _FAILURE = attrgetter("sender"), attrgetter("failure")


@dataclass(frozen=True, slots=True)
class TypeTally:
    """Rows received of one event type against the total 100ms named (None: not learned)."""

    fetched: int = 0
    total: int | None = 0
    note: str | None = None
    """Why rows are missing, in a sentence; None if none are."""
    unreadable: int = 0
    """Rows that were received and could not be read."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """What an answer saw of the error events.

    `total` is None if it could not be learned for a type. `complete` speaks of events alone;
    `notes` name all that could not be read, `types_unread` the types with events missing.
    `unreadable` counts, of the rows received (`fetched`), those that could not be read.
    """

    fetched: int
    total: int | None
    complete: bool
    notes: tuple[str, ...] = ()
    types_unread: tuple[str, ...] = ()
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """Distinct events and how many of them are terminal."""

    events: int = 0
    terminal: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """The time asked for, UTC, both ends included. None: as far as 100ms keeps events."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One answer's facts. `events` are distinct, in order, and cut to session and window."""

    lookup_id: str
    target: Target
    as_of: datetime
    window: Window
    completeness: Completeness
    events: tuple[ErrorEvent, ...]
    types: tuple[str, ...] = ERROR_TYPES
    sessions: tuple[Session, ...] = ()
    tracks: tuple[TrackEvent, ...] = ()
    notes: tuple[str, ...] = ()
    """Remarks on how the target was found, for the reader."""
    by_type: Mapping[str, Count] = field(default_factory=dict)
    beyond: tuple[ErrorEvent, ...] = ()
    """Events that were read and then cut off: no part of the answer, but of the evidence."""
    remarks: tuple[str, ...] = ()
    """What of the question was not understood or left out; said before anything else."""
    diagnosis: Diagnosis | None = None
    """None until the evidence was weighed: the first answer does not wait for it."""
    hides_user: bool = False
    """The user id asked for is not shown: no button may carry it either."""

    @property
    def failures(self) -> tuple[ErrorEvent, ...]:
        """The terminal events, oldest first."""
        return tuple(event for event in self.events if event.is_terminal)


def distinct_events(events: Iterable[ErrorEvent]) -> tuple[ErrorEvent, ...]:
    """Events with repeated ids dropped (100ms documents no uniqueness), in order of time."""
    ordered = sort_events(events)
    if not has_duplicates(ordered):
        return tuple(ordered)
    by_id: dict[str, ErrorEvent] = {}
    for event in ordered:
        by_id.setdefault(event.id, event)
    return tuple(by_id.values())


def count_by_type(events: Iterable[ErrorEvent]) -> dict[str, Count]:
    """Events and terminal events by type; the five error types are there even at zero."""
    counts = {kind: [0, 0] for kind in ERROR_TYPES}
    for failure, times in Counter(map(_FAILURE, events)).items():
        pair = counts.setdefault(failure.type, [0, 0])
        pair[0] += times
        pair[1] += times * failure.is_terminal
    return {kind: Count(*pair) for kind, pair in counts.items()}


def peers_of(events: Iterable[ErrorEvent]) -> set[str]:
    """Distinct peer ids, case ignored: iOS was seen sending upper case."""
    return {sender.peer_id.lower() for sender in set(map(_SENDER, events)) if sender.peer_id}
