"""The verdict: class, confidence, one sentence, evidence, and what would change it."""

from bot.domain.diagnosis.case import Case
from bot.domain.diagnosis.confidence import confidence_of, confidence_of_nothing
from bot.domain.diagnosis.facts import lines_of
from bot.domain.diagnosis.model import Nothing, People, Verdict, VerdictClass
from bot.domain.diagnosis.nothing import class_of_nothing
from bot.domain.diagnosis.story import Story
from bot.domain.diagnosis.tally import Tally
from bot.domain.diagnosis.thresholds import FEW_PEOPLE
from bot.domain.diagnosis.wording import CAUSES, CHANGES, FEW, STEPS, fits, people_words

_BY_NUMBERS = frozenset({"user_network", "shared_network", "service"})


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
    if cls in _BY_NUMBERS and people.in_room < FEW_PEOPLE:
        evidence = (*evidence, FEW)
    return Verdict(
        cls=cls,
        confidence=confidence_of(
            tallied, weighing, stories, people.in_room, complete=case.complete
        ),
        words=_words(cls, tallied, people),
        evidence=evidence,
        changes_if=CHANGES[cls],
        next_steps=_steps(cls, weighing),
    )


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


def _steps(cls: VerdictClass, weighing: list[Story]) -> tuple[str, ...]:
    """What to do: the commonest failure's own advice first, then what the class asks for.

    Of several unrelated causes no failure's advice speaks for the others.
    """
    counts: dict[str, int] = {}
    for story in weighing:
        entry = story.explanation.entry
        if cls != "mixed" and fits(cls, entry.owner):
            counts[entry.do] = counts.get(entry.do, 0) + 1
    own = [max(counts, key=lambda advice: (counts[advice], advice))] if counts else []
    return tuple(dict.fromkeys((*own, *STEPS[cls])))


def _words(cls: VerdictClass, tallied: Tally, people: People) -> str:
    of = f"{people.affected} of {people_words(people.in_room)}"
    if tallied.cls is None:
        return (
            f"{of} had events, but none of them is a fault."
            if people.affected
            else ("Only recorders reported errors; no person was affected.")
        )
    mostly = "mostly " if cls != "mixed" and tallied.share < 1 else ""
    if tallied.nobody_failed:
        ended = "all recovered" if not people.unclear else "nobody is known to have failed for good"
        return f"{of} had trouble and {ended}; the cause was {mostly}{CAUSES[cls]}."
    failed = people.failed_for_good
    more = f" {people.recovered} more recovered." if people.recovered else ""
    return (
        f"{failed} of {people_words(people.in_room)} failed for good: {mostly}{CAUSES[cls]}.{more}"
    )


def verdict_of_nothing(case: Case, nothing: Nothing, people: People) -> Verdict:
    """The verdict of a look-up without events."""
    cls = class_of_nothing(nothing)
    return Verdict(
        cls=cls,
        confidence=confidence_of_nothing(nothing.reason, complete=case.complete),
        words=nothing.words,
        evidence=(
            f"0 error events; {people_words(people.in_room)} seen in the time looked at.",
            nothing.cannot_prove,
        ),
        changes_if=CHANGES[cls],
        next_steps=STEPS[cls],
    )
