"""The lines of evidence under a verdict, with figures."""

from collections import Counter
from collections.abc import Iterable, Iterator

from bot.domain.diagnosis.advice import most_at_one_address
from bot.domain.diagnosis.alike import browser_of, os_of
from bot.domain.diagnosis.model import BY_NUMBERS, People, VerdictClass
from bot.domain.diagnosis.network import patterns_of
from bot.domain.diagnosis.spans import span_words
from bot.domain.diagnosis.story import Outcome, Story
from bot.domain.diagnosis.wording import of_room, people_words

_MOST_CODES = 3
_OUTCOMES: dict[Outcome, str] = {
    "gave_up": "gave up",
    "blocked": "blocked",
    "left": "left while it was failing",
    "recovered": "recovered",
    "unknown": "end unknown",
}


def lines_of(
    cls: VerdictClass,
    weighing: list[Story],
    stories: Iterable[Story],
    people: People,
    marks: dict[str, set[str]],
) -> tuple[str, ...]:
    """At least two lines; `weighing` are the stories behind the verdict."""
    told = weighing or list(stories)
    rows = [_who(told, people), _codes(told), _ends(told)]
    if cls in BY_NUMBERS and weighing:
        rows.append(_where(cls, weighing, marks))
    return tuple(row for row in rows if row)


def _who(told: list[Story], people: People) -> str:
    keys = {one.person.key for one in told}
    times = [one.first_at for one in told if one.timed]
    systems = {os_of(agent) for one in told for agent in one.agents} - {None}
    browsers = {browser_of(agent) for one in told for agent in one.agents} - {None}
    parts = [of_room(len(keys), people)]
    if told[0].bot:
        parts = ["Recorders only, no people"]
    parts += [f"{len(systems)} operating system{'s' * (len(systems) > 1)}"] if systems else []
    parts += [f"{len(browsers)} browser{'s' * (len(browsers) > 1)}"] if browsers else []
    if len(told) > 1 and times:
        parts.append(f"within {span_words(max(times) - min(times))}")
    line = ", ".join(parts)
    return f"{line[0].upper()}{line[1:]}."


def _codes(told: list[Story]) -> str:
    counts: Counter[str] = Counter()
    for story in told:
        code = story.error_code or story.error_name or "no code"
        counts[f"{code} on {story.type}"] += story.events
    top = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_CODES]
    rest = len(counts) - len(top)
    more = f" and {rest:,} more" if rest else ""
    events = sum(counts.values())
    shown = ", ".join(f"{name} ({count:,})" for name, count in top)
    return f"{events:,} event{'s' * (events != 1)} in {_stories(len(told))}: {shown}{more}."


def _stories(count: int) -> str:
    return "1 failure" if count == 1 else f"{count:,} failures"


def _ends(told: list[Story]) -> str:
    counts = Counter(one.outcome for one in told)
    shown = [f"{counts[end]:,} {words}" for end, words in _OUTCOMES.items() if counts[end]]
    return f"Of {_stories(len(told))}: {', '.join(shown)}."


def _where(cls: VerdictClass, weighing: list[Story], marks: dict[str, set[str]]) -> str:
    patterns: dict[str, set[str]] = {}
    for story in weighing:
        for pattern in patterns_of(story):
            patterns.setdefault(pattern, set()).add(story.person.key)
    parts = list(_addresses(cls, weighing, marks))
    for pattern, sharing in sorted(patterns.items()):
        parts.append(f"{people_words(len(sharing))} with {_pattern(pattern)}")
    return "; ".join(parts) + "." if parts else ""


def _addresses(
    cls: VerdictClass, weighing: list[Story], marks: dict[str, set[str]]
) -> Iterator[str]:
    """What speaks for the class: one address for a line, many for the service."""
    keys = {one.person.key for one in weighing}
    shown = [marks[key] for key in keys if marks.get(key)]
    same = most_at_one_address(weighing, marks)
    if cls != "service" and same > 1:
        yield f"{same:,} of {people_words(len(keys))} seen with one public address"
    elif cls != "shared_network" and len(shown) > 1 and same == 1:
        yield f"{people_words(len(shown))} on different public addresses"


def _pattern(pattern: str) -> str:
    names = {"no_candidates": "no path ever found", "relay_tcp": "only a relay over TCP"}
    return names.get(pattern, f"error {pattern.removeprefix('connect ')} at connecting")
