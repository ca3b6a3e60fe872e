"""How far it reaches: people affected, by role, platform, SDK version and network path."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from bot.domain.diagnosis.classify import os_of
from bot.domain.diagnosis.input import (
    DiagnosisInput,
    was_present,
    sessions_of_room,
    tracks_of_room,
    is_in_scope,
)
from bot.domain.diagnosis.model import Impact, Person, GroupCount, Story
from bot.domain.diagnosis.people import PersonIndex
from bot.domain.diagnosis.thresholds import SAME_CALL
from bot.domain.diagnosis.unread_sources import BEFORE_A_SESSION, OLDER
from bot.domain.events import Agent, ErrorEvent
from bot.domain.privacy.addresses import mark_version


def in_room(
    case: DiagnosisInput, crowd: PersonIndex, events: Iterable[ErrorEvent]
) -> dict[str, Person]:
    """People (no bots) seen in the sessions and the events looked at, by key."""
    sessions = [one for one in sessions_of_room(case) if is_in_scope(case, one)]
    seen = [
        crowd.of_peer(peer.id or key)
        for session in sessions
        for key, peer in session.peers.items()
        if was_present(case, session, peer)
    ]
    seen += {event.sender: crowd.of(event) for event in events}.values()
    wanted = {session.id.lower() for session in sessions}
    seen += [
        crowd.of(track)
        for track in tracks_of_room(case)
        if track.session_id and track.session_id.lower() in wanted and _within(case, track.at)
    ]
    return {one.key: one for one in seen if one and not one.bot}


def room_is_known(case: DiagnosisInput) -> bool:
    """True if nobody who was in the room can be missing from `in_room`.

    Whoever never got in is known from error events alone.
    """
    if case.unread.types & {*BEFORE_A_SESSION, OLDER}:
        return False
    sessions = [one for one in sessions_of_room(case) if is_in_scope(case, one)]
    if not all(one.peers_read for one in sessions):
        return False
    return not case.unread.sessions or (case.session_id is not None and bool(sessions))


def _within(case: DiagnosisInput, at: datetime) -> bool:
    return (case.since is None or at >= case.since) and (case.until is None or at <= case.until)


def measure_impact(
    case: DiagnosisInput,
    crowd: PersonIndex,
    events: Iterable[ErrorEvent],
    stories: Iterable[Story],
    around: Iterable[Story],
) -> Impact:
    """The numbers of the answer: of its own events, and what was told around them."""
    stories = tuple(one for one in stories if not one.bot)
    everybody, known = in_room(case, crowd, events), room_is_known(case)
    unread = case.unread
    whole = not (unread.people or unread.types or unread.around)
    causes = [one for one in stories if one.symptom_of is None] or list(stories)
    worst: dict[str, set[str]] = defaultdict(set)
    for story in causes:
        worst[story.person.key].add(story.outcome)
    failed = {story.person.key for story in causes if story.failed_for_good}
    fine = {key for key, ends in worst.items() if ends == {"recovered"}}
    beside = {one.person.key for one in causes} - failed - fine
    missed = (one for one in causes if not (one.feature or one.harmless))
    beside -= {one.person.key for one in missed if one.outcome != "recovered"}
    return Impact(
        affected=len(worst),
        in_room=len(everybody) if known else None,
        seen=len(everybody),
        least=bool(unread.types),
        failed_for_good=len(failed),
        recovered=len(fine),
        unclear=len(worst) - len(failed) - len(fine) - len(beside),
        by_role=_roles(everybody, set(worst), known=known),
        by_platform=_shares(stories, lambda story: {story.platform}),
        by_os=_shares(stories, lambda story: _affected_people(story, os_of)),
        by_sdk_version=_shares(stories, lambda story: _affected_people(story, _version_of)),
        by_path=_shares(stories, lambda story: {story.path} if story.path else set()),
        failed_calls=_failed_calls((*stories, *around), set(worst)) if whole else (),
    )


def _version_of(agent: Agent) -> str | None:
    """The SDK version an app names, with its platform: versions of two SDKs compare badly."""
    version = mark_version(agent.sdk_version or "")
    return f"{agent.sdk or 'unknown'} {version}" if version else None


def _affected_people(story: Story, read: Callable[[Agent], str | None]) -> set[str]:
    return {value for agent in story.agents if (value := read(agent))}


def _shares(stories: Iterable[Story], read: Callable[[Story], set[str]]) -> tuple[GroupCount, ...]:
    people: dict[str, set[str]] = defaultdict(set)
    for story in stories:
        for label in read(story):
            people[label].add(story.person.key)
    counts = Counter({label: len(keys) for label, keys in people.items()})
    return tuple(
        GroupCount(label, count)
        for label, count in sorted(counts.items(), key=lambda x: (-x[1], x[0]))
    )


def _roles(
    everybody: dict[str, Person], affected: set[str], *, known: bool
) -> tuple[GroupCount, ...]:
    total: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    for key, person in everybody.items():
        role = " or ".join(person.roles) or "role not known"
        total[role] += 1
        hit[role] += key in affected
    return tuple(
        GroupCount(role, hit[role], total[role] if known else None)
        for role in sorted(total)
        if known or hit[role]
    )


def _failed_calls(stories: Iterable[Story], affected: set[str]) -> tuple[tuple[str, int], ...]:
    """How many calls each affected person had failures in, as far as the events given reach."""
    calls: dict[str, set[str]] = defaultdict(set)
    latest: dict[str, Story] = {}
    for story in sorted(stories, key=lambda one: (one.first_at, one.id)):
        key = story.person.key
        session = next((row.session_id for row in story.rows if row.session_id), None)
        before = latest.get(key)
        if session:
            calls[key].add(session.lower())
        elif not story.timed:
            continue
        elif before is None or story.first_at - before.last_at > SAME_CALL:
            calls[key].add(story.id)
        latest[key] = story
    return tuple((key, len(calls[key])) for key in sorted(affected))
