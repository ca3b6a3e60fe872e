"""The verdict: class, confidence, one sentence, lines of evidence, and possible changes."""

from collections import Counter
from collections.abc import Iterable, Iterator

from bot.domain.device import browser_of, os_of
from bot.domain.diagnosis.classify import Tally
from bot.domain.diagnosis.confidence import confidence_of, confidence_without_errors
from bot.domain.diagnosis.input import DiagnosisInput
from bot.domain.diagnosis.intervals import format_duration
from bot.domain.diagnosis.model import (
    BY_NUMBERS,
    Impact,
    NoErrorsFound,
    Outcome,
    Story,
    Verdict,
    VerdictClass,
)
from bot.domain.diagnosis.network import patterns_of
from bot.domain.diagnosis.next_steps import (
    ASK_AGAIN,
    CHANGES_WITHOUT_ERRORS,
    STEPS_WITHOUT_ERRORS,
    changes_of,
    most_at_one_address,
    steps_of,
)
from bot.domain.diagnosis.no_errors import class_without_errors
from bot.domain.diagnosis.sdk.media import side_features
from bot.domain.diagnosis.thresholds import FEW_PEOPLE
from bot.domain.diagnosis.wording import (
    ATTENDANCE_UNKNOWN,
    RECORDERS_ONLY,
    TOO_FEW,
    cause_words,
    of_room,
    partial_words,
    people_words,
)

_MOST_CODES = 3
_OUTCOME_WORDS: dict[Outcome, str] = {
    "gave_up": "gave up",
    "blocked": "blocked",
    "left": "left while it was failing",
    "recovered": "recovered",
    "unknown": "end unknown",
}


def evidence_lines(
    cls: VerdictClass,
    supporting: list[Story],
    stories: Iterable[Story],
    impact: Impact,
    networks: dict[str, set[str]],
) -> tuple[str, ...]:
    """Return at least two lines with figures; `supporting` are the stories behind the verdict."""
    cited = supporting or list(stories)
    rows = [_people_line(cited, impact), _codes_line(cited), _outcomes_line(cited)]
    if cls in BY_NUMBERS and supporting:
        rows.append(_network_line(cls, supporting, networks))
    return tuple(row for row in rows if row)


def _people_line(stories: list[Story], impact: Impact) -> str:
    keys = {story.person.key for story in stories}
    times = [story.first_at for story in stories if story.timed]
    systems = {os_of(agent) for story in stories for agent in story.agents} - {None}
    browsers = {browser_of(agent) for story in stories for agent in story.agents} - {None}
    parts = [of_room(len(keys), impact)]
    if stories[0].bot:
        parts = ["Recorders only, no people"]
    parts += [f"{len(systems)} operating system{'s' * (len(systems) > 1)}"] if systems else []
    parts += [f"{len(browsers)} browser{'s' * (len(browsers) > 1)}"] if browsers else []
    if len(stories) > 1 and times:
        parts.append(f"within {format_duration(max(times) - min(times))}")
    line = ", ".join(parts)
    return f"{line[0].upper()}{line[1:]}."


def _codes_line(stories: list[Story]) -> str:
    counts: Counter[str] = Counter()
    for story in stories:
        code = story.error_code or story.error_name or "no code"
        counts[f"{code} on {story.type}"] += story.events
    top = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_CODES]
    remaining = len(counts) - len(top)
    more = f" and {remaining:,} more" if remaining else ""
    events = sum(counts.values())
    codes = ", ".join(f"{name} ({count:,})" for name, count in top)
    return f"{events:,} event{'s' * (events != 1)} in {_failures(len(stories))}: {codes}{more}."


def _failures(count: int) -> str:
    return "1 failure" if count == 1 else f"{count:,} failures"


def _outcomes_line(stories: list[Story]) -> str:
    counts = Counter(story.outcome for story in stories)
    parts = [f"{counts[end]:,} {words}" for end, words in _OUTCOME_WORDS.items() if counts[end]]
    return f"Of {_failures(len(stories))}: {', '.join(parts)}."


def _network_line(cls: VerdictClass, supporting: list[Story], networks: dict[str, set[str]]) -> str:
    patterns: dict[str, set[str]] = {}
    for story in supporting:
        for pattern in patterns_of(story):
            patterns.setdefault(pattern, set()).add(story.person.key)
    parts = list(_address_parts(cls, supporting, networks))
    for pattern, sharing in sorted(patterns.items()):
        parts.append(f"{people_words(len(sharing))} with {_pattern_words(pattern)}")
    return "; ".join(parts) + "." if parts else ""


def _address_parts(
    cls: VerdictClass, supporting: list[Story], networks: dict[str, set[str]]
) -> Iterator[str]:
    """Yield the addresses that support the class: one for a shared line, many for the service."""
    keys = {story.person.key for story in supporting}
    addresses = [networks[key] for key in keys if networks.get(key)]
    same = most_at_one_address(supporting, networks)
    if cls != "service" and same > 1:
        yield f"{same:,} of {people_words(len(keys))} seen with one public address"
    elif cls != "shared_network" and len(addresses) > 1 and same == 1:
        yield f"{people_words(len(addresses))} on different public addresses"


