"""R6: which stories happened only because of another one."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bot.domain.diagnosis.story import Story
from bot.domain.diagnosis.texts import dependencies_of
from bot.domain.diagnosis.thresholds import FOLLOWED_WITHIN, STORY_GAP, SYMPTOM_NEAR
from bot.domain.events import order

SIGNAL_LOST = 1003
_DEPENDENT = frozenset({"client.publish.failed", "client.subscribe.failed", "client.join.failed"})
_NOTHING = timedelta(0)


def with_causes(stories: Iterable[Story]) -> tuple[tuple[Story, ...], dict[str, Story]]:
    """The stories with `symptom_of` set, and by id the terminal story that ends their run."""
    stories = tuple(stories)
    mine: defaultdict[str, list[Story]] = defaultdict(list)
    for story in stories:
        mine[story.person.key].append(story)
    heirs: dict[str, Story] = {}
    links: dict[str, str] = {}
    for own in mine.values():
        for story in own:
            heir = _heir(story, own)
            if heir:
                heirs[story.id] = heir
            cause = _by_text(story, own) or _by_lost_signal(story, own) or heir
            if cause and not _leads(links, cause.id, story.id):
                links[story.id] = cause.id
    return tuple(replace(one, symptom_of=links.get(one.id)) for one in stories), heirs


def _leads(links: dict[str, str], start: str, goal: str) -> bool:
    """True if following the causes from `start` comes to `goal`: texts may contradict."""
    here: str | None = start
    while here is not None and here != goal:
        here = links.get(here)
    return here is not None


def _by_text(story: Story, own: list[Story]) -> Story | None:
    """The nearest story of the kind that the dependency text names."""
    kinds = dict.fromkeys(kind for row in story.rows for kind in dependencies_of(row))
    for kind in kinds:
        causes = [one for one in own if one.type == kind and one is not story]
        near = [one for one in causes if _distance(story, one) <= STORY_GAP]
        if near:
            return min(near, key=lambda one: (_distance(story, one), _lag(story, one), one.id))
    return None


def _distance(story: Story, cause: Story) -> timedelta:
    apart = max(cause.first_at - story.last_at, story.first_at - cause.last_at)
    return max(apart, _NOTHING)


def _lag(story: Story, cause: Story) -> timedelta:
    return abs(story.first_at - cause.first_at)


def _by_lost_signal(story: Story, own: list[Story]) -> Story | None:
    """The lost signal within seconds of which this story starts."""
    if story.type not in _DEPENDENT:
        return None
    lost = [one for one in own if one.type == "client.disconnected" and one.code == SIGNAL_LOST]
    near = [
        (abs(row.at - story.first_at), row.at, row.id, one)
        for one in lost
        for row in one.rows
        if abs(row.at - story.first_at) <= SYMPTOM_NEAR
    ]
    return min(near, key=lambda item: item[:3])[3] if near else None


def _heir(story: Story, own: list[Story]) -> Story | None:
    """The failure of the same kind that follows at once and ends terminal."""
    if story.terminal:
        return None
    found = []
    for other in own:
        if other is story or other.type != story.type or not other.ends_terminal:
            continue
        index = bisect_left(other.rows, order(story.rows[-1]), key=order)
        if index < len(other.rows) and other.rows[index].at - story.last_at <= FOLLOWED_WITHIN:
            found.append((order(other.rows[index]), other))
    return min(found, key=lambda item: item[0])[1] if found else None
