"""The errors of an opening in words: what went wrong, how often, and what to do about it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.domain.catalogue import OWNER_WORDS, Catalogue, Entry
from bot.domain.diagnosis.bots import is_bot_role
from bot.domain.events import ErrorEvent
from bot.render.limits import brief, shorten
from bot.render.sizes import Sizes
from bot.render.words import code_of, free, person_of


@dataclass(frozen=True, slots=True)
class Cause:
    """One kind of error in words; no `people` had it if only recorders did."""

    title: str
    code: str
    said: str
    meaning: str
    todo: str
    owner: str
    events: int
    people: int


def causes_of(
    events: Iterable[ErrorEvent], catalogue: Catalogue
) -> list[tuple[str, Entry, list[ErrorEvent]]]:
    """Every kind of error with its events; those that cost most people their call first."""
    found: dict[tuple[str, str], tuple[str, Entry, list[ErrorEvent]]] = {}
    for event, entry in _explained(events, catalogue):
        code = code_of(event)
        found.setdefault((entry.key, code), (code, entry, []))[2].append(event)
    return sorted(found.values(), key=lambda cause: _weight(cause[2]))


def _weight(events: Sequence[ErrorEvent]) -> tuple[int, int, int]:
    lost = {person_of(event) for event in events if event.is_terminal}
    return -len(lost), -len({person_of(event) for event in events}), -len(events)


def _explained(
    events: Iterable[ErrorEvent], catalogue: Catalogue
) -> Iterator[tuple[ErrorEvent, Entry]]:
    """Each event with its entry; one of many equal ones is explained for all of them."""
    known: dict[tuple[object, ...], Entry] = {}
    for event in events:
        alike = (
            event.type,
            event.error_code,
            event.error_name,
            event.error_message,
            event.error_description,
            event.endpoint,
            event.extras,
            event.agent.sdk,
            event.agent.framework,
        )
        entry = known.get(alike)
        if entry is None:
            entry = known[alike] = catalogue.explain(event).entry
        yield event, entry


def in_words(code: str, entry: Entry, events: Sequence[ErrorEvent], sizes: Sizes) -> Cause:
    """One kind of error, cut to size: what it means, who had it, what to do next."""
    return Cause(
        title=shorten(entry.title, sizes.title),
        code=shorten(code, sizes.code),
        said=shorten(free(events[-1].error_message), sizes.said) if sizes.said else "",
        meaning=brief(entry.meaning, sizes.meaning),
        todo=brief(entry.do, sizes.todo),
        owner=OWNER_WORDS[entry.owner],
        events=len(events),
        people=len({person_of(event) for event in events if not is_bot_role(event.role)}),
    )
