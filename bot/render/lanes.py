"""Who had trouble when, as lanes of letters: a drawing that needs neither colour nor a mouse."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.diagnosis import Outcome, Person, Story
from bot.domain.places import Session
from bot.domain.text import clip
from bot.render.words import free, name_of

WIDTH, LABEL, _TICK = 48, 16, 12
_NEAR = timedelta(minutes=30)
_LEAST = timedelta(minutes=1)
_FINE = timedelta(minutes=10)
COARSE = timedelta(hours=20)
"""From here on a time of day needs its date."""

SIGNS: Mapping[Outcome, str] = {
    "gave_up": "X",
    "blocked": "B",
    "left": "W",
    "unknown": "?",
    "recovered": "R",
}
"""Gravest first; the sign stands where a failure was last reported."""
LEGEND = (
    "X gave up  B blocked  W left while failing  ? end not known  R recovered",
    "~ failing  J joined  L left  = in the call  . not there, or not known",
)
GRAVITY = {outcome: rank for rank, outcome in enumerate(SIGNS)}
"""Outcomes by rank, the gravest 0."""
_LAYERS = ".=~JL" + "".join(SIGNS.values())[::-1]
"""What is drawn over what: the later, the stronger."""

Stay = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class Lane:
    """One person's failures and stays."""

    person: Person
    stories: tuple[Story, ...]
    stays: tuple[Stay, ...]

    @property
    def weight(self) -> tuple[int, datetime]:
        """Worst first, then earliest."""
        return min(GRAVITY[one.outcome] for one in self.stories), self.stories[0].first_at


def lanes_of(stories: Iterable[Story], sessions: Iterable[Session]) -> list[Lane]:
    """A lane for each person with a failure, worst first."""
    mine: dict[str, list[Story]] = {}
    for story in stories:
        mine.setdefault(story.person.key, []).append(story)
    stays = _stays(sessions)
    lanes = [
        Lane(
            own[0].person,
            tuple(own),
            tuple(s for peer in own[0].person.peer_ids for s in stays.get(peer.lower(), ())),
        )
        for own in mine.values()
    ]
    return sorted(lanes, key=lambda lane: (lane.weight, lane.person.key))


def drawing_of(lanes: Sequence[Lane]) -> list[str]:
    """The lanes under a time axis in UTC."""
    begins, ends = reach_of(lanes)
    rows = (f"{label_of(lane.person):<{LABEL}}{_row(lane, begins, ends)}" for lane in lanes)
    return [*_axis(begins, ends), *rows]


def label_of(person: Person) -> str:
    """A name short enough for the left edge."""
    name = name_of(next(iter(person.names), "")) or free(person.user_id) or "no name"
    return clip(name, LABEL - 2)


def _stays(sessions: Iterable[Session]) -> dict[str, list[Stay]]:
    found: dict[str, list[Stay]] = {}
    for session in sessions:
        for key, peer in session.peers.items():
            stay = (peer.joined_at, peer.left_at or session.ended_at)
            found.setdefault((peer.id or key).lower(), []).append(stay)
    return found


def reach_of(lanes: Sequence[Lane]) -> tuple[datetime, datetime]:
    """From the first trouble to the last, and the comings and goings around it."""
    begins = min(story.first_at for lane in lanes for story in lane.stories)
    ends = max(story.last_at for lane in lanes for story in lane.stories)
    moments = [at for lane in lanes for stay in lane.stays for at in stay if at]
    near = [at for at in moments if begins - _NEAR <= at <= ends + _NEAR]
    begins, ends = min([begins, *near]), max([ends, *near])
    return begins, max(ends, begins + _LEAST)


def _axis(begins: datetime, ends: datetime) -> Iterator[str]:
    length = ends - begins
    form = "%H:%M:%S" if length < _FINE else "%H:%M" if length < COARSE else "%m-%d %H:%M"
    ticks = [begins + length * column / (WIDTH - 1) for column in range(0, WIDTH, _TICK)]
    yield (
        f"{'UTC':<{LABEL}}"
        + "".join(f"{tick.astimezone(UTC):{form}}".ljust(_TICK) for tick in ticks).rstrip()
    )
    yield " " * LABEL + ("|" + " " * (_TICK - 1)) * len(ticks)


def _row(lane: Lane, begins: datetime, ends: datetime) -> str:
    canvas = _Canvas(begins, ends)
    for stay in lane.stays:
        canvas.stay(*stay)
    for story in lane.stories:
        canvas.draw("~", story.first_at, story.last_at)
        canvas.draw(SIGNS[story.outcome], story.last_at, story.last_at)
    return "".join(canvas.cells)


class _Canvas:
    """One lane's columns, from `begins` to `ends`."""

    def __init__(self, begins: datetime, ends: datetime) -> None:
        self.cells = ["."] * WIDTH
        self._begins = begins
        self._ends = ends

    def draw(self, sign: str, first: datetime, last: datetime) -> None:
        """The sign in every column from first to last, but over nothing stronger."""
        for at in range(self._column(first), self._column(last) + 1):
            self.cells[at] = max(self.cells[at], sign, key=_LAYERS.index)

    def stay(self, joined: datetime | None, left: datetime | None) -> None:
        """Somebody's time in the call, as far as it is within the axis."""
        if joined is None or joined > self._ends or (left and left < self._begins):
            return
        self.draw("=", joined, left or self._ends)
        for sign, at in (("J", joined), ("L", left)):
            if at and self._begins <= at <= self._ends:
                self.draw(sign, at, at)

    def _column(self, at: datetime) -> int:
        share = (at - self._begins) / (self._ends - self._begins)
        return min(max(round(share * (WIDTH - 1)), 0), WIDTH - 1)
