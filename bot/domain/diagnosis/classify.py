"""R12, R13, R15, R16: the verdict class of each story, and the class that most people are for.

R15 covers negotiation failures of several people who share a browser, OS or SDK version.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bot.domain.catalogue import UNKNOWN, Owner
from bot.domain.device import PLATFORM_WORDS, browser_of, os_of, platform_of
from bot.domain.diagnosis.model import Story, VerdictClass
from bot.domain.diagnosis.network import gravest
from bot.domain.diagnosis.outcomes import LEAVE, MOVED, TOO_MANY, UNREACHABLE
from bot.domain.diagnosis.recovery import ActivityIndex
from bot.domain.diagnosis.sdk.media import is_cancelled_share, is_unasked_share
from bot.domain.diagnosis.sdk.text import (
    SERVER_ERRORS,
    Responder,
    has_leave_called,
    is_account_failure,
    is_empty_unreachable,
    is_media_error,
    responder_of,
    status_of,
)
from bot.domain.diagnosis.thresholds import COMMON_FACTOR_LEAST, VERDICT_SHARE
from bot.domain.events import Agent
from bot.domain.privacy.addresses import mark_version


def common_factor_class(failed: Iterable[Story], others: Iterable[Story]) -> VerdictClass | None:
    """Return `environment` or `app` for at least three people who have something in common.

    One SDK version outweighs one browser or OS, unless somebody with the same version but another
    browser and OS did not have this failure. Returns None if nothing is in common.
    """
    failed = tuple(failed)
    people = {story.person.key for story in failed}
    if len(people) < COMMON_FACTOR_LEAST:
        return None
    agents = [agent for story in failed for agent in story.agents]
    version = _common_value([agent.sdk_version or None for agent in agents])
    surroundings = {
        _common_value([browser_of(agent) for agent in agents]),
        _common_value([os_of(agent) for agent in agents]),
    }
    surroundings -= {None}
    other_agents = [
        agent for story in others if story.person.key not in people for agent in story.agents
    ]
    if surroundings and version and _has_unaffected(other_agents, version, surroundings):
        return "environment"
    if version:
        return "app"
    return "environment" if surroundings else None


_SYSTEMS = {"windows": "Windows", "macos": "macOS", "ios": "iOS", "linux": "Linux"}


def common_factor(cls: VerdictClass, stories: Iterable[Story]) -> str:
    """Return `Firefox` or `web SDK 0.13.9` if that is why a negotiation failed; "" otherwise.

    `cls` is the class of the stories that the factor decided.
    """
    stories = tuple(stories)
    people = {story.person.key for story in stories}
    if len(people) < COMMON_FACTOR_LEAST or any(s.code not in NEGOTIATION for s in stories):
        return ""
    agents = [agent for story in stories for agent in story.agents]
    if cls == "app":
        version = _common_value([mark_version(agent.sdk_version or "") or None for agent in agents])
        return f"{PLATFORM_WORDS.get(stories[0].platform, '')} SDK {version}".strip() * bool(
            version
        )
    browser = _common_value([browser_of(agent) for agent in agents])
    system = _common_value([os_of(agent) for agent in agents])
    if cls != "environment" or not (browser or system):
        return ""
    return browser.title() if browser else _SYSTEMS.get(system or "", (system or "").title())


def _common_value(values: list[str | None]) -> str | None:
    """Return the value that all have; None if they differ or one is unknown."""
    return values[0] if values and len(set(values)) == 1 else None


def _has_unaffected(agents: list[Agent], version: str, surroundings: set[str | None]) -> bool:
    return any(
        agent.sdk_version == version and not {browser_of(agent), os_of(agent)} & surroundings
        for agent in agents
    )


ALREADY_JOINED = 5001
NEGOTIATION = range(4001, 4005)
_UNAUTHORISED, _FORBIDDEN = 401, 403
_ROOM_REFUSALS = frozenset({400, 403, 404})
_ENTRY_TYPES = frozenset({"client.connect.failed", "client.join.failed"})

# https://www.100ms.live/docs/javascript/v2/how-to-guides/debugging/error-handling
_ENVIRONMENT = {6010: {"web", "android"}, 6011: {"web"}, 6012: {"web"}}
_CLASS_BY_RESPONDER: dict[Responder, VerdictClass] = {
    "middlebox": "user_network",
    "gateway": "service",
    "page": "app",
    "network": "user_network",
    "api_misuse": "app",
    "far_end": "service",
}
_CLASS_BY_OWNER: dict[Owner, VerdictClass] = {
    "user_network": "user_network",
    "user_device": "device",
    "app": "app",
    "account": "account",
    "service": "service",
}


def is_no_fault(story: Story, activity: ActivityIndex) -> bool:
    """Return whether the story is nobody's fault (R12)."""
    if story.bot or is_cancelled_share(story):
        return True
    if story.code == LEAVE:
        return all(map(has_leave_called, story.failures))
    if story.code == ALREADY_JOINED:
        return is_in_session(story, activity)
    return story.harmless or story.code == MOVED


