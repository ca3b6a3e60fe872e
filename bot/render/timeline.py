"""The timeline of a person or a room: its stretches of trouble, and a drawing for the terminal.

The drawing has lanes of letters, and needs neither colour nor a mouse.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.diagnosis import Diagnosis, Outcome, Person, Story
from bot.domain.report import Report
from bot.domain.rooms import Session
from bot.domain.text import clip
from bot.render.phrases import display_name, safe_text

WIDTH, LABEL, _TICK = 48, 16, 12
_NEAR = timedelta(minutes=30)
_MIN_LENGTH = timedelta(minutes=1)
_FINE = timedelta(minutes=10)
COARSE = timedelta(hours=20)
"""In stretches from this length on, a time of day needs its date."""

SIGNS: Mapping[Outcome, str] = {
    "gave_up": "X",
    "blocked": "B",
    "left": "W",
    "unknown": "?",
    "recovered": "R",
}
"""Gravest first; the sign stands where a failure was last reported."""
LEGEND = (
    "X did not recover  B blocked  W left while failing  ? end not known  R recovered",
    "~ failing  J joined  L left  = in the call  . not there, or not known",
)
GRAVITY = {outcome: rank for rank, outcome in enumerate(SIGNS)}
"""Outcomes by rank, the gravest 0."""
_LAYERS = ".=~JL" + "".join(SIGNS.values())[::-1]
"""The order of drawing: a later sign covers an earlier one."""

Stay = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class Lane:
    """One person's failures and stays."""

    person: Person
    stories: tuple[Story, ...]
    stays: tuple[Stay, ...]

    @property
    def weight(self) -> tuple[int, datetime]:
        """The sort key: worst first, then earliest."""
        return min(GRAVITY[story.outcome] for story in self.stories), self.stories[0].first_at

    @property
    def recovered(self) -> bool:
        """Whether the person recovered from every failure."""
        return all(story.outcome == "recovered" for story in self.stories)


def build_lanes(stories: Iterable[Story], sessions: Iterable[Session]) -> list[Lane]:
    """Return a lane for each person with a failure, worst first."""
    stories_by_person: dict[str, list[Story]] = {}
    for story in stories:
        stories_by_person.setdefault(story.person.key, []).append(story)
    stays = _stays_by_peer(sessions)
    lanes = [
        Lane(
            person_stories[0].person,
            tuple(person_stories),
            tuple(
                s for peer in person_stories[0].person.peer_ids for s in stays.get(peer.lower(), ())
            ),
        )
        for person_stories in stories_by_person.values()
    ]
    return sorted(lanes, key=lambda lane: (lane.weight, lane.person.key))


def draw_lanes(lanes: Sequence[Lane]) -> list[str]:
    """Return the lanes under a time axis in UTC."""
    begins, ends = time_range(lanes)
    rows = (f"{person_label(lane.person):<{LABEL}}{_row(lane, begins, ends)}" for lane in lanes)
    return [*_axis(begins, ends), *rows]


def person_label(person: Person) -> str:
    """Return a name short enough for the left edge."""
    return clip(full_name(person), LABEL - 2)


def full_name(person: Person) -> str:
    """Return the first name known of a person, else the user id."""
    name = display_name(next(iter(person.names), "")) or safe_text(person.user_id)
    return name or "Unnamed participant"


def _stays_by_peer(sessions: Iterable[Session]) -> dict[str, list[Stay]]:
    stays: dict[str, list[Stay]] = {}
    for session in sessions:
        for key, peer in session.peers.items():
            stay = (peer.joined_at, peer.left_at or session.ended_at)
            stays.setdefault((peer.id or key).lower(), []).append(stay)
    return stays


def time_range(lanes: Sequence[Lane]) -> tuple[datetime, datetime]:
    """Return the first and the last moment of trouble, with nearby joins and leaves."""
    begins = min(story.first_at for lane in lanes for story in lane.stories)
    ends = max(story.last_at for lane in lanes for story in lane.stories)
    moments = [at for lane in lanes for stay in lane.stays for at in stay if at]
    near = [at for at in moments if begins - _NEAR <= at <= ends + _NEAR]
    begins, ends = min([begins, *near]), max([ends, *near])
    return begins, max(ends, begins + _MIN_LENGTH)


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
    canvas = _TextRow(begins, ends)
    for stay in lane.stays:
        canvas.stay(*stay)
    for story in lane.stories:
        canvas.draw("~", story.first_at, story.last_at)
        canvas.draw(SIGNS[story.outcome], story.last_at, story.last_at)
    return "".join(canvas.cells)


class _TextRow:
    """One lane's columns, from `begins` to `ends`."""

    def __init__(self, begins: datetime, ends: datetime) -> None:
        self.cells = ["."] * WIDTH
        self._begins = begins
        self._ends = ends

    def draw(self, sign: str, first: datetime, last: datetime) -> None:
        """Draw the sign in every column from first to last, except over stronger signs."""
        for at in range(self._column(first), self._column(last) + 1):
            self.cells[at] = max(self.cells[at], sign, key=_LAYERS.index)

    def stay(self, joined: datetime | None, left: datetime | None) -> None:
        """Draw a person's time in the call, as far as it is within the axis."""
        if joined is None or joined > self._ends or (left and left < self._begins):
            return
        self.draw("=", joined, left or self._ends)
        for sign, at in (("J", joined), ("L", left)):
            if at and self._begins <= at <= self._ends:
                self.draw(sign, at, at)

    def _column(self, at: datetime) -> int:
        share = (at - self._begins) / (self._ends - self._begins)
        return min(max(round(share * (WIDTH - 1)), 0), WIDTH - 1)


_MAX_GAP = timedelta(hours=1)
"""Failures further apart than this are drawn separately: in one drawing, minutes would vanish."""


def people_without_errors(report: Report, diagnosis: Diagnosis) -> int:
    """Return the number of people in the room without errors; 0 if it is not known."""
    people = diagnosis.people
    if people.in_room is None or not report.completeness.complete:
        return 0
    return max(people.in_room - people.affected, 0)


def stretches(stories: Sequence[Story]) -> Iterator[list[Story]]:
    """Yield runs of stories without a long silence; stories without a readable time are omitted."""
    run: list[Story] = []
    latest: datetime | None = None
    timed = (story for story in stories if story.timed)
    for story in sorted(timed, key=lambda item: (item.first_at, item.id)):
        if latest is not None and story.first_at - latest > _MAX_GAP:
            yield run
            run, latest = [], None
        run.append(story)
        latest = max(latest or story.last_at, story.last_at)
    if run:
        yield run


def gravest_run(runs: Iterable[list[Story]]) -> list[Story]:
    """Return the run in which most people failed for good; among equal runs, the latest."""
    return max(runs, key=_gravity)


def _gravity(run: Sequence[Story]) -> tuple[int, datetime]:
    failed_people = {story.person.key for story in run if story.failed_for_good}
    return (len(failed_people), run[-1].last_at)
