"""What proves recoveries: who was in the room when, what they sent, who else had trouble.

100ms reports failures and never that one was got over, so that it has to be seen elsewhere.
Read beside the error events, in at most the calls that `Budget` states.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.diagnosis.case import Case
from bot.domain.events import ErrorEvent
from bot.domain.places import Session
from bot.domain.report import Window, distinct
from bot.domain.target import Target
from bot.domain.tracks import PeerStats, TrackEvent
from bot.investigate.budget import Budget
from bot.investigate.evidence_near import near, span_of
from bot.investigate.evidence_room import RoomReader, around_of, tracks_of
from bot.investigate.evidence_sessions import SessionReader
from bot.investigate.evidence_stats import StatsReader, stays_to_measure
from bot.investigate.ports import HundredMs

_TOO_LONG = (
    "Reading what came after the failures took too long and was ended; recoveries may be missed."
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Signs of life, each kind distinct and in order of time.

    `around` are error events of the room beside those of the answer. `notes` say, in
    sentences, what could not be read; `complete` is False if that can change a conclusion:
    peer-stats that the budget left out do not, as they only tell more of single people.
    """

    sessions: tuple[Session, ...] = ()
    tracks: tuple[TrackEvent, ...] = ()
    stats: tuple[PeerStats, ...] = ()
    around: tuple[ErrorEvent, ...] = ()
    notes: tuple[str, ...] = ()
    complete: bool = True


@dataclass(slots=True)
class _Gathering:
    """The four readers of one look-up; `around` is None if there is nothing to read there."""

    target: Target
    events: Sequence[ErrorEvent]
    sessions: SessionReader
    tracks: RoomReader[TrackEvent]
    around: RoomReader[ErrorEvent] | None
    stats: StatsReader
    late: bool = False

    async def run(self, now: datetime, window: Window, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._read(now, window)
        except TimeoutError:
            self.late = True

    async def _read(self, now: datetime, window: Window) -> None:
        async with asyncio.TaskGroup() as first:
            first.create_task(self.sessions.run(span_of(self.target, self.events, now, window)))
            first.create_task(self.tracks.begin())
            if self.around:
                first.create_task(self.around.begin())
        sessions = self.sessions.found
        ids = near(self.target, self.events, sessions)
        async with asyncio.TaskGroup() as then:
            then.create_task(self.stats.run(stays_to_measure(self.events, sessions, now)))
            then.create_task(self.tracks.narrow(ids))
            if self.around:
                then.create_task(self.around.narrow(ids))

    def evidence(self, read: Sequence[ErrorEvent]) -> Evidence:
        """What was read, `read` among it."""
        beside = () if tuple(read) == tuple(self.events) else read  # nothing was cut off
        around = [*beside, *(self.around.found if self.around else ())]
        mine = {event.id for event in self.events} if around else set[str]()
        missing = (
            *self.sessions.notes,
            *self.tracks.notes,
            *(self.around.notes if self.around else ()),
            *((_TOO_LONG,) if self.late else ()),
        )
        return Evidence(
            sessions=self.sessions.found,
            tracks=_once(self.tracks.found),
            stats=tuple(sorted(self.stats.found, key=lambda one: (one.session_id, one.peer_id))),
            around=distinct(event for event in around if event.id not in mine),
            notes=(*missing, *self.stats.notes),
            complete=not missing and not self.stats.trouble,
        )


async def gather_evidence(  # noqa: PLR0913  a look-up's facts, each of another kind
    hundredms: HundredMs,
    target: Target,
    events: Sequence[ErrorEvent],
    now: datetime,
    budget: Budget,
    window: Window,
    *,
    read: Sequence[ErrorEvent] | None = None,
) -> Evidence:
    """Everything that can prove recoveries of the `events` of a finished look-up.

    `read` are the error events of the whole room, before they were cut to session and window,
    if the look-up read them: they are not asked for again. Trouble with 100ms is never raised;
    it becomes a note.
    """
    room_id = target.room.id
    whole = target.kind == "room" or read is not None
    gathering = _Gathering(
        target=target,
        events=events,
        sessions=SessionReader(hundredms, room_id, budget.session_pages, target.session),
        tracks=tracks_of(hundredms, room_id, budget.track_pages),
        around=None if whole else around_of(hundredms, room_id, budget.around_pages),
        stats=StatsReader(hundredms, budget.stats_calls),
    )
    await gathering.run(now, window, budget.evidence_seconds)
    return gathering.evidence(read or ())


def case_of(
    target: Target,
    events: Sequence[ErrorEvent],
    evidence: Evidence,
    now: datetime,
    window: Window,
    *,
    complete: bool = True,
) -> Case:
    """The case of a target that was found; `complete` says so of the `events`.

    An id that is known nowhere has no target: its case is `Case(None, now, known=False)`.
    """
    return Case(
        room=target.room,
        now=now,
        events=tuple(events),
        around=evidence.around,
        sessions=evidence.sessions,
        tracks=evidence.tracks,
        stats=evidence.stats,
        kind=target.kind,
        session_id=target.session.id if target.session else None,
        peer_id=target.peer_id,
        user_id=target.user_id,
        since=window.since,
        until=window.until,
        known=True,
        complete=complete and evidence.complete,
    )


def _once(tracks: Sequence[TrackEvent]) -> tuple[TrackEvent, ...]:
    found = {track.id: track for track in sorted(tracks, key=repr)}
    return tuple(sorted(found.values(), key=lambda one: (one.at, one.stamp, one.id)))
