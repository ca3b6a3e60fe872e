"""The contents of the timeline picture and their places on the time axis.

Pure: no colours and no pixels. The times at which a person's microphone, camera and screen were on
are derived from track events.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
    full_name,
    gravest_run,
    people_without_errors,
    stretches,
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


MAX_ROWS = 12
"""More lanes do not fit on a phone; the people beyond them are counted."""
_TICKS = 4
_FINE = timedelta(minutes=10)
_MARGIN = 0.2
"""The time drawn before and after the failures, as a share of their length."""
_SHORTEST = timedelta(minutes=1)

Interval = tuple[float, float]
"""Start and end as shares of the time axis: 0 is its start, 1 its end."""

OUTCOME_WORDS: dict[Outcome, str] = {
    "gave_up": "did not recover",
    "blocked": "still blocked",
    "left": "left while failing",
    "unknown": "end not known",
    "recovered": "recovered",
}


@dataclass(frozen=True, slots=True)
class Marker:
    """The place at which a failure was last reported, and its outcome."""

    at: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Row:
    """A lane: one person, or all who recovered.

    `signals` are by medium: `audio`, `video`, `screen`. `note` says when and how the failure
    ended. `joined_before` is true if the person was in the call before the axis begins.
    """

    label: str
    note: str
    failing: tuple[Interval, ...]
    markers: tuple[Marker, ...]
    stays: tuple[Interval, ...] = ()
    signals: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)
    joined: tuple[float, ...] = ()
    left: tuple[float, ...] = ()
    joined_before: bool = False


@dataclass(frozen=True, slots=True)
class TimelineLayout:
    """A whole timeline. `lanes` are in the order of the rows, the people not drawn last.

    `starts` are starts of sessions; `ticks` are places and their times.
    """

    heading: str
    subtitle: str
    lanes: tuple[Lane, ...]
    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]
    starts: tuple[float, ...]
    footnotes: tuple[str, ...]


def layout_of(report: Report) -> TimelineLayout | None:
    """Return the worst stretch of trouble in a report; None if there is no failure to draw.

    People are in order of their failures. Those who recovered share the last lane, unless nobody
    failed otherwise and a lane for each fits.
    """
    diagnosis = report.diagnosis
    runs = list(stretches(diagnosis.stories)) if diagnosis else []
    if diagnosis is None or not runs:
        return None
    run = gravest_run(runs)
    lanes = sorted(build_lanes(run, report.sessions), key=_time_of_failure)
    failed = [lane for lane in lanes if not lane.recovered]
    recovered = [lane for lane in lanes if lane.recovered]
    if not failed and len(recovered) <= MAX_ROWS:
        failed, recovered = recovered, []
    drawn = failed[: MAX_ROWS - bool(recovered)]
    axis = _Axis(*_failing_time(drawn or recovered))
    signals = build_signals(report.tracks)
    rows = [_build_row(lane, axis, signals) for lane in drawn]
    people, failures = count(len(lanes), "person", "people"), count(len(run), "failure", "failures")
    healthy = people_without_errors(report, diagnosis)
    return TimelineLayout(
        heading=_heading(report, axis.begins),
        subtitle=f"{people} with {failures}",
        lanes=(*failed, *recovered),
        rows=(*rows, *([_recovered_row(recovered, axis)] if recovered else ())),
        ticks=tuple(axis.ticks()),
        starts=tuple(axis.starts(report)),
        footnotes=tuple(_omission_sentences(len(failed) - len(drawn), healthy, len(runs) - 1)),
    )


def _time_of_failure(lane: Lane) -> tuple[datetime, str]:
    """Return the sort key: the start of the first failure that stayed, else of the first."""
    return _grave_stories(lane)[0].first_at, lane.person.key


def _grave_stories(lane: Lane) -> list[Story]:
    """Return the failures that stayed; all of them if the person recovered from each."""
    stayed = [story for story in lane.stories if story.outcome != "recovered"]
    return stayed or list(lane.stories)


def _failing_time(lanes: Sequence[Lane]) -> tuple[datetime, datetime]:
    """Return the minutes in which people were failing, with a margin, at least a minute."""
    stories = [story for lane in lanes for story in _grave_stories(lane)]
    begins = min(story.first_at for story in stories)
    ends = max(story.last_at for story in stories)
    length = ends - begins
    margin = max(length * _MARGIN, (_SHORTEST - length) / 2)
    return begins - margin, ends + margin


def _heading(report: Report, begins: datetime) -> str:
    room = report.target.room
    return (
        f"{display_name(room.name) or safe_text(room.id)}, {begins.astimezone(UTC):%Y-%m-%d} (UTC)"
    )


def _omission_sentences(people: int, healthy: int, runs: int) -> Iterator[str]:
    if people > 0:
        yield f"{count(people, 'more person', 'more people')} with failures: see the CSV."
    if healthy:
        yield f"{count(healthy, 'person', 'people')} in the room without failures."
    if runs:
        yield f"{count(runs, 'other stretch', 'other stretches')} of trouble: ask for that time."


def _build_row(lane: Lane, axis: "_Axis", signals: Mapping[str, Sequence[Signal]]) -> Row:
    peer_signals = [
        signal for peer in lane.person.peer_ids for signal in signals.get(peer.lower(), ())
    ]
    stays = [stay for stay in _stays_until_lost(lane) if axis.overlaps(stay[0], stay[1])]
    gravest = min(_grave_stories(lane), key=lambda story: (GRAVITY[story.outcome], story.first_at))
    return Row(
        label=full_name(lane.person),
        note=f"{gravest.first_at.astimezone(UTC):%H:%M:%S} {OUTCOME_WORDS[gravest.outcome]}",
        failing=_failing_intervals([lane], axis),
        markers=_markers([lane], axis),
        stays=tuple(axis.interval(joined, left) for joined, left in stays),
        signals={
            media: tuple(
                axis.interval(signal.since, signal.until or _signal_end(lane, signal.since))
                for signal in peer_signals
                if signal.media == media and axis.overlaps(signal.since, signal.until)
            )
            for media in ("audio", "video", "screen")
        },
        joined=tuple(axis.position(joined) for joined, _ in stays if axis.contains(joined)),
        left=tuple(axis.position(left) for _, left in lane.stays if axis.contains(left)),
        joined_before=any(joined and joined < axis.begins for joined, _ in stays),
    )


def _recovered_row(lanes: Sequence[Lane], axis: "_Axis") -> Row:
    """Return the one lane of all people who recovered."""
    markers = _markers(lanes, axis)
    return Row(
        label=f"{count(len(lanes), 'person', 'people')} recovered",
        note="" if markers else "not in these minutes",
        failing=_failing_intervals(lanes, axis),
        markers=markers,
    )


def _failing_intervals(lanes: Iterable[Lane], axis: "_Axis") -> tuple[Interval, ...]:
    return tuple(
        axis.interval(story.first_at, story.last_at)
        for lane in lanes
        for story in lane.stories
        if axis.overlaps(story.first_at, story.last_at)
    )


def _markers(lanes: Iterable[Lane], axis: "_Axis") -> tuple[Marker, ...]:
    """Return the ends of the failures on the axis, the gravest last, to be drawn over others."""
    stories = [story for lane in lanes for story in lane.stories if axis.contains(story.last_at)]
    stories.sort(key=lambda story: (-GRAVITY[story.outcome], story.last_at))
    return tuple(Marker(axis.position(story.last_at), story.outcome) for story in stories)


def _stays_until_lost(lane: Lane) -> Iterator[tuple[datetime | None, datetime | None]]:
    """Yield the stays, cut where the person lost the connection for good.

    100ms lists such a person as present until it notices the loss.
    """
    losses = [
        story.first_at
        for story in lane.stories
        if story.type == "client.disconnected" and story.outcome == "gave_up"
    ]
    for joined, left in lane.stays:
        lost = [at for at in losses if joined and joined <= at and (left is None or at <= left)]
        yield joined, min(lost, default=left)


def _signal_end(lane: Lane, since: datetime) -> datetime | None:
    """Return the end of the stay in which the signal was sent, which ends the signal too."""
    ends = [left for joined, left in lane.stays if joined and left and joined <= since <= left]
    return min(ends, default=None)


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