def is_in_session(story: Story, activity: ActivityIndex) -> bool:
    """Return whether the person was in a session at that time, or appears in one later."""
    if story.outcome == "recovered":
        return True
    return story.timed and any(
        stay.joined_at
        and stay.joined_at <= story.last_at
        and (stay.left_at is None or stay.left_at >= story.first_at)
        and (stay.left_at is not None or stay.running)
        for stay in activity.stays(story)
    )


def classify_stories(
    stories: Iterable[Story], activity: ActivityIndex, *, room_disabled: bool
) -> dict[str, VerdictClass]:
    """Return the class of each cause by story id; stories that are nobody's fault are left out.

    All network causes are `user_network` here; `network` refines them by the people who share them.
    A side feature (a screen share, a headset) counts only if nothing else does.
    """
    causes = [
        story for story in stories if story.symptom_of is None and not is_no_fault(story, activity)
    ]
    causes = [story for story in causes if story.feature is None] or causes
    classes: dict[str, VerdictClass] = {}
    known: dict[tuple[str, str], VerdictClass] = {}
    for story in causes:
        key = (story.alike, story.explanation.entry.key)
        if key not in known:
            known[key] = classify_story(story, room_disabled=room_disabled)
        classes[story.id] = known[key]
    negotiation = [story for story in causes if story.code in NEGOTIATION]
    common_class = common_factor_class(negotiation, causes)
    return classes | {story.id: common_class for story in negotiation if common_class}


def classify_story(story: Story, *, room_disabled: bool = False) -> VerdictClass:
    """Return the class of a story by text, code and catalogue, in this order."""
    status = status_of(story.code)
    text_class = _class_by_text(story)
    if text_class:
        return text_class
    if status == TOO_MANY or status in SERVER_ERRORS:
        return "service"
    if story.type == "client.disconnected" and status in {_UNAUTHORISED, _FORBIDDEN}:
        return "app"
    if story.type == "client.connect.failed" and status == _FORBIDDEN:
        return "account"
    return _class_by_catalogue(story, status, room_disabled=room_disabled)


def _class_by_text(story: Story) -> VerdictClass | None:
    """Return the class by the story's texts; if they disagree, that of the last text with one."""
    if any(map(is_account_failure, story.failures)):
        return "account"
    hidden = story.code == UNREACHABLE and story.platform == "web"
    if is_unasked_share(story) or (hidden and all(map(is_empty_unreachable, story.failures))):
        return "app"
    responders = [responder_of(facts, story.platform) for facts in reversed(story.failures)]
    if "far_end" in responders and set(responders) != {"far_end"}:
        return None  # some of its sockets were cut, not closed
    responder = next((candidate for candidate in responders if candidate), None)
    return _CLASS_BY_RESPONDER[responder] if responder else None


def _class_by_catalogue(story: Story, status: int, *, room_disabled: bool) -> VerdictClass:
    entry = story.explanation.entry
    refused = status in _ROOM_REFUSALS or (entry.owner == "app" and "404" in entry.key)
    if room_disabled and story.type in _ENTRY_TYPES and refused:
        return "account"
    if _platforms(story) & _ENVIRONMENT.get(story.code, set()):
        return "environment"
    if is_media_error(story.rows[0]):
        return "device"
    if entry.key == UNKNOWN:
        return "unknown"
    return _CLASS_BY_OWNER.get(entry.owner, "unknown")


def _platforms(story: Story) -> set[str]:
    """Return the platforms of its events; if none is reported, those of its catalogue entry."""
    reported = set(map(platform_of, story.agents)) - {UNKNOWN}
    return reported or set(story.explanation.entry.platforms)


