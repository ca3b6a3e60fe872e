"""R5, R6: groups error events into one story per failure of a person, and links symptoms.

A symptom is a story that happened only because of another one.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from operator import itemgetter

from bot.domain.catalogue import UNKNOWN, Catalogue, Explanation, platforms_of
from bot.domain.device import platform_of
from bot.domain.diagnosis.intervals import IntervalIndex, shift
from bot.domain.diagnosis.model import Person, Story
from bot.domain.diagnosis.people import PersonIndex
from bot.domain.diagnosis.sdk.ice_path import path_of
from bot.domain.diagnosis.sdk.media import feature_of
from bot.domain.diagnosis.sdk.text import (
    ICE_CODES,
    MEDIA_TYPES,
    SIGNAL_LOST,
    dependencies_of,
    retry_count_of,
    retry_ms_of,
)
from bot.domain.diagnosis.thresholds import (
    FOLLOWED_WITHIN,
    STAMPED_EARLY,
    STORY_GAP,
    SYMPTOM_WITHIN,
)
from bot.domain.diagnosis.webhook_facts import ROLE_CHANGE
from bot.domain.events import Agent, ErrorEvent, ErrorFacts, EventSource, Pairs, sort_key

_Kind = tuple[str, str, int, str]
_Platforms = tuple[str, tuple[str, ...]]
_Words = tuple[tuple[ErrorFacts, _Platforms, Pairs], ...]


def build_stories(
    events: Iterable[ErrorEvent], person_index: PersonIndex, catalogue: Catalogue
) -> tuple[Story, ...]:
    """Return stories that contain every event exactly once, in order of their first event.

    `events` must be in order.
    """
    runs: defaultdict[_Kind, list[ErrorEvent]] = defaultdict(list)
    kinds: dict[tuple[EventSource, ErrorFacts], _Kind] = {}
    for event in events:
        key = (event.sender, event.failure)
        kind = kinds.get(key)
        if kind is None:
            kind = kinds[key] = _kind(person_index.of(event), event.failure)
        runs[kind].append(event)
    known: dict[_Words, Story] = {}
    stories = (
        _story(person_index.of(rows[0]), rows, catalogue, known)
        for run in runs.values()
        for rows in _split(run)
    )
    return tuple(sorted(stories, key=lambda story: (sort_key(story.rows[0]), story.id)))


def _kind(person: Person, facts: ErrorFacts) -> _Kind:
    action = (facts.action or "").strip().lower()
    return person.key, facts.type, facts.error_code or 0, action


def _split(run: list[ErrorEvent]) -> Iterator[tuple[ErrorEvent, ...]]:
    begin = 0
    for index in range(1, len(run)):
        if run[index].at - run[index - 1].at > STORY_GAP:
            yield tuple(run[begin:index])
            begin = index
    yield tuple(run[begin:])


def _story(
    person: Person,
    rows: tuple[ErrorEvent, ...],
    catalogue: Catalogue,
    known: dict[_Words, Story],
) -> Story:
    """Return the story of these rows: that of another person if the events say the same."""
    agents = frozenset([row.sender.agent for row in rows])
    words = tuple([(row.failure, _platforms(row.sender.agent), row.extras) for row in rows])
    alike = known.get(words)
    if alike is None:
        return known.setdefault(words, _new_story(person, rows, catalogue))
    return alike.replace(id=_id(rows[0].id), person=person, rows=rows, agents=agents)


@lru_cache(1024)
def _platforms(agent: Agent) -> _Platforms:
    """Return all that the meaning of an event depends on, of the app and device that sent it."""
    return platform_of(agent), platforms_of(agent)


def _new_story(person: Person, rows: tuple[ErrorEvent, ...], catalogue: Catalogue) -> Story:
    latest = tuple(dict.fromkeys(row.failure for row in reversed(rows)))
    spans = (tried for facts in latest if (tried := retry_ms_of(facts)) is not None)
    counts = (tried for facts in latest if (tried := retry_count_of(facts)) is not None)
    paths = filter(None, map(path_of, latest))
    platforms = (platform_of(row.agent) for row in rows)
    platform = next((name for name in platforms if name != UNKNOWN), UNKNOWN)
    return Story(
        id=_id(rows[0].id),
        person=person,
        rows=rows,
        platform=platform,
        explanation=_explain(rows, catalogue),
        retry_ms=next(spans, None),
        retry_count=next(counts, None),
        feature=ROLE_CHANGE
        if rows[0].type == "role.change.failure"
        else feature_of(rows, platform),
        path=next((path.words for path in paths), None),
    )


def _id(event_id: str) -> str:
    """Return a story id that is stable as long as its first event stays the first.

    Every event is in one story only.
    """
    return "s-" + hashlib.sha256(event_id.encode("utf-8", "replace")).hexdigest()[:12]


def _explain(rows: tuple[ErrorEvent, ...], catalogue: Catalogue) -> Explanation:
    """Return the last event's meaning, unless an earlier event's text is more specific."""
    distinct_rows = {(row.failure, row.sender, row.extras): row for row in reversed(rows)}
    explanations = [catalogue.explain(row) for row in distinct_rows.values()]
    faults = [
        explanation for explanation in explanations if explanation.entry.owner != "nobody"
    ] or explanations
    return max(
        faults,
        key=lambda explanation: (explanation.entry.owner == "account", explanation.entry.rule),
    )


_LOST = "client.disconnected"
_DEPENDENT = frozenset({"client.publish.failed", "client.subscribe.failed", "client.join.failed"})
_ZERO = timedelta(0)


class _PersonStories:
    """One person's stories, indexed by type and time."""

    def __init__(self, stories: Iterable[Story]) -> None:
        self.stories = tuple(stories)
        by_type: defaultdict[str, list[Story]] = defaultdict(list)
        for story in self.stories:
            by_type[story.type].append(story)
        self._by_type = {
            kind: IntervalIndex(
                (story.first_at, story.last_at, story) for story in group if story.timed
            )
            for kind, group in by_type.items()
        }
        self._lost = sorted(
            ((row.at, row.id, story) for story in by_type[_LOST] if story.code == SIGNAL_LOST
             for row in story.rows if row.timed),
            key=itemgetter(0, 1),
        )  # fmt: skip

    def near(self, kind: str, since: datetime, until: datetime) -> Iterator[Story]:
        """Return the stories of a type that were in progress at that time."""
        return self._by_type[kind].between(since, until) if kind in self._by_type else iter(())

    def lost_near(self, moment: datetime) -> list[tuple[datetime, str, Story]]:
        """Return the rows that report a lost signal shortly before that moment."""
        first = bisect_left(self._lost, shift(moment, -SYMPTOM_WITHIN), key=itemgetter(0))
        beyond = bisect_right(self._lost, shift(moment, STAMPED_EARLY), key=itemgetter(0))
        return self._lost[first:beyond]


