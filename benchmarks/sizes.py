"""Sizes of everything measured: those of the table, and small ones for a trial run."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from workbench.swift_hundredms.plan import RoomPlan

ONE_TYPE = "client.publish.failed"
SMALL_ROOM_EVENTS = 20


@dataclass(frozen=True, slots=True)
class RoomSet:
    """The rooms of one character, by name; `label` ends the names of their rows."""

    label: str
    even: str
    huge: str
    one_type: str
    first: str
    """A prefix of a number."""


REAL = RoomSet("", "real", "real-huge", "real-one-type", "real-first")
KIND = RoomSet(" (kind room)", "even", "huge", "one-type", "first")
"""Rooms in which few texts repeat often, of few people."""
ROOM_SETS = (REAL, KIND)


@dataclass(frozen=True, slots=True)
class Shape:
    """A real room by its numbers."""

    events: int
    people: int
    sessions: int

    @property
    def name(self) -> str:
        """The name of the room."""
        return f"grown-{self.events}-{self.people}-{self.sessions}"

    def plan(self) -> RoomPlan:
        """The room, whose sessions go over all days that 100ms keeps."""
        return RoomPlan(
            self.name,
            events=self.events,
            people=self.people,
            sessions=self.sessions,
            terminal=min(50, self.events // 10),
            days=29.0,
            real=True,
        )


@dataclass(frozen=True, slots=True)
class Sizes:
    """Events, sessions, look-ups and repetitions of each measurement; delays in seconds."""

    events: int = 10_000
    huge: int = 100_000
    terminal: int = 200
    people: int = 40
    real_people: int = 200
    sessions: int = 5
    many_sessions: int = 20
    searched_rooms: int = 60
    searched_sessions: int = 50
    searched_people: int = 12
    at_once: int = 200
    failures: int = 200
    repeats: int = 3
    first_answers: int = 5
    delays: tuple[float, ...] = (0.0, 0.05, 0.2)
    delay: float = 0.05
    base: Shape = Shape(10_000, 200, 1)
    grown: tuple[tuple[int, ...], ...] = (
        (100, 1_000, 10_000, 100_000),
        (10, 200, 5_000),
        (1, 20, 500),
    )
    """Events, people and sessions that are put into the base, one at a time."""
    replicas: tuple[int, ...] = (1, 2, 4)
    questions: int = 500
    quiet: float = 2.0
    """After so many seconds without a call the bot is at rest."""
    ages: tuple[float, ...] = (1 / 6, 1 / 2, 5 / 6)
    """Positions of the peers to search for, newest first, as shares of all sessions."""

    @property
    def chain(self) -> int:
        """Pages of the longest chain when events go evenly over five types."""
        return -(-self.events // 5 // 100)


FULL = Sizes()
SMALL = Sizes(
    events=1_000,
    huge=2_000,
    terminal=12,
    people=10,
    real_people=20,
    sessions=2,
    many_sessions=4,
    searched_rooms=10,
    searched_sessions=25,
    searched_people=4,
    at_once=10,
    failures=20,
    repeats=1,
    first_answers=1,
    delays=(0.01,),
    delay=0.01,
    base=Shape(200, 10, 1),
    grown=((100, 200), (5, 10), (1, 2)),
    replicas=(2,),
    questions=10,
    quiet=0.5,
    ages=(1 / 2,),
)


def plans(sizes: Sizes) -> list[dict[str, Any]]:
    """The rooms of the pretend 100ms, as its plan file holds them."""
    rooms = [
        RoomPlan("empty", sessions=1, people=0, tracks=False),
        *(room for rooms in ROOM_SETS for room in _of_set(rooms, sizes)),
        *(
            _even(REAL, f"beside-{delay}-{turn}", sizes)
            for delay in range(len(sizes.delays))
            for turn in range(sizes.repeats)
        ),
        RoomPlan("failures", events=sizes.failures, people=sizes.people, terminal=sizes.failures),
        *_small(sizes.at_once),
        *(
            RoomPlan(
                f"searched-{number}",
                sessions=sizes.searched_sessions,
                people=sizes.searched_people,
                tracks=False,
                days=29.5,
            )
            for number in range(sizes.searched_rooms)
        ),
    ]
    return [asdict(room) for room in rooms]


def growth_plans(sizes: Sizes) -> list[dict[str, Any]]:
    """The rooms of which one number is varied, and small ones to be asked for at once."""
    shapes = {shape for shapes in axes(sizes).values() for shape in shapes.values()}
    rooms = [*(shape.plan() for shape in shapes), *_small(sizes.questions)]
    return [asdict(room) for room in rooms]


def axes(sizes: Sizes) -> dict[str, dict[int, Shape]]:
    """The shapes in which one number is varied, by its name and value."""
    base, grown = sizes.base, sizes.grown
    return {
        "events": {number: replace(base, events=number) for number in grown[0]},
        "people": {number: replace(base, people=number) for number in grown[1]},
        "sessions": {number: replace(base, sessions=number) for number in grown[2]},
    }


def _small(count: int) -> Iterator[RoomPlan]:
    for number in range(count):
        yield RoomPlan(f"small-{number}", events=SMALL_ROOM_EVENTS, people=5, terminal=3)


def _of_set(rooms: RoomSet, sizes: Sizes) -> Iterator[RoomPlan]:
    yield _even(rooms, rooms.even, sizes)
    yield _even(rooms, rooms.huge, sizes, events=sizes.huge)
    for number in range(sizes.first_answers):
        yield _even(rooms, f"{rooms.first}-{number}", sizes)
    yield RoomPlan(
        rooms.one_type,
        events=sizes.events,
        types=(ONE_TYPE,),
        sessions=sizes.many_sessions,
        people=10,
        terminal=sizes.terminal // 2,
        real=rooms is REAL,
    )


def _even(rooms: RoomSet, name: str, sizes: Sizes, events: int = 0) -> RoomPlan:
    return RoomPlan(
        name,
        events=events or sizes.events,
        sessions=sizes.sessions,
        people=sizes.real_people if rooms is REAL else sizes.people,
        terminal=sizes.terminal,
        real=rooms is REAL,
    )
