"""The entries of a thread: every terminal event, and every failure that did not go away."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.diagnosis import Diagnosis, Story, VerdictClass
from bot.domain.events import ErrorEvent, sort_key
from bot.domain.report import Report
from bot.domain.saved_lookup import SavedLookup
from bot.render.phrases import story_class


@dataclass(frozen=True, slots=True)
class EntrySource:
    """One entry of the thread, anchored at one event; no two entries share an event.

    `story_entry` is the number (from 1) of the entry that shows the story's timeline: its own,
    unless the story has several terminal events. `cause_entry` is the number of the entry of the
    failure that caused this one; `symptoms` are shown with it. All three are empty without a
    story. `cls` is the failure's verdict class, None without one.
    """

    event: ErrorEvent
    number: int
    story: Story | None = None
    story_entry: int = 0
    cause_entry: int = 0
    symptoms: tuple[Story, ...] = ()
    cls: VerdictClass | None = None


def entry_sources(report: Report) -> tuple[EntrySource, ...]:
    """Return the entries in order of time; only the terminal events without a diagnosis."""
    if report.diagnosis is None:
        return tuple(EntrySource(event, number) for number, event in enumerate(report.failures, 1))
    return _story_sources(report, report.diagnosis)


def position(report: Report, sources: Sequence[EntrySource], saved_lookup: SavedLookup) -> int:
    """Return the number of entries that the reader of a saved look-up has seen.

    The list may have changed since: evidence arrives late, and 100ms drops old events.
    """
    for source in sources:
        if source.event.id == saved_lookup.after:
            return source.number
    last_event = next((event for event in report.events if event.id == saved_lookup.after), None)
    if last_event:
        return bisect_right(sources, sort_key(last_event), key=lambda item: sort_key(item.event))
    return min(saved_lookup.shown, len(sources))


def recovered_or_unknown(diagnosis: Diagnosis) -> tuple[Story, ...]:
    """Return the failures that went away or whose end is not known, oldest first."""
    return tuple(story for story in diagnosis.stories if story.outcome in {"recovered", "unknown"})


def _story_sources(report: Report, diagnosis: Diagnosis) -> tuple[EntrySource, ...]:
    causes = root_causes(diagnosis)
    story_of = {row.id: story for story in diagnosis.stories for row in story.rows}
    anchors = [(event, story_of.get(event.id)) for event in report.failures]
    anchors.extend(
        (story.rows[0], story)
        for story in diagnosis.stories
        if not story.terminal and _has_own_entry(story, causes.get(story.id))
    )
    anchors.sort(key=lambda anchor: sort_key(anchor[0]))
    first_numbers = _first_numbers(anchors)
    symptoms: dict[str, list[Story]] = {}
    for story in diagnosis.stories:
        if story.id in causes:
            symptoms.setdefault(causes[story.id].id, []).append(story)
    return tuple(
        EntrySource(event, number)
        if story is None
        else EntrySource(
            event,
            number,
            story,
            story_entry=first_numbers[story.id],
            cause_entry=first_numbers.get(causes[story.id].id, 0) if story.id in causes else 0,
            symptoms=tuple(symptoms.get(story.id, ())),
            cls=story_class(diagnosis, story, causes.get(story.id)),
        )
        for number, (event, story) in enumerate(anchors, start=1)
    )


def _first_numbers(anchors: Sequence[tuple[ErrorEvent, Story | None]]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for number, (_, story) in enumerate(anchors, start=1):
        if story:
            numbers.setdefault(story.id, number)
    return numbers


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


def _has_own_entry(story: Story, cause: Story | None) -> bool:
    """Return True if the story did not recover, unless its cause has an entry that shows it."""
    if story.outcome == "recovered":
        return False
    return cause is None or not (cause.terminal or cause.outcome != "recovered")
