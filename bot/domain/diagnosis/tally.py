"""R13: the weight of each person, and the class that most of the weight is for."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bot.domain.diagnosis.model import Story, VerdictClass
from bot.domain.diagnosis.network import gravest
from bot.domain.diagnosis.thresholds import VERDICT_SHARE

_SHARED: VerdictClass = "shared_network"
_LINES: frozenset[VerdictClass] = frozenset({"user_network", "shared_network", "service"})


@dataclass(frozen=True, slots=True)
class Tally:
    """The weights of a verdict: `weights` by class, `people` the keys of those behind each class.

    `cls` is None if no story has any weight; `share` is the share of the leading class.
    """

    cls: VerdictClass | None
    share: Fraction
    weights: Mapping[VerdictClass, Fraction]
    people: Mapping[VerdictClass, frozenset[str]]
    nobody_failed: bool


def tally_people(
    stories: Iterable[Story],
    classes: Mapping[str, VerdictClass],
    by_numbers: Container[str] = frozenset(),
) -> Tally:
    """Return the tally of people, not events.

    Each person weighs 1, split over the classes of their worst stories. `by_numbers` are stories
    that are `service` by the number of people, not by a code.
    """
    stories_by_person: defaultdict[str, list[Story]] = defaultdict(list)
    for story in stories:
        if story.id in classes:
            stories_by_person[story.person.key].append(story)
    failed = {
        key
        for key, person_stories in stories_by_person.items()
        if any(_rank(story) == 0 for story in person_stories)
    }
    weights: defaultdict[VerdictClass, Fraction] = defaultdict(Fraction)
    weighing: defaultdict[VerdictClass, set[str]] = defaultdict(set)
    numbers_weight = Fraction(0)
    for key, person_stories in stories_by_person.items():
        if failed and all(story.outcome == "recovered" for story in person_stories):
            continue
        chosen = _worst_classes(person_stories, classes)
        for cls in chosen:
            weights[cls] += Fraction(1, len(chosen))
            weighing[cls].add(key)
        if "service" in chosen and _is_only_by_numbers(person_stories, classes, by_numbers):
            numbers_weight += Fraction(1, len(chosen))
    people = {cls: frozenset(keys) for cls, keys in weighing.items()}
    return _leading_class(dict(weights), people, numbers_weight, nobody_failed=not failed)


def _is_only_by_numbers(
    stories: list[Story], classes: Mapping[str, VerdictClass], by_numbers: Container[str]
) -> bool:
    worst = min(_rank(story) for story in stories)
    served = (
        story for story in stories if classes[story.id] == "service" and _rank(story) == worst
    )
    return all(story.id in by_numbers for story in served)


def _leading_class(
    weights: dict[VerdictClass, Fraction],
    people: dict[VerdictClass, frozenset[str]],
    numbers_weight: Fraction,
    *,
    nobody_failed: bool,
) -> Tally:
    """Return the tally of the leading class.

    `numbers_weight` is the weight of people whose stories are `service` only by numbers. If they
    and the people of a shared network lead only together, the shared network is the safe class.
    Otherwise one healthy person who joined would undo the outage and turn `mixed` into
    `shared_network`, which is graver (R19).
    """
    total = sum(weights.values(), Fraction(0))
    if not total:
        return Tally(None, Fraction(0), weights, people, nobody_failed)
    leader = max(weights, key=lambda cls: (weights[cls], cls))
    shared = weights.get(_SHARED, Fraction(0))
    if weights[leader] / total < VERDICT_SHARE <= (shared + numbers_weight) / total and shared:
        return Tally(_SHARED, shared / total, weights, people, nobody_failed)
    share = weights[leader] / total
    cls = leader if share >= VERDICT_SHARE else "mixed"
    return Tally(cls, share, weights, people, nobody_failed)


def _worst_classes(stories: list[Story], classes: Mapping[str, VerdictClass]) -> set[VerdictClass]:
    """Return the classes of a person's worst stories; of network classes only the gravest."""
    worst = min(_rank(story) for story in stories)
    candidates = {classes[story.id] for story in stories if _rank(story) == worst}
    lines = candidates & _LINES
    return (candidates - _LINES) | ({gravest(lines)} if lines else set())


def _rank(story: Story) -> int:
    if story.failed_for_good:
        return 0
    return 2 if story.outcome == "recovered" else 1
