"""R17: the reason why no error was found."""

from bot.domain.diagnosis.input import DiagnosisInput, was_present
from bot.domain.diagnosis.model import NoErrorsFound, NoErrorsReason, VerdictClass
from bot.domain.diagnosis.people import PersonIndex
from bot.domain.events import EVENT_RETENTION
from bot.domain.rooms import Session

NO_TRACE = (
    "Some failures leave no event: a refused join or token, removal by a host, a hanging "
    "connection, a line that was down, a failed preview, blocked autoplay, frozen or black video."
)

_WORDS: dict[NoErrorsReason, str] = {
    "room_disabled": "The room is disabled: nobody can get in until it is enabled.",
    "unknown_id": "Nothing is known by that id, which says nothing about any call.",
    "too_old": "That session is older than 30 days: its events are no longer kept.",
    "no_session": "No session with people ran here in the time looked at.",
    "not_seen": "A session ran, but this person was not in it and reported no error.",
    "healthy": "A session with people ran and no error was reported.",
    "unread": "No error was found in what could be read, and whether anybody was in the room is not"
    " known.",
}
_PERSON_UNREAD = (
    "No error of this person was found in what could be read, and whether they were in the room is "
    "not known."
)
_SPEAK_OF_ERRORS: frozenset[NoErrorsReason] = frozenset({"healthy", "not_seen"})


def explain_no_errors(case: DiagnosisInput, person_index: PersonIndex) -> NoErrorsFound:
    """Return the reason why there are no events, as far as the case shows it."""
    reason, detail = _reason(case, person_index)
    words = detail or _WORDS[reason]
    if case.unread.types and reason in _SPEAK_OF_ERRORS:
        words = f"{words.rstrip('.')} in what could be read."
    return NoErrorsFound(reason, words, NO_TRACE)


def class_without_errors(no_errors: NoErrorsFound) -> VerdictClass:
    """Return the verdict class of an answer without events."""
    if no_errors.reason == "room_disabled":
        return "account"
    return "none" if no_errors.reason == "healthy" else "unknown"


def _reason(case: DiagnosisInput, person_index: PersonIndex) -> tuple[NoErrorsReason, str]:
    if not case.known or case.room is None:
        return "unknown_id", ""
    if case.room.enabled is False:
        return "room_disabled", ""
    sessions = case.sessions_in_scope
    recent = [session for session in sessions if not _is_too_old(case, session)]
    whole = bool(case.session_id and sessions) or not case.unread.sessions
    if sessions and not recent and whole:
        return "too_old", ""
    whole = whole and all(session.peers_read for session in recent)
    people_by_session = {
        session.id: _people_in_session(case, session, person_index) for session in recent
    }
    if not any(people_by_session.values()):
        return ("no_session" if whole else "unread"), ""
    attended = [session for session in recent if _is_subject_present(case, session, person_index)]
    if not attended:
        return ("not_seen", "") if whole else ("unread", _PERSON_UNREAD)
    people = set[str]().union(*(people_by_session[session.id] for session in attended))
    least = "" if whole else "at least "
    return (
        "healthy",
        f"{_sessions_words(attended, len(people), least)}, and {_no_error_words(case)}.",
    )


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


def _sessions_words(sessions: list[Session], people: int, least: str) -> str:
    count = f"{len(sessions):,} sessions" if len(sessions) > 1 else "One session"
    who = f"{people:,} people" if people > 1 else "one person"
    begin = f"{least}{count[0].lower() if least else count[0]}{count[1:]}"
    return f"{begin[0].upper()}{begin[1:]} with {least}{who} ran in the time looked at"


def _no_error_words(case: DiagnosisInput) -> str:
    """Return words for the missing errors, limited to the person and types asked for."""
    kind = "error" if case.all_types else "error of the types asked for"
    of_person = " of this person" if case.kind in {"peer", "user"} else ""
    return f"no {kind}{of_person} was reported"
