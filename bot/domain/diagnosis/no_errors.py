"""R17: the reason why no error was found, and the verdict of such a look-up."""

from bot.domain.diagnosis.confidence import confidence_without_errors
from bot.domain.diagnosis.input import DiagnosisInput, was_present
from bot.domain.diagnosis.model import Impact, NoErrorsFound, NoErrorsReason, Verdict, VerdictClass
from bot.domain.diagnosis.people import PersonIndex
from bot.domain.diagnosis.wording import ASK_AGAIN, people_words
from bot.domain.events import EVENT_RETENTION
from bot.domain.rooms import Session

NO_TRACE = (
    "Some failures leave no event: a refused join or token, removal by a host, a hanging "
    "connection, a line that was down, a failed preview, blocked autoplay, frozen or black video."
)

_STEPS: dict[NoErrorsReason, tuple[str, ...]] = {
    "room_disabled": (
        "Account admin: enable the room in the 100ms dashboard, if it should be open.",
    ),
    "unread": (ASK_AGAIN,),
}


def explain_no_errors(case: DiagnosisInput, person_index: PersonIndex) -> NoErrorsFound:
    """Return the reason why there are no events, as far as the case shows it."""
    if not case.known or case.room is None:
        return NoErrorsFound("unknown_id")
    if case.room.enabled is False:
        return NoErrorsFound("room_disabled")
    sessions = case.sessions_in_scope
    recent = [session for session in sessions if not _is_too_old(case, session)]
    whole = bool(case.session_id and sessions) or not case.unread.sessions
    if sessions and not recent and whole:
        return NoErrorsFound("too_old")
    whole = whole and all(session.peers_read for session in recent)
    people_by_session = {
        session.id: _people_in_session(case, session, person_index) for session in recent
    }
    if not any(people_by_session.values()):
        return NoErrorsFound("no_session" if whole else "unread")
    attended = [session for session in recent if _is_subject_present(case, session, person_index)]
    if not attended:
        return NoErrorsFound("not_seen" if whole else "unread")
    people = set[str]().union(*(people_by_session[session.id] for session in attended))
    return NoErrorsFound("healthy", len(attended), len(people), least=not whole)


def class_without_errors(no_errors: NoErrorsFound) -> VerdictClass:
    """Return the verdict class of an answer without events."""
    if no_errors.reason == "room_disabled":
        return "account"
    return "none" if no_errors.reason == "healthy" else "unknown"


def _is_too_old(case: DiagnosisInput, session: Session) -> bool:
    ends = session.ended_at or (case.now if session.active else session.created_at)
    return ends is not None and ends < case.now - EVENT_RETENTION


def _people_in_session(
    case: DiagnosisInput, session: Session, person_index: PersonIndex
) -> set[str]:
    person_keys = set()
    for key, peer in session.peers.items():
        person = person_index.of_peer(peer.id or key)
        if person and not person.bot and was_present(case, session, peer):
            person_keys.add(person.key)
    return person_keys


def _is_subject_present(case: DiagnosisInput, session: Session, person_index: PersonIndex) -> bool:
    """Return whether the subject of the look-up was present; anybody counts if it has none."""
    if case.kind == "peer" and case.peer_id:
        person = person_index.of_peer(case.peer_id)
        return person is not None and person.key in _people_in_session(case, session, person_index)
    if case.kind == "user" and case.user_id:
        return any(peer.user_id == case.user_id for peer in session.peers.values())
    return bool(_people_in_session(case, session, person_index))


def verdict_without_errors(
    case: DiagnosisInput, no_errors: NoErrorsFound, impact: Impact
) -> Verdict:
    """Return the verdict of a look-up without events."""
    unread = case.unread.words(proof=frozenset(), around=False)
    attendance = f"{people_words(impact.seen)} seen"
    if impact.in_room is None:
        attendance = f"at least {attendance}" if impact.seen else "who was there could not be read"
    among = " among those that could be read" if case.unread.types else ""
    steps = _STEPS.get(no_errors.reason, ())
    return Verdict(
        cls=class_without_errors(no_errors),
        confidence=confidence_without_errors(no_errors.reason, complete=case.complete),
        evidence=(f"No errors reported{among}; {attendance}.", *no_errors.facts, NO_TRACE),
        next_steps=(ASK_AGAIN,) if unread else steps,
        unread=unread,
    )
