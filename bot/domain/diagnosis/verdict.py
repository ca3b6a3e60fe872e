"""The verdict: class, confidence, one sentence, evidence, and what would change it.

The lines of evidence under a verdict, with figures.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from bot.domain.diagnosis.classify import browser_of, os_of
from bot.domain.diagnosis.confidence import confidence_of, confidence_of_nothing
from bot.domain.diagnosis.input import DiagnosisInput
from bot.domain.diagnosis.intervals import format_duration
from bot.domain.diagnosis.model import (
    BY_NUMBERS,
    NoErrorsFound,
    Outcome,
    Impact,
    Story,
    Verdict,
    VerdictClass,
)
from bot.domain.diagnosis.network import patterns_of
from bot.domain.diagnosis.next_steps import (
    AGAIN,
    CHANGES_OF_NOTHING,
    STEPS_OF_NOTHING,
    changes_of,
    most_at_one_address,
    steps_of,
)
from bot.domain.diagnosis.no_errors import class_without_errors
from bot.domain.diagnosis.sdk.side_features import side_features
from bot.domain.diagnosis.tally import Tally
from bot.domain.diagnosis.thresholds import FEW_PEOPLE
from bot.domain.diagnosis.wording import (
    FEW,
    NOT_TOLD_APART,
    RECORDERS,
    cause_words,
    of_room,
    partial_words,
    people_words,
)

_MOST_CODES = 3
_OUTCOMES: dict[Outcome, str] = {
    "gave_up": "gave up",
    "blocked": "blocked",
    "left": "left while it was failing",
    "recovered": "recovered",
    "unknown": "end unknown",
}


def evidence_lines(
    cls: VerdictClass,
    weighing: list[Story],
    stories: Iterable[Story],
    people: Impact,
    marks: dict[str, set[str]],
) -> tuple[str, ...]:
    """At least two lines; `weighing` are the stories behind the verdict."""
    told = weighing or list(stories)
    rows = [_who(told, people), _codes(told), _ends(told)]
    if cls in BY_NUMBERS and weighing:
        rows.append(_where(cls, weighing, marks))
    return tuple(row for row in rows if row)


def _who(told: list[Story], people: Impact) -> str:
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
        parts.append(f"within {format_duration(max(times) - min(times))}")
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


def build_verdict(
    case: DiagnosisInput,
    stories: tuple[Story, ...],
    tallied: Tally,
    classes: dict[str, VerdictClass],
    people: Impact,
    marks: dict[str, set[str]],
) -> Verdict:
    """The verdict of a look-up that has stories."""
    cls: VerdictClass = tallied.cls or "none"
    weighing = _behind(cls, stories, tallied, classes)
    evidence = evidence_lines(cls, weighing, stories, people, marks)
    if cls in BY_NUMBERS:
        evidence = (*evidence, *_provisos(people))
    unread = case.unread.words(proof=doubts_of(stories), around=cls in BY_NUMBERS)
    again = (AGAIN,) if unread else ()
    return Verdict(
        cls=cls,
        confidence=confidence_of(tallied, weighing, stories, people.seen, complete=case.complete),
        words=partial_words(unread) + _words(cls, tallied, people, unread, stories),
        evidence=evidence,
        changes_if=changes_of(cls, weighing or stories, marks),
        next_steps=(*again, *_steps(cls, weighing, stories, classes)),
        unread=unread,
    )


def _provisos(people: Impact) -> tuple[str, ...]:
    """Why one line cannot be told from the service, if it cannot."""
    if people.in_room is None:
        return (NOT_TOLD_APART,)
    return (FEW,) if people.in_room < FEW_PEOPLE else ()


def doubts_of(stories: Iterable[Story]) -> frozenset[str]:
    """Every source that the end of some story hangs on and that could not be read."""
    return frozenset[str]().union(*(one.doubt for one in stories))


def _behind(
    cls: VerdictClass,
    stories: tuple[Story, ...],
    tallied: Tally,
    classes: dict[str, VerdictClass],
) -> list[Story]:
    """The stories that speak for the verdict; for `mixed` all that weigh anything."""
    wanted = set(tallied.weighing) if cls == "mixed" else {cls}
    return [
        one
        for one in stories
        if classes.get(one.id) in wanted
        and one.person.key in tallied.weighing.get(classes[one.id], ())
    ]


def _steps(
    cls: VerdictClass,
    weighing: list[Story],
    stories: tuple[Story, ...],
    classes: dict[str, VerdictClass],
) -> tuple[str, ...]:
    if all(one.bot for one in stories):
        return ("Nothing to do: recorders need no help.",)
    return steps_of(cls, weighing, classes)


def _words(
    cls: VerdictClass,
    tallied: Tally,
    people: Impact,
    unread: tuple[str, ...],
    stories: tuple[Story, ...],
) -> str:
    """A sentence; what is `unread` stands before it, and no claim goes beyond what was read."""
    of = _capital(of_room(people.affected, people))
    read = " in what could be read" * bool(unread)
    if not people.affected:
        return RECORDERS if not unread else f"Only recorders reported errors{read}."
    if tallied.cls is None:
        return f"{of} had events, but none of them is a fault{read}."
    mostly = "mostly " if cls != "mixed" and tallied.share < 1 else ""
    cause = mostly + cause_words(cls, people)
    side = side_features(one for one in stories if one.symptom_of is None and not one.bot)
    if tallied.nobody_failed and side:
        return f"{of} had trouble with {side} only; the cause: {cause}."
    if tallied.nobody_failed:
        sure = not people.unclear and not unread
        ended = "all recovered" if sure else "nobody is known to have failed for good"
        return f"{of} had trouble and {ended}; the cause: {cause}."
    more = f" {people.recovered:,} more recovered." if people.recovered else ""
    failed = _capital(of_room(people.failed_for_good, people))
    end = (
        " failed, and did not get over it as far as could be read" if unread else " failed for good"
    )
    return f"{failed}{end}: {cause}.{more}"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def verdict_without_errors(case: DiagnosisInput, nothing: NoErrorsFound, people: Impact) -> Verdict:
    """The verdict of a look-up without events."""
    unread = case.unread.words(proof=frozenset(), around=False)
    seen = f"{people_words(people.seen)} seen in the time looked at"
    if people.in_room is None:
        seen = f"at least {seen}" if people.seen else "who was there could not be read"
    among = " among those that could be read" if case.unread.types else ""
    again = (AGAIN,) if unread else ()
    return Verdict(
        cls=class_without_errors(nothing),
        confidence=confidence_of_nothing(nothing.reason, complete=case.complete),
        words=partial_words(unread) + nothing.words,
        evidence=(
            f"0 error events{among}; {seen}.",
            nothing.cannot_prove,
        ),
        changes_if=CHANGES_OF_NOTHING[nothing.reason],
        next_steps=tuple(dict.fromkeys((*again, *STEPS_OF_NOTHING[nothing.reason]))),
        unread=unread,
    )
