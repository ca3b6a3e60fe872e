"""R13: what each person weighs for, and the class that most of the weight is for."""

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
    """Who weighs for what. `weights` by class, `weighing` the people behind each class.

    `cls` is None if nothing weighs anything; `share` is the share of the leading class.
    """

    cls: VerdictClass | None
    share: Fraction
    weights: Mapping[VerdictClass, Fraction]
    weighing: Mapping[VerdictClass, frozenset[str]]
    nobody_failed: bool


def tally(
    stories: Iterable[Story],
    classes: Mapping[str, VerdictClass],
    by_numbers: Container[str] = frozenset(),
) -> Tally:
    """Weighs people, not events: each person weighs 1, shared by what ended worst for them.

    `by_numbers` are the stories that no code but the number of people made `service`.
    """
    mine: defaultdict[str, list[Story]] = defaultdict(list)
    for story in stories:
        if story.id in classes:
            mine[story.person.key].append(story)
    failed = {key for key, own in mine.items() if any(_rank(one) == 0 for one in own)}
    weights: defaultdict[VerdictClass, Fraction] = defaultdict(Fraction)
    weighing: defaultdict[VerdictClass, set[str]] = defaultdict(set)
    counted = Fraction(0)
    for key, own in mine.items():
        if failed and all(one.outcome == "recovered" for one in own):
            continue
        chosen = _classes(own, classes)
        for cls in chosen:
            weights[cls] += Fraction(1, len(chosen))
            weighing[cls].add(key)
        if "service" in chosen and _only_by_numbers(own, classes, by_numbers):
            counted += Fraction(1, len(chosen))
    people = {cls: frozenset(keys) for cls, keys in weighing.items()}
    return _leading_class(dict(weights), people, counted, nobody_failed=not failed)


def _only_by_numbers(
    own: list[Story], classes: Mapping[str, VerdictClass], by_numbers: Container[str]
) -> bool:
    worst = min(_rank(one) for one in own)
    served = (one for one in own if classes[one.id] == "service" and _rank(one) == worst)
    return all(one.id in by_numbers for one in served)


def _leading_class(
    weights: dict[VerdictClass, Fraction],
    weighing: dict[VerdictClass, frozenset[str]],
    counted: Fraction,
    *,
    nobody_failed: bool,
) -> Tally:
    """`counted` is the weight of people whom only numbers gave to the service.

    Where they and those of a shared network lead only together, it is the shared network that
    is sure: otherwise one healthy person who got in, by undoing the outage, would turn `mixed`
    into it, which is graver (R19).
    """
    total = sum(weights.values(), Fraction(0))
    if not total:
        return Tally(None, Fraction(0), weights, weighing, nobody_failed)
    leader = max(weights, key=lambda cls: (weights[cls], cls))
    shared = weights.get(_SHARED, Fraction(0))
    if weights[leader] / total < VERDICT_SHARE <= (shared + counted) / total and shared:
        return Tally(_SHARED, shared / total, weights, weighing, nobody_failed)
    share = weights[leader] / total
    cls = leader if share >= VERDICT_SHARE else "mixed"
    return Tally(cls, share, weights, weighing, nobody_failed)


def _classes(own: list[Story], classes: Mapping[str, VerdictClass]) -> set[VerdictClass]:
    """The classes of a person's worst stories; of their line's classes only the gravest."""
    worst = min(_rank(one) for one in own)
    found = {classes[one.id] for one in own if _rank(one) == worst}
    lines = found & _LINES
    return (found - _LINES) | ({gravest(lines)} if lines else set())


def _rank(story: Story) -> int:
    if story.failed_for_good:
        return 0
    return 2 if story.outcome == "recovered" else 1
