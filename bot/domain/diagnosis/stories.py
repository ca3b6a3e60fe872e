"""R5: error events folded into one story per failure of one person.

R6: which stories happened only because of another one.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter

from bot.domain.catalogue import UNKNOWN, Catalogue, Explanation
from bot.domain.device import platform_of
from bot.domain.diagnosis.intervals import IntervalIndex, shift
from bot.domain.diagnosis.model import Person, Story
from bot.domain.diagnosis.people import PersonIndex
from bot.domain.diagnosis.sdk.ice_path import path_of
from bot.domain.diagnosis.sdk.side_features import feature_of
from bot.domain.diagnosis.sdk.text import (
    ICE_CODES,
    MEDIA_TYPES,
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
from bot.domain.events import ErrorEvent, ErrorFacts, EventSource, sort_key

_Kind = tuple[str, str, int, str]


def build_stories(
    events: Iterable[ErrorEvent], crowd: PersonIndex, catalogue: Catalogue
) -> tuple[Story, ...]:
    """Every event, given in order, in exactly one story; in order of the first event."""
    runs: defaultdict[_Kind, list[ErrorEvent]] = defaultdict(list)
    kinds: dict[tuple[EventSource, ErrorFacts], _Kind] = {}
    for event in events:
        alike = (event.sender, event.failure)
        kind = kinds.get(alike)
        if kind is None:
            kind = kinds[alike] = _kind(crowd.of(event), event.failure)
        runs[kind].append(event)
    found = (
        _story(crowd.of(rows[0]), rows, catalogue) for run in runs.values() for rows in _split(run)
    )
    return tuple(sorted(found, key=lambda story: (sort_key(story.rows[0]), story.id)))


def _kind(person: Person, failure: ErrorFacts) -> _Kind:
    action = (failure.action or "").strip().lower()
    return person.key, failure.type, failure.error_code or 0, action


def _split(run: list[ErrorEvent]) -> Iterator[tuple[ErrorEvent, ...]]:
    begin = 0
    for index in range(1, len(run)):
        if run[index].at - run[index - 1].at > STORY_GAP:
            yield tuple(run[begin:index])
            begin = index
    yield tuple(run[begin:])


def _story(person: Person, rows: tuple[ErrorEvent, ...], catalogue: Catalogue) -> Story:
    latest = tuple(dict.fromkeys(row.failure for row in reversed(rows)))
    spans = (tried for one in latest if (tried := retry_ms_of(one)) is not None)
    counts = (tried for one in latest if (tried := retry_count_of(one)) is not None)
    paths = filter(None, map(path_of, latest))
    platforms = (platform_of(row.agent) for row in rows)
    platform = next((one for one in platforms if one != UNKNOWN), UNKNOWN)
    return Story(
        id=_id(rows[0].id),
        person=person,
        rows=rows,
        platform=platform,
        explanation=_explain(rows, catalogue),
        retry_ms=next(spans, None),
        retry_count=next(counts, None),
        feature=feature_of(rows, platform),
        path=next((path.words for path in paths), None),
    )


def _id(event_id: str) -> str:
    """Stable while its first event stays the first; every event is in one story only."""
    return "s-" + hashlib.sha256(event_id.encode("utf-8", "replace")).hexdigest()[:12]


def _explain(rows: tuple[ErrorEvent, ...], catalogue: Catalogue) -> Explanation:
    """The last event's meaning, unless an earlier one's text says more."""
    unlike = {(row.failure, row.sender, row.more): row for row in reversed(rows)}
    found = [catalogue.explain(row) for row in unlike.values()]
    faults = [one for one in found if one.entry.owner != "nobody"] or found
    return max(faults, key=lambda one: (one.entry.owner == "account", one.entry.rule))


SIGNAL_LOST = 1003
_LOST = "client.disconnected"
_DEPENDENT = frozenset({"client.publish.failed", "client.subscribe.failed", "client.join.failed"})
_NOTHING = timedelta(0)


class _Own:
    """One person's stories, by type and by when."""

    def __init__(self, stories: Iterable[Story]) -> None:
        self.stories = tuple(stories)
        by_type: defaultdict[str, list[Story]] = defaultdict(list)
        for story in self.stories:
            by_type[story.type].append(story)
        self._by_type = {
            kind: IntervalIndex((one.first_at, one.last_at, one) for one in found if one.timed)
            for kind, found in by_type.items()
        }
        self._lost = sorted(
            ((row.at, row.id, one) for one in by_type[_LOST] if one.code == SIGNAL_LOST
             for row in one.rows if row.timed),
            key=itemgetter(0, 1),
        )  # fmt: skip

    def near(self, kind: str, since: datetime, until: datetime) -> Iterator[Story]:
        """The stories of a type that were going on then."""
        return self._by_type[kind].between(since, until) if kind in self._by_type else iter(())

    def lost_near(self, moment: datetime) -> list[tuple[datetime, str, Story]]:
        """The rows that tell of a lost signal shortly before that moment."""
        first = bisect_left(self._lost, shift(moment, -SYMPTOM_WITHIN), key=itemgetter(0))
        beyond = bisect_right(self._lost, shift(moment, STAMPED_EARLY), key=itemgetter(0))
        return self._lost[first:beyond]