def link_symptoms(stories: Iterable[Story]) -> tuple[tuple[Story, ...], dict[str, Story]]:
    """Return the stories with `symptom_of` set, and the successors by story id.

    A successor is the terminal story that ends the run of the story with that id.
    """
    stories = tuple(stories)
    stories_by_person: defaultdict[str, list[Story]] = defaultdict(list)
    for story in stories:
        stories_by_person[story.person.key].append(story)
    successors: dict[str, Story] = {}
    links: dict[str, str] = {}
    for person_stories in map(_PersonStories, stories_by_person.values()):
        for story in person_stories.stories:
            successor = _terminal_successor(story, person_stories)
            if successor:
                successors[story.id] = successor
            cause = (
                _cause_by_text(story, person_stories)
                or _cause_by_lost_signal(story, person_stories)
                or successor
            )
            if cause and not _is_cause(links, cause.id, story.id):
                links[story.id] = cause.id
    linked = (
        story.replace(symptom_of=links[story.id]) if story.id in links else story
        for story in stories
    )
    return tuple(linked), successors


def _is_cause(links: dict[str, str], start: str, goal: str) -> bool:
    """Return whether the causes lead from `start` to `goal`; texts may contradict each other."""
    current: str | None = start
    while current is not None and current != goal:
        current = links.get(current)
    return current is not None


def _cause_by_text(story: Story, person_stories: _PersonStories) -> Story | None:
    """Return the nearest story of the kind that the dependency text names."""
    kinds = dict.fromkeys(kind for facts in story.failures for kind in dependencies_of(facts))
    for kind in kinds:
        since, until = shift(story.first_at, -STORY_GAP), shift(story.last_at, STORY_GAP)
        causes = person_stories.near(kind, since, until)
        near = [cause for cause in causes if cause is not story]
        if near:
            return min(
                near, key=lambda cause: (_distance(story, cause), _lag(story, cause), cause.id)
            )
    return None


def _distance(story: Story, cause: Story) -> timedelta:
    apart = max(cause.first_at - story.last_at, story.first_at - cause.last_at)
    return max(apart, _ZERO)


def _lag(story: Story, cause: Story) -> timedelta:
    return abs(story.first_at - cause.first_at)


def _cause_by_lost_signal(story: Story, person_stories: _PersonStories) -> Story | None:
    """Return the lost signal shortly before this story, or during which it was reported.

    A failure that carries 1003 itself could not be sent over the lost socket, so it belongs to the
    lost signal at any time while that is open.
    """
    if story.type not in _DEPENDENT:
        return None
    begins = story.first_at
    if story.code == SIGNAL_LOST:
        causes = person_stories.near(_LOST, shift(begins, -FOLLOWED_WITHIN), begins)
        opened = [cause for cause in causes if cause.code == SIGNAL_LOST]
        if opened:
            return max(opened, key=lambda cause: (cause.first_at, cause.id))
    near = [
        (abs(at - begins), at, name, cause) for at, name, cause in person_stories.lost_near(begins)
    ]
    return min(near, key=itemgetter(0, 1, 2))[3] if near else None


def _terminal_successor(story: Story, person_stories: _PersonStories) -> Story | None:
    """Return the failure of the same kind that follows at once or overlaps, and ends terminal.

    The media paths of a person fail together, so sending and receiving count as one kind.
    """
    if story.terminal:
        return None
    candidates = []
    last = story.last_at
    for kind in _kinds(story):
        for other in person_stories.near(kind, last, shift(last, FOLLOWED_WITHIN)):
            if other is story or not other.ends_terminal or not _is_same_kind(story, other):
                continue
            index = bisect_left(other.rows, sort_key(story.rows[-1]), key=sort_key)
            if index == len(other.rows):
                continue
            if index or other.rows[index].at - last <= FOLLOWED_WITHIN:
                candidates.append((sort_key(other.rows[index]), other))
    return min(candidates, key=itemgetter(0))[1] if candidates else None


def _kinds(story: Story) -> Iterable[str]:
    media = story.type in MEDIA_TYPES and story.code in ICE_CODES
    return sorted(MEDIA_TYPES) if media else (story.type,)


def _is_same_kind(story: Story, other: Story) -> bool:
    return other.type == story.type or other.code in ICE_CODES
