"""The task of one look-up, and the report built from the events that were read.

Events are cut to a session and a window here, because the API has no time filter. An earlier answer
is rebuilt as of its moment, from the events that 100ms still keeps.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.domain.diagnosis.input import OLDER_EVENTS
from bot.domain.errors import NotAllowed
from bot.domain.events import ERROR_TYPES, EVENT_RETENTION, ErrorEvent
from bot.domain.query import Identifier, IdentifierKind, LookupQuery
from bot.domain.report import Completeness, Report, Window, count_by_type
from bot.domain.rooms import Peer, PeerStats, Room, Session
from bot.domain.saved_lookup import SavedLookup
from bot.domain.target import Target, TargetKind
from bot.investigate.evidence.evidence import Evidence
from bot.investigate.fetch.events import Fetched
from bot.investigate.fetch.pagination import Prefetch
from bot.investigate.ports import Watch, ignore_progress
from bot.investigate.resolve.resolver import split_identifiers

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
    completeness: Completeness, saved_lookup: SavedLookup, now: datetime
) -> Completeness:
    """Return the completeness of an earlier answer, given what 100ms still keeps at `now`.

    Raises NotAllowed if none of the answer's events are kept any more.
    """
    oldest = now - EVENT_RETENTION
    if saved_lookup.as_of <= oldest:
        raise NotAllowed(
            "100ms keeps error events for 30 days, and that answer is older.",
            headline="What that button would show is gone",
            next_step="Ask again if it still happens.",
        )
    begins = max(
        at
        for at in (
            saved_lookup.as_of - EVENT_RETENTION,
            saved_lookup.since,
            saved_lookup.session_from,
        )
        if at is not None
    )
    if begins >= oldest or now - saved_lookup.as_of < _SOON:
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


def in_session(event: ErrorEvent, session: Session) -> bool:
    """Return whether the event names the session, or names none and falls into its time.

    An event that names none and has no readable time belongs to no session. Failures to connect
    carry no session id, because there is none before the first successful join.
    """
    if event.session_id:
        return event.session_id.lower() == session.id.lower()
    if not event.timed:
        return False
    if session.created_at and event.at < session.created_at:
        return False
    return not (session.ended_at and event.at > session.ended_at)


def in_window(event: ErrorEvent, window: Window) -> bool:
    """Return whether the event was recorded within the window, both ends included.

    An event without a readable time is only in the window without ends.
    """
    if not event.timed:
        return window == Window()
    if window.since and event.at < window.since:
        return False
    return not (window.until and event.at > window.until)


def filter_events(
    events: Iterable[ErrorEvent],
    session: Session | None,
    window: Window,
    types: Iterable[str] | None = None,
) -> tuple[ErrorEvent, ...]:
    """Return the events of that session, window and (if only some were asked for) types."""
    kinds = frozenset(types) if types is not None else None
    if session is None and window == Window() and kinds is None:
        return tuple(events)
    return tuple(
        event
        for event in events
        if (session is None or in_session(event, session))
        and in_window(event, window)
        and (kinds is None or event.type in kinds)
    )


def earlier(first: datetime | None, second: datetime | None) -> datetime | None:
    """Return the earlier of two times, with None as no limit."""
    if first is None or second is None:
        return first or second
    return min(first, second)


@dataclass(frozen=True, slots=True)
class FetchTask:
    """The look-up's id, window, types and options for reading its target."""

    lookup_id: str
    window: Window
    types: tuple[str, ...] = ERROR_TYPES
    watch: Watch = ignore_progress
    prefetch: Prefetch = field(default_factory=Prefetch)
    seed: tuple[ErrorEvent, ...] = ()
    """Events of the target that an earlier look-up read."""


def prefetch_for(query: LookupQuery) -> Prefetch:
    """Return a prefetch if the query names at most one place and one person.

    Otherwise it prefetches nothing, because the answer is a choice.
    """
    place_identifiers, person_identifiers = split_identifiers(query.clues)
    named = any(identifier.kind is IdentifierKind.PERSON for identifier in person_identifiers)
    if named or len(place_identifiers) > 1 or len(person_identifiers) > 1:
        return Prefetch()
    return Prefetch(query.types, person_identifiers[0] if person_identifiers else None)


