"""The calls of a look-up: each failure belongs to one, and an answer begins with the latest.

100ms' unit is the session, from the first join until the room is empty. A failure before a session
belongs to the session that ran at that time, or to other failures near it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.diagnosis.input import DiagnosisInput
from bot.domain.diagnosis.intervals import IntervalIndex, shift
from bot.domain.diagnosis.model import CallHistory, Story, VerdictClass
from bot.domain.diagnosis.people import PersonIndex
from bot.domain.diagnosis.thresholds import SAME_CALL
from bot.domain.rooms import Session

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Call:
    """The failures of one call, oldest first; `session_id` is None if nobody got into it."""

    session_id: str | None
    stories: tuple[Story, ...]


def group_by_call(case: DiagnosisInput, stories: Iterable[Story]) -> list[Call]:
    """Return the calls with failures, in order of their first failure."""
    spans = IntervalIndex(
        (shift(session.created_at, -SAME_CALL), shift(ends, SAME_CALL), session)
        for session in case.room_sessions
        if session.created_at and (ends := session.ended_at or case.now)
    )
    groups: dict[str, list[Story]] = {}
    latest: tuple[str, datetime] | None = None
    for story in stories:
        key = _session_of(story, spans)
        if key is None:
            alone = latest is None or story.first_at - latest[1] > SAME_CALL
            key = f"story:{story.id}" if alone or latest is None else latest[0]
        groups.setdefault(key, []).append(story)
        if key.startswith("story:"):
            latest = key, story.last_at
    return [
        Call(None if key.startswith("story:") else key, tuple(group))
        for key, group in groups.items()
    ]


def _session_of(story: Story, spans: IntervalIndex[Session]) -> str | None:
    """Return the story's session in lower case, or the one that ran nearest to its start."""
    named = next((row.session_id for row in reversed(story.rows) if row.session_id), None)
    if named:
        return named.lower()
    running = list(spans.between(story.first_at, story.first_at)) if story.timed else []
    nearest = min(running, key=lambda session: _distance(session, story.first_at), default=None)
    return nearest.id.lower() if nearest else None


def _distance(session: Session, at: datetime) -> timedelta:
    begins, ends = session.created_at or at, session.ended_at or at
    return max(begins - at, at - ends, timedelta(0))


def covers_calls(case: DiagnosisInput, calls: Sequence[Call]) -> bool:
    """Return whether the look-up covers several calls, with failures or without."""
    if case.session_id:
        return False
    sessions = {session.id.lower() for session in _attended_sessions(case)}
    return len(sessions | {call.session_id or call.stories[0].id for call in calls}) > 1


def latest_failed_call(calls: Sequence[Call], classes: Mapping[str, VerdictClass]) -> Call | None:
    """Return the latest call in which somebody did not recover, else the latest with failures."""
    failed = [call for call in calls if _causes(call, classes)]
    grave = [call for call in failed if any(s.failed_for_good for s in _causes(call, classes))]
    return max(grave or failed, key=lambda call: call.stories[-1].last_at, default=None)


def _causes(call: Call, classes: Mapping[str, VerdictClass]) -> list[Story]:
    return [story for story in call.stories if story.id in classes and not story.bot]


def narrow_to_call(case: DiagnosisInput, call: Call) -> DiagnosisInput:
    """Return the case of that call alone."""
    events = tuple(row for story in call.stories for row in story.rows)
    if call.session_id:
        sessions = (row for row in case.room_sessions if row.id.lower() == call.session_id)
        return replace(case, events=events, sessions=tuple(sessions), session_id=call.session_id)
    timed = [row.at for row in events if row.timed]
    if not timed:
        return replace(case, events=events)
    since, until = shift(min(timed), -SAME_CALL), shift(max(timed), SAME_CALL)
    return replace(case, events=events, since=since, until=until)


def history_of(
    case: DiagnosisInput,
    person_index: PersonIndex,
    calls: Sequence[Call],
    latest: Call,
    classes: Mapping[str, VerdictClass],
) -> CallHistory | None:
    """Return how often calls failed; None if sessions or events are missing.

    If one person alone failed in the latest call, and in another one, it counts that person's.
    """
    if case.unread.people or case.unread.types or case.unread.around:
        return None
    people = {story.person.key for story in _causes(latest, classes)}
    if len(people) == 1:
        of_person = _count_calls(case, person_index, calls, classes, people.pop())
        if of_person.failed > 1:
            return of_person
    return _count_calls(case, person_index, calls, classes)


def _count_calls(
    case: DiagnosisInput,
    person_index: PersonIndex,
    calls: Sequence[Call],
    classes: Mapping[str, VerdictClass],
    person: str | None = None,
) -> CallHistory:
    """Return the history of a person, or of the room."""
    failed = [
        call
        for call in calls
        if any(person in {None, story.person.key} for story in _causes(call, classes))
    ]
    attended = {
        session.id.lower(): session.created_at
        for session in _attended_sessions(case)
        if person is None or _was_in(person, session, person_index)
    }
    starts = [at for at in attended.values() if at]
    starts += [call.stories[0].first_at for call in failed if call.stories[0].timed]
    total = {*attended, *(call.session_id or call.stories[0].id for call in failed)}
    days = (case.closes - min(starts)) // _DAY if starts else 0
    return CallHistory(len(failed), len(total), days)


def _attended_sessions(case: DiagnosisInput) -> list[Session]:
    return [session for session in case.sessions_in_scope if session.peers]


def _was_in(person: str, session: Session, person_index: PersonIndex) -> bool:
    people = (person_index.of_peer(peer.id or key) for key, peer in session.peers.items())
    return any(found and found.key == person for found in people)
