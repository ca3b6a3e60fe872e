"""R21 to R24: facts that webhooks of 100ms told and that error events lack.

A webhook is a hint: it may be missing, late or twice. So a fact adds a failure or the reason of an
end, and the absence of one proves nothing.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from bot.domain.diagnosis.input import DiagnosisInput, is_same_room
from bot.domain.diagnosis.model import Story
from bot.domain.diagnosis.thresholds import FOLLOWED_WITHIN, LEFT_WITHIN
from bot.domain.diagnosis.wording import people_words
from bot.domain.events import ErrorEvent, ErrorFacts, EventSource
from bot.domain.rooms import CallFact, CallFactKind

ROLE_CHANGE = "the role change"
"""The side feature of a refused change of role (R24)."""
_JOIN, _LOST = "client.join.failed", "client.disconnected"
_ENTRY = frozenset({_JOIN, "client.connect.failed"})
_REFUSAL: CallFactKind = "peer.join.failure"
_ROLE_REFUSAL: CallFactKind = "role.change.failure"
_UNKNOWN_REFUSAL = "join refused"
_BY_SERVER, _KICKED = "server removed peer", "peer kicked"
_SECOND = timedelta(seconds=1)


def facts_in_scope(case: DiagnosisInput) -> tuple[CallFact, ...]:
    """Return the room's facts that the look-up is about, one per webhook, in order of time."""
    facts = {fact.id: fact for fact in case.facts if _is_in_scope(case, fact)}
    return tuple(sorted(facts.values(), key=lambda fact: (fact.at, fact.id)))


def _is_in_scope(case: DiagnosisInput, fact: CallFact) -> bool:
    if not is_same_room(case, fact.room_id) or not case.opens <= fact.at <= case.closes:
        return False
    return _is_of_session(case, fact) and _is_of_subject(case, fact)


def _is_of_session(case: DiagnosisInput, fact: CallFact) -> bool:
    """Return whether the fact names the session asked for, or names none and falls into it."""
    if not case.session_id:
        return True
    if fact.session_id:
        return fact.session_id.lower() == case.session_id.lower()
    return any(
        (session.created_at or fact.at) <= fact.at <= (session.ended_at or case.now)
        for session in case.sessions_in_scope
    )


def _is_of_subject(case: DiagnosisInput, fact: CallFact) -> bool:
    if fact.kind == "room.end.success":
        return case.kind in {"room", "session"} or _was_subject_there(case, fact.at)
    if case.kind == "peer":
        return fact.peer_id == (case.peer_id or "").lower()
    return case.kind != "user" or fact.user_id == case.user_id


def _was_subject_there(case: DiagnosisInput, at: datetime) -> bool:
    """Return whether a session shows that the person asked for was in the room at that moment."""
    return any(
        peer.joined_at is not None
        and peer.joined_at <= at
        and (peer.left_at or session.ended_at or case.now) >= at - _SECOND
        for session in case.room_sessions
        for key, peer in session.peers.items()
        if (peer.id or key).lower() == (case.peer_id or "").lower()
        or (case.user_id and peer.user_id == case.user_id)
    )


def webhook_events(case: DiagnosisInput, reported: Iterable[ErrorEvent]) -> tuple[ErrorEvent, ...]:
    """Return failures that clients did not report, in the form of events (R21, R22, R24).

    A refused join that the person's own client `reported` within a minute is left out.
    """
    if not case.all_types:
        return ()
    senders: dict[tuple[str, str, str], EventSource] = {}
    entries = [event for event in reported if event.timed and event.type in _ENTRY]
    return tuple(
        ErrorEvent(
            f"webhook-{fact.id}",
            fact.at,
            fact.at.isoformat().replace("+00:00", "Z"),
            senders.setdefault((fact.peer_id, fact.user_id, fact.session_id), _sender_of(fact)),
            failure,
        )
        for fact in facts_in_scope(case)
        if (failure := _failure_of(fact)) and not _is_reported(fact, entries)
    )


def _sender_of(fact: CallFact) -> EventSource:
    return EventSource(
        peer_id=fact.peer_id or None,
        user_id=fact.user_id or None,
        session_id=fact.session_id or None,
        room_id=fact.room_id,
    )


