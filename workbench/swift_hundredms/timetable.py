"""The times of failures by person: they come in bursts, as clients that retry send them.

In each session every person has one burst for each type, if there are events enough. A larger room
of the same people has longer bursts, not more: what is told of it stays as long.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from workbench.swift_hundredms.plan import RoomPlan

_LONGEST_BURST = 100.0
_APART = 2.0
_STRIDE = 7_919
"""A prime: with it the terminal ones fall on every type and person."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One event: numbers of its session and person, its type, seconds after the session began."""

    session: int
    person: int
    kind: str
    into: float
    terminal: bool


def timetable(plan: RoomPlan) -> Iterator[Planned]:
    """Every error event of a room. ValueError if more are to be terminal than there are bursts."""
    if not plan.events:
        return
    shape = _Shape(plan)
    terminal = shape.terminal()
    for number in range(plan.events):
        session, place = divmod(number, shape.per_session)
        group, inside = divmod(place, shape.group)
        kind = number % len(plan.types)
        step = inside // len(plan.types)
        yield Planned(
            session,
            (group * 7 + kind) % plan.people,
            plan.types[kind],
            60 + shape.span * group / shape.groups + shape.apart * step,
            number in terminal,
        )


class _Shape:
    """A group is a burst of each type, side by side, each of another person."""

    def __init__(self, plan: RoomPlan) -> None:
        self._plan = plan
        types = len(plan.types)
        self.per_session = -(-plan.events // plan.sessions)
        self.length = max(1, self.per_session // (types * plan.people))
        self.group = self.length * types
        self.groups = -(-self.per_session // self.group)
        self.apart = min(_APART, _LONGEST_BURST / self.length)
        self.span = plan.minutes * 60 - 120 - _LONGEST_BURST

    def terminal(self) -> frozenset[int]:
        """The numbers of the events with which bursts end for good, spread over all bursts."""
        ends = sorted(self._ends().values())
        wanted, count = self._plan.terminal, len(ends)
        if wanted > count:
            raise ValueError(f"{self._plan.name}: {wanted} terminal events in {count} bursts")
        shuffled = sorted(range(count), key=lambda place: place * _STRIDE % count)
        return frozenset(ends[place] for place in shuffled[:wanted])

    def _ends(self) -> dict[tuple[int, int, int], int]:
        """The last event of each burst."""
        ends = {}
        for number in range(self._plan.events):
            session, place = divmod(number, self.per_session)
            ends[session, place // self.group, number % len(self._plan.types)] = number
        return ends
