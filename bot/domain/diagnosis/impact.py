"""The impact: people affected, by role, platform, SDK version and network path."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from bot.domain.device import os_of
from bot.domain.diagnosis.input import (
    BEFORE_A_SESSION,
    OLDER_EVENTS,
    DiagnosisInput,
    was_present,
)
from bot.domain.diagnosis.model import GroupCount, Impact, Person, Story
from bot.domain.diagnosis.people import PersonIndex
from bot.domain.diagnosis.thresholds import SAME_CALL
from bot.domain.events import Agent, ErrorEvent
from bot.domain.privacy.addresses import mark_version


def people_in_room(
    case: DiagnosisInput, person_index: PersonIndex, events: Iterable[ErrorEvent]
) -> dict[str, Person]:
    """Return people (no bots) seen in the sessions and the events of the look-up, by key."""
    sessions = case.sessions_in_scope
    persons = [
        person_index.of_peer(peer.id or key)
        for session in sessions
        for key, peer in session.peers.items()
        if was_present(case, session, peer)
    ]
    persons += {event.sender: person_index.of(event) for event in events}.values()
    session_ids = {session.id.lower() for session in sessions}
    persons += [
        person_index.of(track)
        for track in case.room_tracks
        if track.session_id
        and track.session_id.lower() in session_ids
        and _is_within(case, track.at)
    ]
    return {person.key: person for person in persons if person and not person.bot}


def is_room_known(case: DiagnosisInput) -> bool:
    """Return whether everybody who was in the room is known.

    People who never joined successfully are known from error events alone.
    """
    if case.unread.types & {*BEFORE_A_SESSION, OLDER_EVENTS}:
        return False
    sessions = case.sessions_in_scope
    if not all(session.peers_read for session in sessions):
        return False
    return not case.unread.sessions or (case.session_id is not None and bool(sessions))


def _is_within(case: DiagnosisInput, at: datetime) -> bool:
    return (case.since is None or at >= case.since) and (case.until is None or at <= case.until)


def measure_impact(
    case: DiagnosisInput,
    person_index: PersonIndex,
    events: Iterable[ErrorEvent],
    stories: Iterable[Story],
    around: Iterable[Story],
) -> Impact:
    """Return the impact of the answer's own events.

    `around` are stories of other events of the room, used only to count failed calls.
    """
    stories = tuple(story for story in stories if not story.bot)
    everybody, all_known = people_in_room(case, person_index, events), is_room_known(case)
    unread = case.unread
    whole = not (unread.people or unread.types or unread.around)
    causes = [story for story in stories if story.symptom_of is None] or list(stories)
    affected = {story.person.key for story in causes}
    failed = {story.person.key for story in causes if story.failed_for_good}
    not_recovered = {story.person.key for story in causes if story.outcome != "recovered"}
    agents = {(agent, story.person.key) for story in stories for agent in story.agents}
    return Impact(
        affected=len(affected),
        in_room=len(everybody) if all_known else None,
        seen=len(everybody),
        least=bool(unread.types),
        failed_for_good=len(failed),
        recovered=len(affected - not_recovered),
        unclear=len(_people_of_unknown_end(causes) - failed),
        by_role=_count_roles(everybody, affected, all_known=all_known),
        by_platform=_count_groups((story.platform, story.person.key) for story in stories),
        by_os=_count_groups((os_of(agent), key) for agent, key in agents),
        by_sdk_version=_count_groups((_version_of(agent), key) for agent, key in agents),
        by_path=_count_groups((story.path, story.person.key) for story in stories),
        failed_calls=_count_failed_calls((*stories, *around), affected) if whole else (),
    )


def _people_of_unknown_end(stories: Iterable[Story]) -> set[str]:
    """Return the keys of people who are not known to have recovered from what kept them out.

    Failures of a feature and harmless ones keep nobody out of a call.
    """
    return {
        story.person.key
        for story in stories
        if story.outcome != "recovered" and not (story.feature or story.harmless)
    }


def _version_of(agent: Agent) -> str | None:
    """Return an app's SDK version with its platform, as versions of two SDKs do not compare."""
    version = mark_version(agent.sdk_version or "")
    return f"{agent.sdk or 'unknown'} {version}" if version else None


def _count_groups(people: Iterable[tuple[str | None, str]]) -> tuple[GroupCount, ...]:
    """Return the number of people by label, from labels and keys of people that may repeat."""
    counts = Counter(label for label, _ in set(people) if label)
    return tuple(
        GroupCount(label, count)
        for label, count in sorted(counts.items(), key=lambda x: (-x[1], x[0]))
    )


def _count_roles(
    everybody: dict[str, Person], affected: set[str], *, all_known: bool
) -> tuple[GroupCount, ...]:
    total: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    for key, person in everybody.items():
        role = " or ".join(person.roles) or "role not known"
        total[role] += 1
        hit[role] += key in affected
    return tuple(
        GroupCount(role, hit[role], total[role] if all_known else None)
        for role in sorted(total)
        if all_known or hit[role]
    )


def _count_failed_calls(
    stories: Iterable[Story], affected: set[str]
) -> tuple[tuple[str, int], ...]:
    """Return the number of calls in which each affected person had failures, as far as known."""
    calls: dict[str, set[str]] = defaultdict(set)
    latest: dict[str, Story] = {}
    for story in sorted(stories, key=lambda story: (story.first_at, story.id)):
        key = story.person.key
        session = next((row.session_id for row in story.rows if row.session_id), None)
        previous = latest.get(key)
        if session:
            calls[key].add(session.lower())
        elif not story.timed:
            continue
        elif previous is None or story.first_at - previous.last_at > SAME_CALL:
            calls[key].add(story.id)
        latest[key] = story
    return tuple((key, len(calls[key])) for key in sorted(affected))
