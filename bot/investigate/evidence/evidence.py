"""Evidence of recoveries: the people in the room, their media, and other people's failures.

100ms reports failures but never that a failure was overcome, so recoveries have to be concluded
from other data. Reading it takes at most the calls that `Budget` states.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.diagnosis.input import DiagnosisInput, UnreadSources
from bot.domain.events import ERROR_TYPES, ErrorEvent
from bot.domain.report import Completeness, Window, distinct_events
from bot.domain.rooms import PeerStats, Session, TrackEvent
from bot.domain.target import Target
from bot.investigate.budget import Budget
from bot.investigate.evidence.collector import EvidenceCollector, build_collector
from bot.investigate.ports import HundredMs

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
    )


def _types_unread(completeness: Completeness) -> Sequence[str]:
    """Return the types of which events are missing; all types if it is not known which."""
    return () if completeness.complete else completeness.types_unread or ERROR_TYPES


def _distinct_tracks(tracks: Sequence[TrackEvent]) -> tuple[TrackEvent, ...]:
    by_id = {track.id: track for track in sorted(tracks, key=repr)}
    return tuple(sorted(by_id.values(), key=lambda row: (row.at, row.stamp, row.id)))