def _failure_of(fact: CallFact) -> ErrorFacts | None:
    """Return the failure that a fact tells of; None if it tells of none."""
    if fact.kind == _REFUSAL:
        return _webhook_failure(_JOIN, fact.reason or _UNKNOWN_REFUSAL, terminal=True)
    if fact.kind == _ROLE_REFUSAL and fact.reason:
        return _webhook_failure(_ROLE_REFUSAL, fact.reason, terminal=False)
    if fact.reason == _BY_SERVER:
        return _webhook_failure(_LOST, fact.reason, terminal=True)
    return None


@lru_cache(64)
def _webhook_failure(kind: str, reason: str, *, terminal: bool) -> ErrorFacts:
    return ErrorFacts(
        kind,
        error_name=reason,
        error_message=reason,
        is_terminal=terminal,
        action="webhook",
        by_webhook=True,
    )


def _is_reported(fact: CallFact, entries: Iterable[ErrorEvent]) -> bool:
    return fact.kind == _REFUSAL and any(
        abs(event.at - fact.at) <= FOLLOWED_WITHIN
        and (
            (event.peer_id or "").lower() == fact.peer_id
            or (event.user_id is not None and event.user_id == fact.user_id)
        )
        for event in entries
    )


class RemovalIndex:
    """Removals of people, and ends of the room (R23)."""

    def __init__(self, case: DiagnosisInput) -> None:
        facts = [fact for fact in case.facts if is_same_room(case, fact.room_id)]
        self._facts = [fact for fact in facts if fact.at <= case.now and is_removal(fact)]
        self._now = case.now

    def words_after(self, story: Story) -> str:
        """Return how the story's person was removed within a minute after it; "" if not seen."""
        if not self._facts:
            return ""
        peer_ids = {peer.lower() for peer in story.peer_ids}
        soon = (
            fact
            for fact in self._facts
            if story.last_at - _SECOND <= fact.at <= story.last_at + LEFT_WITHIN
            and (not _is_kick(fact) or fact.peer_id in peer_ids)
        )
        fact = min(soon, key=lambda fact: (fact.at, fact.id), default=None)
        return removal_words(fact, self._now) if fact else ""


def is_removal(fact: CallFact) -> bool:
    """Return whether somebody was removed on purpose, or the room was ended."""
    return _is_kick(fact) or fact.kind == "room.end.success"


def _is_kick(fact: CallFact) -> bool:
    return fact.kind == "peer.leave.success" and fact.reason == _KICKED


def removal_words(fact: CallFact, now: datetime) -> str:
    """Return `removed from the call (by …) at 10:42 UTC`, or `room ended at 10:42 UTC`.

    100ms sends the same reason for a removal by a participant and by the server API.
    """
    return f"{_REMOVED if _is_kick(fact) else 'room ended'} at {_clock(fact.at, now)}"


_REMOVED = "removed from the call (by a participant or the app's server)"


def _clock(at: datetime, now: datetime) -> str:
    return f"{at:%H:%M} UTC" + f" on {at:%d %b}" * (at.date() != now.date())


def removal_sentences(case: DiagnosisInput) -> tuple[str, ...]:
    """Return sentences on the removals and the latest end of the room in the look-up's scope."""
    return tuple(_removal_sentences(case))


def _removal_sentences(case: DiagnosisInput) -> Iterator[str]:
    facts = facts_in_scope(case)
    kicks, ends = [f for f in facts if _is_kick(f)], [f for f in facts if f.kind in _ENDS]
    number = len({fact.user_id or fact.peer_id or fact.id for fact in kicks})
    if number:
        who = "They were" if case.kind in {"peer", "user"} else f"{people_words(number)} was"
        who = who.replace("people was", "people were")
        last = ", the last" * (len(kicks) > 1)
        yield f"{who} {_REMOVED}{last} at {_clock(kicks[-1].at, case.now)}."
    if ends:
        yield f"The {removal_words(ends[-1], case.now)}."


_ENDS = frozenset({"room.end.success"})
