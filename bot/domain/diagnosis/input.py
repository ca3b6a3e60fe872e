"""What a diagnosis is made from: everything that was read for one look-up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal, TypeVar

from bot.domain.diagnosis.thresholds import EVENT_RETENTION
from bot.domain.diagnosis.unread_sources import UnreadSources
from bot.domain.events import ErrorEvent, has_duplicates, sort_events
from bot.domain.rooms import Peer, PeerStats, Room, Session, TrackEvent

CaseKind = Literal["room", "session", "peer", "user"]

T = TypeVar("T")

_SENDER = attrgetter("sender")


@dataclass(frozen=True, slots=True)
class DiagnosisInput:
    """One look-up's facts; nothing needs to be in order, and doubles do no harm.

    `events` are those the answer is about, cut to session and window. `around` may hold more
    error events of the same room (of other people, of earlier calls): they are no stories of
    the answer, but tell one person's line from everybody's. `sessions` may reach beyond the
    window as well, so that a later join can prove a recovery. `session_id` is set when the
    look-up is about that session; `known` is False when nothing is there by the id asked for.
    `complete` is False if anything is missing that can change a conclusion, `unread` names it.
    `all_types` is False if only some types of errors were asked for.
    """

    room: Room | None
    now: datetime
    events: tuple[ErrorEvent, ...] = ()
    around: tuple[ErrorEvent, ...] = ()
    sessions: tuple[Session, ...] = ()
    tracks: tuple[TrackEvent, ...] = ()
    stats: tuple[PeerStats, ...] = ()
    kind: CaseKind = "room"
    session_id: str | None = None
    peer_id: str | None = None
    user_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    known: bool = True
    complete: bool = True
    unread: UnreadSources = field(default_factory=UnreadSources)
    all_types: bool = True

    @property
    def opens(self) -> datetime:
        """Start of the time looked at: the window asked for, at most as far as events go."""
        horizon = self.now - EVENT_RETENTION
        return max(self.since, horizon) if self.since else horizon

    @property
    def closes(self) -> datetime:
        """End of the time looked at."""
        return min(self.until, self.now) if self.until else self.now


def is_same_room(case: DiagnosisInput, room_id: str | None) -> bool:
    """True unless the room is another one than the case's; a missing room id is no other."""
    if case.room is None or not room_id or room_id == case.room.id:
        return True
    return room_id.lower() == case.room.id.lower()


def events_of_room(case: DiagnosisInput, events: tuple[ErrorEvent, ...]) -> tuple[ErrorEvent, ...]:
    """The events of this room, one per id, in order of time.

    100ms documents no uniqueness; of two rows with one id the same is kept whatever the order.
    """
    senders = {sender for sender in set(map(_SENDER, events)) if is_same_room(case, sender.room_id)}
    room_events = [event for event in events if event.sender in senders]
    if not has_duplicates(room_events):
        return tuple(sort_events(room_events))
    by_id: dict[str, ErrorEvent] = {}
    for event in room_events:
        _keep_first_ranked(by_id, event.id, event, lambda row: (row.at, repr(row)))
    return tuple(sort_events(by_id.values()))


def _keep_first_ranked(by_key: dict[str, T], key: str, row: T, rank: Callable[[T], Any]) -> None:
    """Keeps the row, unless one of the same key ranks before it."""
    existing = by_key.setdefault(key, row)
    if existing is not row and rank(row) < rank(existing):
        by_key[key] = row


def sessions_of_room(case: DiagnosisInput) -> tuple[Session, ...]:
    """The sessions of this room, one per id (the richest row), oldest first."""
    by_id: dict[str, Session] = {}
    rows = (row for row in case.sessions if is_same_room(case, row.room_id))
    for session in rows:
        _keep_first_ranked(
            by_id, session.id.lower(), session, lambda row: (row.id, -len(row.peers), repr(row))
        )
    return tuple(sorted(by_id.values(), key=lambda row: (row.created_at or case.now, row.id)))


def tracks_of_room(case: DiagnosisInput) -> tuple[TrackEvent, ...]:
    """The track events of this room, one per id, in order of time."""
    by_id: dict[str, TrackEvent] = {}
    rows = (row for row in case.tracks if is_same_room(case, row.room_id))
    for track in rows:
        _keep_first_ranked(by_id, track.id, track, lambda row: (row.at, repr(row)))
    return tuple(sorted(by_id.values(), key=lambda row: (row.at, row.stamp, row.id)))


def is_in_scope(case: DiagnosisInput, session: Session) -> bool:
    """True if the session is part of what is looked at: the one asked for, or in the window."""
    if case.session_id:
        return session.id.lower() == case.session_id.lower()
    begins = session.created_at or _first_join(session)
    ends = session.ended_at or case.now
    return (begins is None or begins <= case.closes) and ends >= case.opens


def was_present(case: DiagnosisInput, session: Session, peer: Peer) -> bool:
    """True if that peer was there within the window asked for."""
    ends = peer.left_at or session.ended_at
    begins = peer.joined_at or session.created_at
    if case.until and begins and begins > case.until:
        return False
    return not (case.since and ends and ends < case.since)


def _first_join(session: Session) -> datetime | None:
    return min((peer.joined_at for peer in session.peers.values() if peer.joined_at), default=None)
