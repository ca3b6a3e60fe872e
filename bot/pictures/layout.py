"""The contents of the timeline picture and their places on the time axis.

Pure: no colours and no pixels. The times at which a person's microphone, camera and screen were on
are derived from track events.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from bot.domain.diagnosis import Outcome, Story
from bot.domain.report import Report
from bot.domain.rooms import TrackEvent
from bot.render.filters import count
from bot.render.phrases import display_name, safe_text
from bot.render.timeline import (
    COARSE,
    GRAVITY,
    Lane,
    build_lanes,
    gravest_run,
    people_without_errors,
    person_label,
    stretches,
    time_range,
)


@dataclass(frozen=True, slots=True)
class Signal:
    """A stretch in which a medium was sent; `until` is None if no event ends it."""

    media: str
    since: datetime
    until: datetime | None


def build_signals(tracks: Iterable[TrackEvent]) -> Mapping[str, tuple[Signal, ...]]:
    """Return the signals of each peer (id in lower case), in order of time."""
    usable = [track for track in tracks if track.peer_id and track.media]
    usable.sort(key=lambda track: (_track_key(track), track.at, track.id))
    signals: dict[str, list[Signal]] = {}
    for (peer, media, _), rows in groupby(usable, key=_track_key):
        signals.setdefault(peer, []).extend(_signals_from(media, rows))
    return {
        peer: tuple(sorted(peer_signals, key=lambda signal: (signal.since, signal.media)))
        for peer, peer_signals in signals.items()
    }


def _track_key(track: TrackEvent) -> tuple[str, str, str]:
    media = "screen" if track.source == "screen" else track.media or ""
    return ((track.peer_id or "").lower(), media, track.track_id or "")


def _signals_from(media: str, tracks: Iterable[TrackEvent]) -> Iterator[Signal]:
    """Yield the signals of one track: on from add or unmute, off from mute or remove."""
    since: datetime | None = None
    for track in tracks:
        on = track.change != "remove" and not track.mute
        if on and since is None:
            since = track.at
        elif not on and since is not None:
            yield Signal(media, since, track.at)
            since = None
    if since is not None:
        yield Signal(media, since, None)


MAX_ROWS = 10
"""More people do not fit on a phone; the rest is counted."""
_TICKS = 4
_FINE = timedelta(minutes=10)

Interval = tuple[float, float]
"""Start and end as shares of the time axis: 0 is its start, 1 its end."""


@dataclass(frozen=True, slots=True)
class Marker:
    """The place at which a failure was last reported, and its outcome."""

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
    markers: tuple[Marker, ...]


@dataclass(frozen=True, slots=True)
class TimelineLayout:
    """A whole timeline. `starts` are starts of sessions; `ticks` are places and their times."""

    heading: str
    subtitle: str
    lanes: tuple[Lane, ...]
    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]
    starts: tuple[float, ...]
    footnote: str


def layout_of(report: Report) -> TimelineLayout | None:
    """Return the worst stretch of trouble in a report; None if there is no failure to draw."""
    diagnosis = report.diagnosis
    if diagnosis is None:
        return None
    runs = list(stretches(diagnosis.stories))
    if not runs:
        return None
    run = gravest_run(runs)
    lanes = build_lanes(run, report.sessions)
    axis = _Axis(*time_range(lanes))
    people, failures = count(len(lanes), "person", "people"), count(len(run), "failure", "failures")
    signals = build_signals(report.tracks)
    healthy = people_without_errors(report, diagnosis)
    return TimelineLayout(
        heading=_heading(report, axis.begins),
        subtitle=f"{people} with {failures}",
        lanes=tuple(lanes),
        rows=tuple(_build_row(lane, axis, signals) for lane in lanes[:MAX_ROWS]),
        ticks=tuple(axis.ticks()),
        starts=tuple(axis.starts(report)),
        footnote=" ".join(_omission_sentences(len(lanes) - MAX_ROWS, healthy, len(runs) - 1)),
    )


def _heading(report: Report, begins: datetime) -> str:
    room = report.target.room
    return (
        f"{display_name(room.name) or safe_text(room.id)}, {begins.astimezone(UTC):%Y-%m-%d} (UTC)"
    )


def _omission_sentences(people: int, healthy: int, runs: int) -> Iterator[str]:
    if people > 0:
        yield f"{count(people, 'more person', 'more people')} with failures not drawn."
    if healthy:
        yield f"{count(healthy, 'person', 'people')} in the room without failures."
    if runs:
        yield f"{count(runs, 'other stretch', 'other stretches')} of trouble not drawn."


def _build_row(lane: Lane, axis: "_Axis", signals: Mapping[str, Sequence[Signal]]) -> Row:
    peer_signals = [
        signal for peer in lane.person.peer_ids for signal in signals.get(peer.lower(), ())
    ]
    stays = [stay for stay in lane.stays if axis.overlaps(stay[0], stay[1])]
    return Row(
        label=person_label(lane.person),
        stays=tuple(axis.interval(joined, left) for joined, left in stays),
        signals={
            media: tuple(
                axis.interval(signal.since, signal.until or _signal_end(lane, signal.since))
                for signal in peer_signals
                if signal.media == media and axis.overlaps(signal.since, signal.until)
            )
            for media in ("audio", "video", "screen")
        },
        failing=tuple(axis.interval(story.first_at, story.last_at) for story in lane.stories),
        joined=tuple(axis.position(joined) for joined, _ in stays if axis.contains(joined)),
        left=tuple(axis.position(left) for _, left in stays if axis.contains(left)),
        markers=tuple(
            Marker(axis.position(story.last_at), story.outcome)
            for story in _by_gravity(lane.stories)
        ),
    )


def _signal_end(lane: Lane, since: datetime) -> datetime | None:
    """Return the end of the stay in which the signal was sent, which ends the signal too."""
    ends = [left for joined, left in lane.stays if joined and left and joined <= since <= left]
    return min(ends, default=None)


def _by_gravity(stories: Sequence[Story]) -> list[Story]:
    """Return the stories, the gravest last: it is drawn over the others."""
    return sorted(stories, key=lambda story: (-GRAVITY[story.outcome], story.last_at))


class _Axis:
    """The time axis, from the first moment drawn to the last."""

    def __init__(self, begins: datetime, ends: datetime) -> None:
        self.begins = begins
        self._ends = ends
        self._length = ends - begins

    def position(self, moment: datetime | None) -> float:
        """Return the moment's place; the end for None, the nearest edge for a moment outside."""
        if moment is None:
            return 1.0
        return min(max((moment - self.begins) / self._length, 0.0), 1.0)

    def contains(self, moment: datetime | None) -> bool:
        return moment is not None and self.begins <= moment <= self._ends

    def overlaps(self, since: datetime | None, until: datetime | None) -> bool:
        """Return True if a stretch with a known start reaches into the axis."""
        return since is not None and since <= self._ends and not (until and until < self.begins)

    def interval(self, since: datetime | None, until: datetime | None) -> Interval:
        return (self.position(since), self.position(until))

    def ticks(self) -> Iterator[tuple[float, str]]:
        length = self._length
        form = "%H:%M:%S" if length < _FINE else "%H:%M" if length < COARSE else "%m-%d %H:%M"
        for step in range(_TICKS):
            share = step / (_TICKS - 1)
            yield share, f"{(self.begins + length * share).astimezone(UTC):{form}}"

    def starts(self, report: Report) -> Iterator[float]:
        """Yield the places at which sessions of the room began."""
        for session in report.sessions:
            if self.contains(session.created_at):
                yield self.position(session.created_at)
