"""The input of a diagnosis: everything that was read for a look-up, and what was left unread.

A source counts as unread if any part of it is missing: it failed, was cut short, or was left out.
No claim rests on such a source.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any, Literal, TypeVar

from bot.domain.diagnosis.wording import EVENTS
from bot.domain.events import ERROR_TYPES, EVENT_RETENTION, ErrorEvent, has_duplicates, sort_events
from bot.domain.rooms import CallFact, Peer, PeerStats, Room, Session, TrackEvent

BEFORE_A_SESSION = frozenset({"client.connect.failed", "client.join.failed", "client.disconnected"})
"""Types that may be the only trace of a person: without a join there is no session."""

OLDER_EVENTS = "errors older than 30 days"
"""Used in place of a type for events that 100ms dropped after the answer.

No remaining story depends on them.
"""

TYPE_NOUNS = {kind: words.noun for kind, words in EVENTS.items()}
SESSIONS, TRACKS, STATS = "who was in the call", "track events", "media measurements"
OTHER_ERRORS = "the room's other errors"

StayKey = tuple[str, str]
"""A peer id and a session id, both in lower case."""


@dataclass(frozen=True, slots=True)
class UnreadSources:
    """The sources that were not read completely.

    `types` are event types, `peers` the ids (lower case) of sessions whose people are not all
    known, `stays` those whose peer-stats are missing; `stats` says that all of them are.
    """

    types: frozenset[str] = frozenset()
    sessions: bool = False
    peers: frozenset[str] = frozenset()
    tracks: bool = False
    stats: bool = False
    stays: frozenset[StayKey] = field(default_factory=frozenset)
    around: bool = False

    @property
    def people(self) -> bool:
        """Whether people who were in the room may be missing from the sessions read."""
        return self.sessions or bool(self.peers)

    def words(self, *, proof: frozenset[str], around: bool) -> tuple[str, ...]:
        """Return nouns for the missing sources; `proof` are the sources that a story lacks."""
        return tuple(self._words(proof, around=around))

    def _words(self, proof: frozenset[str], *, around: bool) -> Iterator[str]:
        if self.types >= frozenset(ERROR_TYPES):
            yield "error events"
        else:
            yield from (TYPE_NOUNS.get(kind, kind) for kind in sorted(self.types))
        if self.people:
            yield SESSIONS
        yield from (source for source in (TRACKS, STATS) if source in proof)
        if self.around and around:
            yield OTHER_ERRORS


CaseKind = Literal["room", "session", "peer", "user"]

T = TypeVar("T")

_SENDER = attrgetter("sender")


@dataclass(frozen=True)
class DiagnosisInput:
    """The facts of a look-up, in any order; repeated rows do no harm.

    `events` are those that the answer is about, cut to session and window. `around` may hold more
    error events of the same room (of other people, of earlier calls). They are not stories of the
    answer, but help to tell one person's line from everybody's. `sessions` may reach beyond the
    window as well, so that a later join can prove a recovery. `session_id` is set if the look-up is
    about that session; `known` is False if nothing has the id asked for.

    `complete` is False if anything is missing that can change a conclusion, and `unread` names it.
    `all_types` is False if only some types of errors were asked for. `facts` are those that
    webhooks told of the room, as far as any came.
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
    facts: tuple[CallFact, ...] = ()

    @property
    def opens(self) -> datetime:
        """Start of the window asked for, limited to the time for which 100ms keeps events."""
        horizon = self.now - EVENT_RETENTION
        return max(self.since, horizon) if self.since else horizon

    @property
    def closes(self) -> datetime:
        """End of the window asked for, at most now."""
        return min(self.until, self.now) if self.until else self.now

    @cached_property
    def room_sessions(self) -> tuple[Session, ...]:
        """The sessions of this room, one per id (the most complete row), oldest first."""
        by_id: dict[str, Session] = {}
        rows = (row for row in self.sessions if is_same_room(self, row.room_id))
        for session in rows:
            _keep_first_ranked(
                by_id, session.id.lower(), session, lambda row: (row.id, -len(row.peers), repr(row))
            )
        return tuple(sorted(by_id.values(), key=lambda row: (row.created_at or self.now, row.id)))

    @cached_property
    def sessions_in_scope(self) -> tuple[Session, ...]:
        """The sessions of this room that the look-up is about."""
        return tuple(session for session in self.room_sessions if _is_in_scope(self, session))

    @cached_property
    def room_tracks(self) -> tuple[TrackEvent, ...]:
        """The track events of this room, one per id, in order of time."""
        by_id: dict[str, TrackEvent] = {}
        rows = (row for row in self.tracks if is_same_room(self, row.room_id))
        for track in rows:
            _keep_first_ranked(by_id, track.id, track, lambda row: (row.at, repr(row)))
        return tuple(sorted(by_id.values(), key=lambda row: (row.at, row.stamp, row.id)))


def is_same_room(case: DiagnosisInput, room_id: str | None) -> bool:
    """Return False if the room is another one than the case's; a missing id counts as the same."""
    if case.room is None or not room_id or room_id == case.room.id:
        return True
    return room_id.lower() == case.room.id.lower()


def events_of_room(case: DiagnosisInput, events: tuple[ErrorEvent, ...]) -> tuple[ErrorEvent, ...]:
    """Return the events of this room, one per id, in order of time.

    100ms documents no uniqueness; of two rows with one id, the same one is kept in any order.
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
    """Keep the row, unless an existing row of the same key ranks before it."""
    existing = by_key.setdefault(key, row)
    if existing is not row and rank(row) < rank(existing):
        by_key[key] = row


def _is_in_scope(case: DiagnosisInput, session: Session) -> bool:
    """Return whether the session is the one asked for, or is within the window."""
    if case.session_id:
        return session.id.lower() == case.session_id.lower()
    begins = session.created_at or _first_join(session)
    ends = session.ended_at or case.now
    return (begins is None or begins <= case.closes) and ends >= case.opens


def was_present(case: DiagnosisInput, session: Session, peer: Peer) -> bool:
    """Return whether that peer was in the session within the window asked for."""
    ends = peer.left_at or session.ended_at
    begins = peer.joined_at or session.created_at
    if case.until and begins and begins > case.until:
        return False
    return not (case.since and ends and ends < case.since)


def _first_join(session: Session) -> datetime | None:
    return min((peer.joined_at for peer in session.peers.values() if peer.joined_at), default=None)
