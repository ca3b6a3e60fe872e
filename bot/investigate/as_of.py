"""Rebuilds an earlier answer: its evidence as of then, and the events that 100ms still keeps."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.diagnosis.unread_sources import OLDER_EVENTS
from bot.domain.errors import NotAllowed
from bot.domain.report import Completeness
from bot.domain.rooms import Peer, PeerStats, Session
from bot.domain.saved_lookup import SavedLookup
from bot.investigate.budget import EVENT_RETENTION
from bot.investigate.evidence.evidence import Evidence

_SOON = timedelta(hours=1)
"""Events that 100ms drops within this time after an answer are not mentioned."""


def evidence_as_of(evidence: Evidence, moment: datetime) -> Evidence:
    """Return the evidence as it stood at `moment`.

    An answer and the buttons under it must not contradict each other, whenever the buttons are
    pressed. Peer-stats of a session that was running at `moment` are left out, because 100ms offers
    none while a session runs.
    """
    sessions = tuple(
        _session_as_of(session, moment)
        for session in evidence.sessions
        if session.created_at is None or session.created_at <= moment
    )
    running = {session.id.lower() for session in sessions if session.running}
    return replace(
        evidence,
        sessions=sessions,
        tracks=tuple(track for track in evidence.tracks if track.at <= moment),
        stats=tuple(
            _stats_as_of(peer_stats, moment)
            for peer_stats in evidence.stats
            if peer_stats.session_id.lower() not in running
        ),
        around=tuple(event for event in evidence.around if not event.timed or event.at <= moment),
    )


def completeness_now(
    completeness: Completeness, handle: SavedLookup, now: datetime
) -> Completeness:
    """Return the completeness of an earlier answer, given what 100ms still keeps at `now`.

    Raises NotAllowed if none of the answer's events are kept any more.
    """
    oldest = now - EVENT_RETENTION
    if handle.as_of <= oldest:
        raise NotAllowed(
            "100ms keeps error events for 30 days, and that answer is older.",
            headline="What that button would show is gone",
            next_step="Ask again if it still happens.",
        )
    begins = max(
        at
        for at in (handle.as_of - EVENT_RETENTION, handle.since, handle.session_from)
        if at is not None
    )
    if begins >= oldest or now - handle.as_of < _SOON:
        return completeness
    note = "100ms has dropped events older than 30 days since that answer; some may be missing."
    return replace(
        completeness,
        complete=False,
        notes=(*completeness.notes, note),
        types_unread=(*completeness.types_unread, OLDER_EVENTS),
    )


def _session_as_of(session: Session, moment: datetime) -> Session:
    """Return the session with the peers that had joined by `moment`.

    Leave times and an end after `moment` are removed.
    """
    peers = {
        key: _peer_as_of(peer, moment)
        for key, peer in session.peers.items()
        if peer.joined_at is None or peer.joined_at <= moment
    }
    if session.ended_at and session.ended_at > moment:
        return replace(session, active=True, ended_at=None, peers=peers)
    return replace(session, peers=peers)


def _peer_as_of(peer: Peer, moment: datetime) -> Peer:
    return replace(peer, left_at=None) if peer.left_at and peer.left_at > moment else peer


def _stats_as_of(stats: PeerStats, moment: datetime) -> PeerStats:
    return replace(
        stats,
        published=tuple(at for at in stats.published if at <= moment),
        received=tuple(at for at in stats.received if at <= moment),
    )
