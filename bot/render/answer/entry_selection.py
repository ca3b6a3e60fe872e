"""The entries of a thread: every terminal event, and every failure that did not go away.

Failures of one person that belong together are one entry: consequences stand with their cause, and
sending and receiving that failed alike are one failure. The latest entry comes first.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.diagnosis import Diagnosis, Story, VerdictClass
from bot.domain.events import ErrorEvent, sort_key
from bot.domain.report import Report
from bot.domain.saved_lookup import SavedLookup
from bot.render.phrases import story_class
from bot.render.timeline import GRAVITY


@dataclass(frozen=True, slots=True)
class EntrySource:
    """One entry of the thread, named by one event; no two entries share an event.

    `stories` are its failures, the gravest first; empty without a diagnosis. `cls` is the verdict
    class of the gravest, None without one. Numbers count from 1.
    """

    event: ErrorEvent
    number: int
    stories: tuple[Story, ...] = ()
    cls: VerdictClass | None = None

    @property
    def rows(self) -> list[ErrorEvent]:
        """All its events, in order of time."""
        rows = [row for story in self.stories for row in story.rows]
        return sorted(rows, key=sort_key) or [self.event]


def entry_sources(report: Report) -> tuple[EntrySource, ...]:
    """Return the entries, the latest first; only the terminal events without a diagnosis."""
    diagnosis = report.diagnosis
    groups = list(_groups(report, diagnosis)) if diagnosis else []
    grouped = {row.id for group in groups for story in group for row in story.rows}
    anchors: list[tuple[ErrorEvent, tuple[Story, ...]]] = [
        (_anchor(group), group) for group in groups
    ]
    anchors += [(event, ()) for event in report.failures if event.id not in grouped]
    anchors.sort(key=lambda anchor: sort_key(_first_event(*anchor)), reverse=True)
    causes = root_causes(diagnosis) if diagnosis else {}
    return tuple(
        EntrySource(event, number, group, _class_of(diagnosis, group, causes))
        for number, (event, group) in enumerate(anchors, start=1)
    )


def unseen_sources(
    report: Report, sources: Sequence[EntrySource], saved_lookup: SavedLookup
) -> Sequence[EntrySource]:
    """Return the entries that the reader of a saved look-up has not seen, in the order to show.

    Buttons of earlier releases show the oldest entry first. The list may have changed since:
    evidence arrives late, and 100ms drops old events.
    """
    if not saved_lookup.newest_first:
        sources = sorted(sources, key=lambda source: sort_key(source.event))
    for seen, source in enumerate(sources, start=1):
        if source.event.id == saved_lookup.after:
            return sources[seen:]
    last = next((event for event in report.events if event.id == saved_lookup.after), None)
    if last is None:
        return sources[min(saved_lookup.shown, len(sources)) :]
    if saved_lookup.newest_first:
        oldest_first = [sort_key(source.rows[0]) for source in reversed(sources)]
        return sources[len(sources) - bisect_left(oldest_first, sort_key(last)) :]
    keys = [sort_key(source.event) for source in sources]
    return sources[bisect_right(keys, sort_key(last)) :]


def recovered_or_unknown(diagnosis: Diagnosis) -> tuple[Story, ...]:
    """Return the failures that went away or whose end is not known, oldest first."""
    return tuple(story for story in diagnosis.stories if story.outcome in {"recovered", "unknown"})


def root_causes(diagnosis: Diagnosis) -> Mapping[str, Story]:
    """Return, by story id, the first cause of its chain; stories without a cause are left out."""
    by_id = {story.id: story for story in diagnosis.stories}
    causes: dict[str, Story] = {}
    for story in diagnosis.stories:
        cause, visited = story, {story.id}
        while cause.symptom_of in by_id and cause.symptom_of not in visited:
            cause = by_id[cause.symptom_of]
            visited.add(cause.id)
        if cause is not story:
            causes[story.id] = cause
    return causes


def _groups(report: Report, diagnosis: Diagnosis) -> Iterator[tuple[Story, ...]]:
    """Yield the failures of each entry, the gravest first."""
    causes = root_causes(diagnosis)
    together: defaultdict[str, list[Story]] = defaultdict(list)
    for story in diagnosis.stories:
        together[causes.get(story.id, story).id].append(story)
    by_person: defaultdict[str, list[list[Story]]] = defaultdict(list)
    for group in together.values():
        by_person[group[0].person.key].append(group)
    terminal = {event.id for event in report.failures}
    for person_groups in by_person.values():
        for group in _merge_directions(person_groups):
            if any(_has_entry(story, terminal) for story in group):
                yield tuple(sorted(group, key=_gravity))


def _has_entry(story: Story, terminal: set[str]) -> bool:
    return story.outcome != "recovered" or any(row.id in terminal for row in story.rows)


def _gravity(story: Story) -> tuple[object, ...]:
    return (
        not story.failed_for_good,
        GRAVITY[story.outcome],
        story.symptom_of is not None,
        sort_key(story.rows[0]),
    )


MEDIA_TYPES = frozenset({"client.publish.failed", "client.subscribe.failed"})
"""The types of failures to send and to receive."""
_SAME_FAILURE = timedelta(minutes=1)


def _merge_directions(groups: Iterable[list[Story]]) -> list[list[Story]]:
    """Return the groups of one person; sending and receiving that failed alike are merged."""
    merged: list[list[Story]] = []
    latest: dict[tuple[str, int], list[Story]] = {}
    for group in groups:
        media = next((story for story in group if story.type in MEDIA_TYPES), None)
        key = (media.explanation.entry.key, media.code) if media else None
        earlier = latest.get(key) if key else None
        if media and earlier and _is_other_direction(media, earlier):
            earlier.extend(group)
            continue
        merged.append(group)
        if key:
            latest[key] = group
    return merged


def _is_other_direction(story: Story, group: Sequence[Story]) -> bool:
    """Return whether the group holds the same failure of the other direction, at that time."""
    return story.type not in {other.type for other in group} and any(
        other.type in MEDIA_TYPES
        and other.timed
        and story.first_at <= other.last_at + _SAME_FAILURE
        and other.first_at <= story.last_at + _SAME_FAILURE
        for other in group
    )


def _anchor(group: Sequence[Story]) -> ErrorEvent:
    """Return the event that names an entry: the first terminal one of the gravest failure."""
    rows = [row for story in group for row in story.rows]
    return next((row for row in rows if row.is_terminal), rows[0])


def _first_event(event: ErrorEvent, group: Sequence[Story]) -> ErrorEvent:
    return min((story.rows[0] for story in group), key=sort_key, default=event)


def _class_of(
    diagnosis: Diagnosis | None, group: Sequence[Story], causes: Mapping[str, Story]
) -> VerdictClass | None:
    if diagnosis is None or not group:
        return None
    return story_class(diagnosis, group[0], causes.get(group[0].id))