def link_symptoms(stories: Iterable[Story]) -> tuple[tuple[Story, ...], dict[str, Story]]:
    """The stories with `symptom_of` set, and by id the terminal story that ends their run."""
    stories = tuple(stories)
    mine: defaultdict[str, list[Story]] = defaultdict(list)
    for story in stories:
        mine[story.person.key].append(story)
    heirs: dict[str, Story] = {}
    links: dict[str, str] = {}
    for own in map(_Own, mine.values()):
        for story in own.stories:
            heir = _terminal_successor(story, own)
            if heir:
                heirs[story.id] = heir
            cause = _by_text(story, own) or _by_lost_signal(story, own) or heir
            if cause and not _is_cause(links, cause.id, story.id):
                links[story.id] = cause.id
    found = (replace(one, symptom_of=links[one.id]) if one.id in links else one for one in stories)
    return tuple(found), heirs


def _is_cause(links: dict[str, str], start: str, goal: str) -> bool:
    """True if following the causes from `start` comes to `goal`: texts may contradict."""
    here: str | None = start
    while here is not None and here != goal:
        here = links.get(here)
    return here is not None


def _by_text(story: Story, own: _Own) -> Story | None:
    """The nearest story of the kind that the dependency text names."""
    kinds = dict.fromkeys(kind for one in story.failures for kind in dependencies_of(one))
    for kind in kinds:
        since, until = shift(story.first_at, -STORY_GAP), shift(story.last_at, STORY_GAP)
        causes = own.near(kind, since, until)
        near = [one for one in causes if one is not story]
        if near:
            return min(near, key=lambda one: (_distance(story, one), _lag(story, one), one.id))
    return None


def _distance(story: Story, cause: Story) -> timedelta:
    apart = max(cause.first_at - story.last_at, story.first_at - cause.last_at)
    return max(apart, _NOTHING)


def _lag(story: Story, cause: Story) -> timedelta:
    return abs(story.first_at - cause.first_at)


def _by_lost_signal(story: Story, own: _Own) -> Story | None:
    """The lost signal shortly after which this story starts, or during which it tells of it.

    A failure that carries 1003 itself could not be sent over the lost socket: it belongs to the
    lost signal whenever it comes while that is open.
    """
    if story.type not in _DEPENDENT:
        return None
    begins = story.first_at
    if story.code == SIGNAL_LOST:
        causes = own.near(_LOST, shift(begins, -FOLLOWED_WITHIN), begins)
        opened = [one for one in causes if one.code == SIGNAL_LOST]
        if opened:
            return max(opened, key=lambda one: (one.first_at, one.id))
    near = [(abs(at - begins), at, name, one) for at, name, one in own.lost_near(begins)]
    return min(near, key=itemgetter(0, 1, 2))[3] if near else None


def _terminal_successor(story: Story, own: _Own) -> Story | None:
    """The failure of the same kind that follows at once, or goes on by then, and ends terminal.

    The media paths of a person fail together: of these sending and receiving are one kind.
    """
    if story.terminal:
        return None
    found = []
    last, begun = story.last_at, sort_key(story.rows[-1])
    for kind in _kinds(story):
        for other in own.near(kind, last, shift(last, FOLLOWED_WITHIN)):
            if other is story or not other.ends_terminal or not _akin(story, other):
                continue
            index = bisect_left(other.rows, begun, key=sort_key)
            if index == len(other.rows):
                continue
            if index or other.rows[index].at - last <= FOLLOWED_WITHIN:
                found.append((sort_key(other.rows[index]), other))
    return min(found, key=itemgetter(0))[1] if found else None


def _kinds(story: Story) -> Iterable[str]:
    media = story.type in MEDIA_TYPES and story.code in ICE_CODES
    return sorted(MEDIA_TYPES) if media else (story.type,)


def _akin(story: Story, other: Story) -> bool:
    return other.type == story.type or other.code in ICE_CODES
