"""The events of one room, sorted once, and filtered once per distinct query."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from workbench.pretend_hundredms.ids import nanoseconds
from workbench.pretend_hundredms.world import ERROR_TYPES, Event

_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of a query of a room's events: all of them hold, and any of ``types``."""

    room_id: str
    types: frozenset[str] = frozenset()
    session_id: str = ""
    peer_id: str = ""
    user_id: str = ""
    beam_id: str = ""
    errors_only: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """Whether the letter case of ids must fit."""

    ids: bool = False
    peers: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Events in ascending order and, beside them, their nanoseconds since 1970."""

    events: Sequence[Event]
    times: Sequence[int]

    def between(self, first: int, last: int) -> range:
        """The positions of the events within the two times, both included."""
        return range(bisect_left(self.times, first), bisect_right(self.times, last))


class Shelf:
    """All events of one room. Rows once handed out never change."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._rows = _sorted(events)
        self._known: dict[tuple[Filters, Case], Rows] = {}

    @property
    def events(self) -> Sequence[Event]:
        """Every event, oldest first."""
        return self._rows.events

    def add(self, events: Iterable[Event]) -> None:
        """Events that arrive late; snapshots taken before do not show them."""
        self._rows = _sorted([*self._rows.events, *events])
        self._known.clear()

    def drop(self, is_wrong: Callable[[Event, int], bool]) -> None:
        """Take away the events for which that holds, given with their nanoseconds since 1970."""
        rows = zip(self._rows.events, self._rows.times, strict=True)
        self._rows = _sorted([event for event, at in rows if not is_wrong(event, at)])
        self._known.clear()

    def select(self, filters: Filters, case: Case) -> Rows:
        """The events that fit, oldest first."""
        key = (filters, case)
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = self._filtered(filters, case)
        return self._known[key]

    def _filtered(self, filters: Filters, case: Case) -> Rows:
        types = filters.types
        if filters.errors_only:
            types = frozenset(ERROR_TYPES) & types if types else frozenset(ERROR_TYPES)
        nothing_fits = filters.errors_only and not types
        fields = _wanted_fields(filters, case)
        kept = [
            position
            for position, event in enumerate(self._rows.events)
            if not nothing_fits and (not types or event["type"] in types) and _fits(event, fields)
        ]
        rows = self._rows
        return Rows([rows.events[n] for n in kept], [rows.times[n] for n in kept])


def _sorted(events: Iterable[Event]) -> Rows:
    timed = sorted(
        ((nanoseconds(event["timestamp"]), event) for event in events),
        key=lambda pair: (pair[0], pair[1]["id"]),
    )
    return Rows([event for _, event in timed], [time for time, _ in timed])


def _wanted_fields(filters: Filters, case: Case) -> list[tuple[str, str, bool]]:
    # A user id is the customer's own text: its case always counts.
    wanted = [
        ("session_id", filters.session_id, case.ids),
        ("peer_id", filters.peer_id, case.peers),
        ("user_id", filters.user_id, True),
        ("beam_id", filters.beam_id, case.ids),
    ]
    return [(name, text if exact else text.lower(), exact) for name, text, exact in wanted if text]


def _fits(event: Event, fields: list[tuple[str, str, bool]]) -> bool:
    data = event["data"]
    for name, wanted, exact in fields:
        text = data.get(name) or ""
        if (text if exact else text.lower()) != wanted:
            return False
    return True
