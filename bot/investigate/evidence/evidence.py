"""Evidence of recoveries: the people in the room, their media, and other people's failures.

100ms reports failures but never that a failure was overcome, so recoveries have to be concluded
from other data. Reading it takes at most the calls that `Budget` states.

The lists that depend on no event are read first, then what the events point to. The reading
may begin in the background while the report is built; the diagnosis finishes it.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from cachetools import TTLCache

from bot.domain.diagnosis.input import DiagnosisInput, UnreadSources
from bot.domain.events import ERROR_TYPES, ErrorEvent
from bot.domain.report import Completeness, Report, Window, distinct_events
from bot.domain.rooms import CallFact, PeerStats, Session, TrackEvent
from bot.domain.target import Target
from bot.investigate.background import cancel_soon, ignore_result, run_in_thread_if_large
from bot.investigate.budget import Budget
from bot.investigate.event_cache import FRESH
from bot.investigate.evidence.peer_stats import StatsReader, stays_to_measure
from bot.investigate.evidence.room_events import RoomReader, other_errors_reader, track_reader
from bot.investigate.fetch.room_sessions import (
    SessionReader,
    SessionSpan,
    session_span_of,
    sessions_near_failures,
)
from bot.investigate.ports import HundredMs


@dataclass(slots=True)
class EvidenceCollector:
    """The four readers of one look-up; `around` is None if there is nothing to read there.

    `now` is the moment of the answer. Rows that were read are kept if the reading times out.
    """

    target: Target
    now: datetime
    window: Window
    seconds: float
    sessions: SessionReader
    tracks: RoomReader[TrackEvent]
    around: RoomReader[ErrorEvent] | None
    stats: StatsReader
    timed_out: bool = False
    _background: tuple["asyncio.Task[None]", ...] = ()
    """The reading of the sessions, and that of the events of the room."""

    def start_in_background(self) -> None:
        """Read in the background, where all other calls take precedence.

        Repeated calls have no effect.
        """
        if not self._background:
            self._background = self._begin(session_span_of(self.target, (), self.now, self.window))

    @property
    def begun(self) -> bool:
        """Whether reading in the background has started."""
        return bool(self._background)

    def drop(self) -> None:
        """Cancel the background reading soon; its result is no longer needed."""
        cancel_soon(self._background)

    async def end(self) -> None:
        """Cancel the background reading at once and wait until it has ended."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def finish(self, events: Iterable[ErrorEvent], window: Window) -> None:
        """Read everything that can prove recoveries of these `events`."""
        await self._run_timed(self._finish(tuple(events), window))

    async def _run_timed(self, reading: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(self.seconds):
                await reading
        except TimeoutError:
            self.timed_out = True

    def _begin(self, span: SessionSpan) -> tuple["asyncio.Task[None]", ...]:
        readings = (self.sessions.run(span), self._read_room())
        tasks = tuple(asyncio.create_task(self._run_timed(reading)) for reading in readings)
        for task in tasks:
            task.add_done_callback(ignore_result)
        return tasks

    async def _read_room(self) -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(self.tracks.begin())
            if self.around:
                both.create_task(self.around.begin())

    async def _finish(self, events: tuple[ErrorEvent, ...], window: Window) -> None:
        """Measure people as soon as the sessions are read, also while tracks still are."""
        span = session_span_of(self.target, events, self.now, window)
        self._background = self._background or self._begin(span)
        reading_sessions, reading_room = self._background
        try:
            await reading_sessions
            if self.sessions.span != span:
                await self.sessions.run(span)
            sessions = self.sessions.result
            ids = await run_in_thread_if_large(
                events, sessions_near_failures, self.target, events, sessions
            )
            stays = await run_in_thread_if_large(
                events, stays_to_measure, events, sessions, self.now
            )
            async with asyncio.TaskGroup() as then:
                then.create_task(self.stats.run(stays))
                then.create_task(self._narrow(reading_room, ids))
        finally:
            reading_room.cancel()

    async def _narrow(self, reading_room: "asyncio.Task[None]", ids: Sequence[str]) -> None:
        await reading_room
        async with asyncio.TaskGroup() as both:
            both.create_task(self.tracks.narrow(ids))
            if self.around:
                both.create_task(self.around.narrow(ids))


def build_collector(
    hundredms: HundredMs,
    target: Target,
    now: datetime,
    window: Window,
    budget: Budget,
    *,
    whole: bool,
) -> EvidenceCollector:
    """Return the readers of a look-up.

    Set `whole` if its error events are all that the room has.
    """
    room_id = target.room.id
    return EvidenceCollector(
        target=target,
        now=now,
        window=window,
        seconds=budget.evidence_seconds,
        sessions=SessionReader(hundredms, room_id, budget.session_pages, target.session),
        tracks=track_reader(hundredms, room_id, budget.track_pages),
        around=None if whole else other_errors_reader(hundredms, room_id, budget.around_pages),
        stats=StatsReader(hundredms, budget.stats_calls),
    )


_MOST = 16
"""Look-ups of large rooms whose evidence is kept at a time; others read theirs afterwards."""

_Key = tuple[str, str, str | None, str | None, str | None, datetime]


def _new_cache() -> TTLCache[_Key, EvidenceCollector]:
    return TTLCache(_MOST, FRESH.total_seconds())


@dataclass(frozen=True, slots=True)
class PendingEvidence:
    """Evidence collectors that were started for a report and wait for its diagnosis."""

    _collectors: TTLCache[_Key, EvidenceCollector] = field(default_factory=_new_cache)

    @contextmanager
    def hold(self, collector: EvidenceCollector) -> Iterator[None]:
        """Keep the collector until its report is diagnosed; drop it if reading the events fails."""
        try:
            yield
        except BaseException:
            collector.drop()
            raise
        if collector.begun:
            self._collectors[_key(collector.target, collector.now)] = collector

    async def close(self) -> None:
        """Stop and remove all collectors that no diagnosis has taken."""
        for collector in self._collectors.values():
            await collector.end()
        self._collectors.clear()

    def take(self, report: Report) -> EvidenceCollector | None:
        """Remove and return the collector started for that report; None if there is none."""
        return self._collectors.pop(_key(report.target, report.as_of), None)


def _key(target: Target, moment: datetime) -> _Key:
    room, session = target.room, target.session.id if target.session else None
    return (room.workspace, room.id, session, target.peer_id, target.user_id, moment)


_TOO_LONG = (
    "Reading what came after the failures took too long and was ended; recoveries may be missed."
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence of activity in the room, each kind distinct and in order of time.

    `around` are error events of the room that are not part of the answer. `notes` say, in
    sentences, what could not be read. `complete` is False if that can change a conclusion;
    peer-stats that the budget left out cannot, as they only add detail about single people.
    `unread` names what is missing, except the error events of the answer.
    """

    sessions: tuple[Session, ...] = ()
    tracks: tuple[TrackEvent, ...] = ()
    stats: tuple[PeerStats, ...] = ()
    around: tuple[ErrorEvent, ...] = ()
    notes: tuple[str, ...] = ()
    complete: bool = True
    unread: UnreadSources = field(default_factory=UnreadSources)


async def gather_evidence(  # noqa: PLR0913  a look-up's facts, each of another kind
    hundredms: HundredMs,
    target: Target,
    events: Sequence[ErrorEvent],
    now: datetime,
    budget: Budget,
    window: Window,
    *,
    room_events: Sequence[ErrorEvent] | None = None,
    started: EvidenceCollector | None = None,
) -> Evidence:
    """Return everything that can prove recoveries of the `events` of a finished look-up.

    `room_events` are the error events of the whole room, before they were cut to session and
    window; if the look-up read them, they are not requested again. `started` is the collector that
    began beside the error events. Errors of 100ms are not raised; each becomes a note.
    """
    whole = target.kind == "room" or room_events is not None
    collector = started or build_collector(hundredms, target, now, window, budget, whole=whole)
    await collector.finish(events, window)
    return _evidence(collector, events, room_events or ())


def _evidence(
    collector: EvidenceCollector, events: Sequence[ErrorEvent], room_events: Sequence[ErrorEvent]
) -> Evidence:
    """Return everything that was read, with `room_events` added."""
    sessions, tracks, stats = collector.sessions, collector.tracks, collector.stats
    beside = () if tuple(room_events) == tuple(events) else room_events  # nothing was cut off
    around = [*beside, *(collector.around.result if collector.around else ())]
    answer_ids = {event.id for event in events} if around else set[str]()
    missing = (
        *sessions.notes,
        *tracks.notes,
        *(collector.around.notes if collector.around else ()),
        *((_TOO_LONG,) if collector.timed_out else ()),
    )
    return Evidence(
        sessions=sessions.result,
        tracks=_distinct_tracks(tracks.result),
        stats=tuple(sorted(stats.result, key=lambda row: (row.session_id, row.peer_id))),
        around=distinct_events(event for event in around if event.id not in answer_ids),
        notes=(*missing, *stats.notes),
        complete=not missing and not stats.trouble,
        unread=_unread_sources(collector),
    )


def _unread_sources(collector: EvidenceCollector) -> UnreadSources:
    sessions, stats = collector.sessions, collector.stats
    return UnreadSources(
        sessions=not sessions.complete,
        peers=frozenset(
            session.id.lower() for session in sessions.result if not session.peers_read
        ),
        tracks=not collector.tracks.complete,
        stats=not stats.complete,
        stays=frozenset(stats.unread),
        around=collector.around is not None and not collector.around.complete,
    )


def build_diagnosis_input(  # noqa: PLR0913  a look-up's facts, each of another kind
    target: Target,
    events: Sequence[ErrorEvent],
    evidence: Evidence,
    now: datetime,
    window: Window,
    *,
    completeness: Completeness,
    all_types: bool = True,
    facts: Sequence[CallFact] = (),
) -> DiagnosisInput:
    """Return the diagnosis input of a resolved target; `completeness` is that of its `events`.

    An id that is known nowhere has no target: its input is `DiagnosisInput(None, now,
    known=False)`.
    """
    return DiagnosisInput(
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
        complete=completeness.complete and evidence.complete and target.room.enabled is not None,
        unread=replace(evidence.unread, types=frozenset(_types_unread(completeness))),
        all_types=all_types,
        facts=tuple(facts),
    )


def _types_unread(completeness: Completeness) -> Sequence[str]:
    """Return the types of which events are missing; all types if it is not known which."""
    return () if completeness.complete else completeness.types_unread or ERROR_TYPES


def _distinct_tracks(tracks: Sequence[TrackEvent]) -> tuple[TrackEvent, ...]:
    by_id = {track.id: track for track in tracks}
    if len(by_id) < len(tracks):  # of rows that share an id the same one counts, in any order
        by_id = {track.id: track for track in sorted(tracks, key=repr)}
    return tuple(sorted(by_id.values(), key=lambda row: (row.at, row.stamp, row.id)))