def continues_answer(query: LookupQuery, target: Target) -> bool:
    """Return whether the target is in the room of the answer that the question continues.

    A name that nobody there has may be another room's.
    """
    by_name = any(identifier.kind is IdentifierKind.PERSON for identifier in query.clues)
    named = {identifier.value for identifier in query.clues}
    return query.follow_up and (not by_name or target.room.id in named)


def window_of(query: LookupQuery, target: Target) -> tuple[Window, tuple[str, ...]]:
    """Return the window that the query means, and notes on it.

    Notes say how times in words were read, or that the channel's usual window applies. The usual
    window is not applied to a session, because it might cut off the session's end.
    """
    if query.held_window and not continues_answer(query, target):
        query = replace(query, since=None, until=None)
    window = Window(query.since, query.until)
    if query.since or query.until or target.session or query.usual_since is None:
        return window, query.readings
    start = query.usual_since.astimezone(UTC)
    note = f"This channel only looks back to {start:%Y-%m-%d %H:%M} UTC. Add `since 30d` for more."
    return Window(query.usual_since), (note,)


def build_report(target: Target, task: FetchTask, as_of: datetime, fetched: Fetched) -> Report:
    """Return the report of the fetched events, cut to session, window and types."""
    types = None if task.types == ERROR_TYPES else task.types
    events = filter_events(fetched.events, target.session, task.window, types)
    cut_off = len(events) < len(fetched.events)
    answer_ids = {event.id for event in events} if cut_off else frozenset[str]()
    beyond = (
        tuple(event for event in fetched.events if event.id not in answer_ids) if cut_off else ()
    )
    return Report(
        lookup_id=task.lookup_id,
        target=target,
        as_of=as_of,
        window=task.window,
        completeness=_with_untimed(fetched.completeness, beyond, types),
        events=events,
        types=task.types,
        by_type=count_by_type(events),
        beyond=beyond,
    )


def _with_untimed(
    completeness: Completeness, beyond: Iterable[ErrorEvent], types: Iterable[str] | None
) -> Completeness:
    """Return the completeness with a note on events left out only for lack of a readable time."""
    untimed = sum(not event.timed and (types is None or event.type in types) for event in beyond)
    if not untimed:
        return completeness
    who = "1 event has" if untimed == 1 else f"{untimed:,} events have"
    note = f"{who} no readable time and may belong to the time asked for; not counted here."
    return replace(completeness, notes=(*completeness.notes, note))


def rebuild_report(
    saved_lookup: SavedLookup, target: Target, fetched: Fetched, now: datetime
) -> Report:
    """Return the report that a button belongs to, as of then, from events read then or later."""
    events = tuple(
        event for event in fetched.events if not event.timed or event.at <= saved_lookup.as_of
    )
    task = FetchTask(
        saved_lookup.lookup_id, Window(saved_lookup.since, saved_lookup.until), saved_lookup.types
    )
    report = build_report(target, task, saved_lookup.as_of, replace(fetched, events=events))
    return replace(
        report,
        completeness=completeness_now(report.completeness, saved_lookup, now),
        follow_up=saved_lookup.follow_up,
    )


def reads_whole_room(target: Target, types: Iterable[str]) -> bool:
    """Return whether such a look-up reads every error event of the room."""
    person = target.peer_id or target.user_id
    return not person and set(types) == set(ERROR_TYPES)


def whole_room_events(report: Report) -> tuple[ErrorEvent, ...] | None:
    """Return every error event of the room; None if the look-up did not read them all."""
    if not reads_whole_room(report.target, report.types):
        return None
    return (*report.events, *report.beyond)


def person_of(saved_lookup: SavedLookup) -> Identifier | None:
    """Return the person that a button's look-up is about; None if it is about a room or session."""
    if saved_lookup.peer_id:
        return Identifier(IdentifierKind.PEER, saved_lookup.peer_id)
    return Identifier(IdentifierKind.USER, saved_lookup.user_id) if saved_lookup.user_id else None


def target_of(saved_lookup: SavedLookup, room: Room) -> Target:
    """Return the target of a button's look-up."""
    session = None
    if saved_lookup.session_id:
        session = Session(
            saved_lookup.session_id,
            room.id,
            room.workspace,
            active=saved_lookup.session_to is None,
            created_at=saved_lookup.session_from,
            ended_at=saved_lookup.session_to,
        )
    kind: TargetKind = saved_lookup.kind
    return Target(kind, room, session, saved_lookup.peer_id, saved_lookup.user_id)
