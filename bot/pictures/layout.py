"""What is to be drawn, and where along the time axis: pure, no colour and no pixel.

When somebody's microphone, camera and screen were on, out of their track events.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from bot.domain.diagnosis import Outcome, Story
from bot.domain.report import Report
from bot.domain.rooms import TrackEvent
from bot.render.filters import count
from bot.render.phrases import safe_text, name_of
from bot.render.timeline import (
    COARSE,
    GRAVITY,
    Lane,
    gravest,
    label_of,
    lanes_of,
    people_without_errors,
    reach_of,
    stretches,
)


@dataclass(frozen=True, slots=True)
class Signal:
    """A stretch in which a medium was sent; `until` is None if nothing tells its end."""

    media: str
    since: datetime
    until: datetime | None


def signals_of(tracks: Iterable[TrackEvent]) -> Mapping[str, tuple[Signal, ...]]:
    """The signals of each peer (id in small letters), in order of time."""
    ours = [one for one in tracks if one.peer_id and one.media]
    ours.sort(key=lambda one: (_track(one), one.at, one.id))
    found: dict[str, list[Signal]] = {}
    for (peer, media, _), rows in groupby(ours, key=_track):
        found.setdefault(peer, []).extend(_signals(media, rows))
    return {
        peer: tuple(sorted(own, key=lambda one: (one.since, one.media)))
        for peer, own in found.items()
    }


def _track(one: TrackEvent) -> tuple[str, str, str]:
    media = "screen" if one.source == "screen" else one.media or ""
    return ((one.peer_id or "").lower(), media, one.track_id or "")


def _signals(media: str, rows: Iterable[TrackEvent]) -> Iterator[Signal]:
    """On from adding or unmuting, off from muting or removing."""
    since: datetime | None = None
    for row in rows:
        on = row.change != "remove" and not row.mute
        if on and since is None:
            since = row.at
        elif not on and since is not None:
            yield Signal(media, since, row.at)
            since = None
    if since is not None:
        yield Signal(media, since, None)


ROWS = 10
"""More people than this do not fit on a phone; the rest is counted."""
_TICKS = 4
_FINE = timedelta(minutes=10)

Interval = tuple[float, float]
"""From and to, as shares of the time axis: 0 is its start, 1 its end."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Where a failure was last reported, and how it ended."""

    at: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Row:
    """One person's lane. `signals` are by medium: `audio`, `video`, `screen`."""

    label: str
    stays: tuple[Interval, ...]
    signals: Mapping[str, tuple[Interval, ...]]
    failing: tuple[Interval, ...]
    joined: tuple[float, ...]
    left: tuple[float, ...]
    marks: tuple[Marker, ...]


@dataclass(frozen=True, slots=True)
class TimelineLayout:
    """A whole timeline. `starts` are where sessions began; `ticks` are places and their times."""

    heading: str
    about: str
    lanes: tuple[Lane, ...]
    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]
    starts: tuple[float, ...]
    rest: str


def layout_of(report: Report) -> TimelineLayout | None:
    """The gravest stretch of trouble in a report; None if there is no failure to draw."""
    diagnosis = report.diagnosis
    if diagnosis is None:
        return None
    runs = list(stretches(diagnosis.stories))
    if not runs:
        return None
    run = gravest(runs)
    lanes = lanes_of(run, report.sessions)
    axis = _Axis(*reach_of(lanes))
    people, failures = count(len(lanes), "person", "people"), count(len(run), "failure", "failures")
    signals = signals_of(report.tracks)
    healthy = people_without_errors(report, diagnosis)
    return TimelineLayout(
        heading=_heading(report, axis.begins),
        about=f"{people} with {failures}",
        lanes=tuple(lanes),
        rows=tuple(_row(lane, axis, signals) for lane in lanes[:ROWS]),
        ticks=tuple(axis.ticks()),
        starts=tuple(axis.starts(report)),
        rest=" ".join(_rest(len(lanes) - ROWS, healthy, len(runs) - 1)),
    )


def _heading(report: Report, begins: datetime) -> str:
    room = report.target.room
    return f"{name_of(room.name) or safe_text(room.id)}, {begins.astimezone(UTC):%Y-%m-%d} (UTC)"


def _rest(people: int, healthy: int, runs: int) -> Iterator[str]:
    if people > 0:
        yield f"{count(people, 'more person', 'more people')} with failures not drawn."
    if healthy:
        yield f"{count(healthy, 'person', 'people')} in the room without failures."
    if runs:
        yield f"{count(runs, 'other stretch', 'other stretches')} of trouble not drawn."


def _row(lane: Lane, axis: "_Axis", signals: Mapping[str, Sequence[Signal]]) -> Row:
    mine = [one for peer in lane.person.peer_ids for one in signals.get(peer.lower(), ())]
    stays = [stay for stay in lane.stays if axis.meets(stay[0], stay[1])]
    return Row(
        label=label_of(lane.person),
        stays=tuple(axis.stretch(joined, left) for joined, left in stays),
        signals={
            media: tuple(
                axis.stretch(one.since, one.until or _end(lane, one.since))
                for one in mine
                if one.media == media and axis.meets(one.since, one.until)
            )
            for media in ("audio", "video", "screen")
        },
        failing=tuple(axis.stretch(one.first_at, one.last_at) for one in lane.stories),
        joined=tuple(axis.at(joined) for joined, _ in stays if axis.shows(joined)),
        left=tuple(axis.at(left) for _, left in stays if axis.shows(left)),
        marks=tuple(Marker(axis.at(one.last_at), one.outcome) for one in _by_gravity(lane.stories)),
    )


def _end(lane: Lane, since: datetime) -> datetime | None:
    """A signal ends with the stay it was sent in."""
    ends = [left for joined, left in lane.stays if joined and left and joined <= since <= left]
    return min(ends, default=None)


def _by_gravity(stories: Sequence[Story]) -> list[Story]:
    """Gravest last: it is drawn over the others."""
    return sorted(stories, key=lambda one: (-GRAVITY[one.outcome], one.last_at))


class _Axis:
    """From the first moment drawn to the last."""

    def __init__(self, begins: datetime, ends: datetime) -> None:
        self.begins = begins
        self._ends = ends
        self._length = ends - begins

    def at(self, moment: datetime | None) -> float:
        """The moment's place; the end for None, the nearest edge for what lies outside."""
        if moment is None:
            return 1.0
        return min(max((moment - self.begins) / self._length, 0.0), 1.0)

    def shows(self, moment: datetime | None) -> bool:
        return moment is not None and self.begins <= moment <= self._ends

    def meets(self, since: datetime | None, until: datetime | None) -> bool:
        """True if a stretch that began reaches into the axis."""
        return since is not None and since <= self._ends and not (until and until < self.begins)

    def stretch(self, since: datetime | None, until: datetime | None) -> Interval:
        return (self.at(since), self.at(until))

    def ticks(self) -> Iterator[tuple[float, str]]:
        length = self._length
        form = "%H:%M:%S" if length < _FINE else "%H:%M" if length < COARSE else "%m-%d %H:%M"
        for step in range(_TICKS):
            share = step / (_TICKS - 1)
            yield share, f"{(self.begins + length * share).astimezone(UTC):{form}}"

    def starts(self, report: Report) -> Iterator[float]:
        """Where sessions of the room began."""
        for session in report.sessions:
            if self.shows(session.created_at):
                yield self.at(session.created_at)
