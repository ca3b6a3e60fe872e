"""R5: error events folded into one story per failure of one person."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator

from bot.domain.catalogue import UNKNOWN, Catalogue, Explanation
from bot.domain.device import platform_of
from bot.domain.diagnosis.features import feature_of
from bot.domain.diagnosis.path import path_of
from bot.domain.diagnosis.people import Crowd
from bot.domain.diagnosis.story import Person, Story
from bot.domain.diagnosis.texts import retry_count_of, retry_ms_of
from bot.domain.diagnosis.thresholds import STORY_GAP
from bot.domain.events import ErrorEvent, Failure, Sender
from bot.domain.ordering import order

_Kind = tuple[str, str, int, str]


def stories_of(
    events: Iterable[ErrorEvent], crowd: Crowd, catalogue: Catalogue
) -> tuple[Story, ...]:
    """Every event, given in order, in exactly one story; in order of the first event."""
    runs: defaultdict[_Kind, list[ErrorEvent]] = defaultdict(list)
    kinds: dict[tuple[Sender, Failure], _Kind] = {}
    for event in events:
        alike = (event.sender, event.failure)
        kind = kinds.get(alike)
        if kind is None:
            kind = kinds[alike] = _kind(crowd.of(event), event.failure)
        runs[kind].append(event)
    found = (
        _story(crowd.of(rows[0]), rows, catalogue) for run in runs.values() for rows in _split(run)
    )
    return tuple(sorted(found, key=lambda story: (order(story.rows[0]), story.id)))


def _kind(person: Person, failure: Failure) -> _Kind:
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
