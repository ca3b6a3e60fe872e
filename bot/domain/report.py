"""The report of a finished look-up: its question, its events and their completeness."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter

from bot.domain.diagnosis import Diagnosis
from bot.domain.diagnosis.other_rooms import FailureTime, OtherRooms, weigh_other_rooms
from bot.domain.events import ERROR_TYPES, ErrorEvent, has_duplicates, sort_events
from bot.domain.privacy.personal_names import Names
from bot.domain.rooms import Session, TrackEvent
from bot.domain.status_page import STATUS_CHECK, StatusFinding
from bot.domain.target import Target

_SENDER, _FAILURE = attrgetter("sender"), attrgetter("failure")


@dataclass(frozen=True, slots=True)
class TypeTally:
    """Rows received of one event type, and the total that 100ms reported (None: not known)."""

    fetched: int = 0
    total: int | None = 0
    note: str | None = None
    """The reason why rows are missing, in a sentence; None if none are."""
    unreadable: int = 0
    """Number of rows that were received and could not be read."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """The completeness of an answer's error events.

    `total` is None if it is not known for a type. `complete` refers to events alone; `notes` name
    everything that could not be read, `types_unread` the types with events missing. `unreadable`
    counts those of the rows received (`fetched`) that could not be read.
    """

    fetched: int
    total: int | None
    complete: bool
    notes: tuple[str, ...] = ()
    types_unread: tuple[str, ...] = ()
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """Number of distinct events, and of terminal ones among them."""

    events: int = 0
    terminal: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """The time asked for, UTC, both ends included. None: as far as 100ms keeps events."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The facts of an answer. `events` are distinct, in order, and cut to session and window."""

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
    """Remarks for the reader on how the target was found."""
    by_type: Mapping[str, Count] = field(default_factory=dict)
    beyond: tuple[ErrorEvent, ...] = ()
    """Events that were read and then cut off: not part of the answer, but of the evidence."""
    remarks: tuple[str, ...] = ()
    """Parts of the question that were not understood or left out; shown before anything else."""
    follow_up: bool = False
    """Whether the question continues an earlier answer, so that this one says what it is about."""
    diagnosis: Diagnosis | None = None
    """None until the diagnosis is done, which the first answer does not wait for."""
    names: Names = Names.FULL
    """The extent to which people's names are shown; the names here are rewritten already."""
    hides_user: bool = False
    """Whether the user id asked for is hidden; if so, no button may carry it either."""
    surroundings: "Surroundings | None" = None
    """The surroundings of the failure, which weigh the verdict; None if they were not read."""
    reads_status_page: bool = False
    """Whether the bot reads the status page, so that no step asks a person to look there."""

    @property
    def failures(self) -> tuple[ErrorEvent, ...]:
        """The terminal events, oldest first."""
        return tuple(event for event in self.events if event.is_terminal)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Other rooms and the status page at the time of a failure. They name no person.

    `as_of` is the moment of that report. `others` is None if no room was read, `status` is None if
    the status page was not.
    """

    as_of: datetime
    failure: FailureTime
    others: OtherRooms | None = None
    status: StatusFinding | None = None


def with_surroundings(report: Report, surroundings: Surroundings | None) -> Report:
    """Return the report with its surroundings, and the verdict to which they lead (R20).

    Those of another report are left out.
    """
    if surroundings is None or surroundings.as_of != report.as_of:
        return report
    diagnosis = report.diagnosis
    if surroundings.others is not None and diagnosis is not None:
        diagnosis = weigh_other_rooms(diagnosis, surroundings.others)
    return replace(report, diagnosis=diagnosis, surroundings=surroundings)


def words_of_step(report: Report, step: str) -> str:
    """Return a step of the report's diagnosis, in the words for its readers."""
    return step.replace(STATUS_CHECK, "") if report.reads_status_page else step


def distinct_events(events: Iterable[ErrorEvent]) -> tuple[ErrorEvent, ...]:
    """Return events in order of time, without repeated ids (100ms documents no uniqueness)."""
    ordered = sort_events(events)
    if not has_duplicates(ordered):
        return tuple(ordered)
    by_id: dict[str, ErrorEvent] = {}
    for event in ordered:
        by_id.setdefault(event.id, event)
    return tuple(by_id.values())


def count_by_type(events: Iterable[ErrorEvent]) -> dict[str, Count]:
    """Return events and terminal events by type; the five error types are included even at zero."""
    counts = {kind: [0, 0] for kind in ERROR_TYPES}
    for failure, times in Counter(map(_FAILURE, events)).items():
        pair = counts.setdefault(failure.type, [0, 0])
        pair[0] += times
        pair[1] += times * failure.is_terminal
    return {kind: Count(*pair) for kind, pair in counts.items()}


def peers_of(events: Iterable[ErrorEvent]) -> set[str]:
    """Return distinct peer ids, ignoring case: iOS was seen sending upper case."""
    return {sender.peer_id.lower() for sender in set(map(_SENDER, events)) if sender.peer_id}