def people_with_server_errors(stories: Iterable[Story]) -> int:
    """Return the number of people with a 5xx or a 429."""
    people: defaultdict[str, int] = defaultdict(int)
    for story in stories:
        status = status_of(story.code)
        people[story.person.key] += status == TOO_MANY or status in SERVER_ERRORS
    return sum(count > 0 for count in people.values())


_SHARED: VerdictClass = "shared_network"
_LINES: frozenset[VerdictClass] = frozenset({"user_network", "shared_network", "service"})


@dataclass(frozen=True, slots=True)
class Tally:
    """The weights of a verdict: `weights` by class, `people` the keys of those behind each class.

    `cls` is None if no story has any weight; `share` is the share of the leading class.
    """

    cls: VerdictClass | None
    share: Fraction
    weights: Mapping[VerdictClass, Fraction]
    people: Mapping[VerdictClass, frozenset[str]]
    nobody_failed: bool


def tally_people(
    stories: Iterable[Story],
    classes: Mapping[str, VerdictClass],
    by_numbers: Container[str] = frozenset(),
) -> Tally:
    """Return the tally of people, not events.

    Each person weighs 1, split over the classes of their worst stories. `by_numbers` are stories
    that are `service` by the number of people, not by a code.
    """
    stories_by_person: defaultdict[str, list[Story]] = defaultdict(list)
    for story in stories:
        if story.id in classes:
            stories_by_person[story.person.key].append(story)
    failed = {
        key
        for key, person_stories in stories_by_person.items()
        if any(_rank(story) == 0 for story in person_stories)
    }
    weights: defaultdict[VerdictClass, Fraction] = defaultdict(Fraction)
    weighing: defaultdict[VerdictClass, set[str]] = defaultdict(set)
    numbers_weight = Fraction(0)
    for key, person_stories in stories_by_person.items():
        if failed and all(story.outcome == "recovered" for story in person_stories):
            continue
        chosen = _worst_classes(person_stories, classes)
        for cls in chosen:
            weights[cls] += Fraction(1, len(chosen))
            weighing[cls].add(key)
        if "service" in chosen and _is_only_by_numbers(person_stories, classes, by_numbers):
            numbers_weight += Fraction(1, len(chosen))
    people = {cls: frozenset(keys) for cls, keys in weighing.items()}
    return _leading_class(dict(weights), people, numbers_weight, nobody_failed=not failed)


def _is_only_by_numbers(
    stories: list[Story], classes: Mapping[str, VerdictClass], by_numbers: Container[str]
) -> bool:
    worst = min(_rank(story) for story in stories)
    served = (
        story for story in stories if classes[story.id] == "service" and _rank(story) == worst
    )
    return all(story.id in by_numbers for story in served)


def _leading_class(
    weights: dict[VerdictClass, Fraction],
    people: dict[VerdictClass, frozenset[str]],
    numbers_weight: Fraction,
    *,
    nobody_failed: bool,
) -> Tally:
    """Return the tally of the leading class.

    `numbers_weight` is the weight of people whose stories are `service` only by numbers. If they
    and the people of a shared network lead only together, the shared network is the safe class.
    Otherwise one healthy person who joined would undo the outage and turn `mixed` into
    `shared_network`, which is graver (R19).
    """
    total = sum(weights.values(), Fraction(0))
    if not total:
        return Tally(None, Fraction(0), weights, people, nobody_failed)
    leader = max(weights, key=lambda cls: (weights[cls], cls))
    shared = weights.get(_SHARED, Fraction(0))
    if weights[leader] / total < VERDICT_SHARE <= (shared + numbers_weight) / total and shared:
        return Tally(_SHARED, shared / total, weights, people, nobody_failed)
    share = weights[leader] / total
    cls = leader if share >= VERDICT_SHARE else "mixed"
    return Tally(cls, share, weights, people, nobody_failed)


def _worst_classes(stories: list[Story], classes: Mapping[str, VerdictClass]) -> set[VerdictClass]:
    """Return the classes of a person's worst stories; of network classes only the gravest."""
    worst = min(_rank(story) for story in stories)
    candidates = {classes[story.id] for story in stories if _rank(story) == worst}
    lines = candidates & _LINES
    return (candidates - _LINES) | ({gravest(lines)} if lines else set())


def _rank(story: Story) -> int:
    if story.failed_for_good:
        return 0
    return 2 if story.outcome == "recovered" else 1
