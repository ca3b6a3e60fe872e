"""The verdict: class, confidence, one sentence, evidence, and what would change it."""

from collections.abc import Iterable

from bot.domain.diagnosis.advice import (
    AGAIN,
    CHANGES_OF_NOTHING,
    STEPS_OF_NOTHING,
    changes_of,
    steps_of,
)
from bot.domain.diagnosis.case import Case
from bot.domain.diagnosis.confidence import confidence_of, confidence_of_nothing
from bot.domain.diagnosis.facts import lines_of
from bot.domain.diagnosis.features import side_features
from bot.domain.diagnosis.model import BY_NUMBERS, Nothing, People, Verdict, VerdictClass
from bot.domain.diagnosis.nothing import class_of_nothing
from bot.domain.diagnosis.story import Story
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


def verdict_of(
    case: Case,
    stories: tuple[Story, ...],
    tallied: Tally,
    classes: dict[str, VerdictClass],
    people: People,
    marks: dict[str, set[str]],
) -> Verdict:
    """The verdict of a look-up that has stories."""
    cls: VerdictClass = tallied.cls or "none"
    weighing = _behind(cls, stories, tallied, classes)
    evidence = lines_of(cls, weighing, stories, people, marks)
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


def _provisos(people: People) -> tuple[str, ...]:
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
    people: People,
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


def verdict_of_nothing(case: Case, nothing: Nothing, people: People) -> Verdict:
    """The verdict of a look-up without events."""
    unread = case.unread.words(proof=frozenset(), around=False)
    seen = f"{people_words(people.seen)} seen in the time looked at"
    if people.in_room is None:
        seen = f"at least {seen}" if people.seen else "who was there could not be read"
    among = " among those that could be read" if case.unread.types else ""
    again = (AGAIN,) if unread else ()
    return Verdict(
        cls=class_of_nothing(nothing),
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