def _pattern_words(pattern: str) -> str:
    names = {"no_candidates": "no path ever found", "relay_tcp": "only a relay over TCP"}
    return names.get(pattern, f"error {pattern.removeprefix('connect ')} at connecting")


def build_verdict(
    case: DiagnosisInput,
    stories: tuple[Story, ...],
    tally: Tally,
    classes: dict[str, VerdictClass],
    impact: Impact,
    networks: dict[str, set[str]],
) -> Verdict:
    """Return the verdict of a look-up that has stories."""
    cls: VerdictClass = tally.cls or "none"
    supporting = _supporting_stories(cls, stories, tally, classes)
    evidence = evidence_lines(cls, supporting, stories, impact, networks)
    if cls in BY_NUMBERS:
        evidence = (*evidence, *_provisos(impact))
    unread = case.unread.words(proof=doubts_of(stories), around=cls in BY_NUMBERS)
    again = (ASK_AGAIN,) if unread else ()
    return Verdict(
        cls=cls,
        confidence=confidence_of(tally, supporting, stories, impact.seen, complete=case.complete),
        words=partial_words(unread) + _words(cls, tally, impact, unread, stories),
        evidence=evidence,
        changes_if=changes_of(cls, supporting or stories, networks),
        next_steps=(*again, *_steps(cls, supporting, stories, classes)),
        unread=unread,
    )


def _provisos(impact: Impact) -> tuple[str, ...]:
    """Return the reason why a line and the service cannot be told apart, if there is one."""
    if impact.in_room is None:
        return (ATTENDANCE_UNKNOWN,)
    return (TOO_FEW,) if impact.in_room < FEW_PEOPLE else ()


def doubts_of(stories: Iterable[Story]) -> frozenset[str]:
    """Return every unread source on which the outcome of some story depends."""
    return frozenset[str]().union(*(story.doubt for story in stories))


def _supporting_stories(
    cls: VerdictClass,
    stories: tuple[Story, ...],
    tally: Tally,
    classes: dict[str, VerdictClass],
) -> list[Story]:
    """Return the stories behind the verdict; for `mixed` all stories that have weight."""
    leading = set(tally.people) if cls == "mixed" else {cls}
    return [
        story
        for story in stories
        if classes.get(story.id) in leading
        and story.person.key in tally.people.get(classes[story.id], ())
    ]


def _steps(
    cls: VerdictClass,
    supporting: list[Story],
    stories: tuple[Story, ...],
    classes: dict[str, VerdictClass],
) -> tuple[str, ...]:
    if all(story.bot for story in stories):
        return ("Nothing to do: recorders need no help.",)
    return steps_of(cls, supporting, classes)


def _words(
    cls: VerdictClass,
    tally: Tally,
    impact: Impact,
    unread: tuple[str, ...],
    stories: tuple[Story, ...],
) -> str:
    """Return the verdict's sentence, limited to what was read.

    `unread` sources are named before it.
    """
    of = _capitalise(of_room(impact.affected, impact))
    scope = " in what could be read" * bool(unread)
    if not impact.affected:
        return RECORDERS_ONLY if not unread else f"Only recorders reported errors{scope}."
    if tally.cls is None:
        return f"{of} had events, but none of them is a fault{scope}."
    mostly = "mostly " if cls != "mixed" and tally.share < 1 else ""
    cause = mostly + cause_words(cls, impact)
    side = side_features(story for story in stories if story.symptom_of is None and not story.bot)
    if tally.nobody_failed and side:
        return f"{of} had trouble with {side} only; the cause: {cause}."
    if tally.nobody_failed:
        sure = not impact.unclear and not unread
        ended = "all recovered" if sure else "nobody is known to have failed for good"
        return f"{of} had trouble and {ended}; the cause: {cause}."
    more = f" {impact.recovered:,} more recovered." if impact.recovered else ""
    failed = _capitalise(of_room(impact.failed_for_good, impact))
    end = (
        " failed, and did not get over it as far as could be read" if unread else " failed for good"
    )
    return f"{failed}{end}: {cause}.{more}"


def _capitalise(words: str) -> str:
    return words[0].upper() + words[1:]


def verdict_without_errors(
    case: DiagnosisInput, no_errors: NoErrorsFound, impact: Impact
) -> Verdict:
    """Return the verdict of a look-up without events."""
    unread = case.unread.words(proof=frozenset(), around=False)
    attendance = f"{people_words(impact.seen)} seen in the time looked at"
    if impact.in_room is None:
        attendance = f"at least {attendance}" if impact.seen else "who was there could not be read"
    among = " among those that could be read" if case.unread.types else ""
    again = (ASK_AGAIN,) if unread else ()
    return Verdict(
        cls=class_without_errors(no_errors),
        confidence=confidence_without_errors(no_errors.reason, complete=case.complete),
        words=partial_words(unread) + no_errors.words,
        evidence=(
            f"0 error events{among}; {attendance}.",
            no_errors.cannot_prove,
        ),
        changes_if=CHANGES_WITHOUT_ERRORS[no_errors.reason],
        next_steps=tuple(dict.fromkeys((*again, *STEPS_WITHOUT_ERRORS[no_errors.reason]))),
        unread=unread,
    )
