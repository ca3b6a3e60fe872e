"""Where a process can be struck: at each call it makes, and around each commit of a checkpoint."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Place = Literal["slack", "hms", "commit"]

MOMENTS: dict[Place, tuple[str, ...]] = {
    "slack": ("arrived", "done", "answered"),
    "hms": ("arrived", "answered"),
    "commit": ("before", "after"),
}
"""`arrived`: nothing came of the call yet; `done`: it took effect, and the bot does not know."""

CLEARING = "workflow_input+"
"""How the commit begins in which what finished jobs left is cleared, by the clock."""


@dataclass(frozen=True, slots=True)
class Point:
    """The `number`th call (or commit) of that label, counted from the question on."""

    place: Place
    label: str
    number: int
    moment: str

    def __str__(self) -> str:
        return f"{self.place} {self.label} #{self.number} {self.moment}"


def points_of(place: Place, labels: Iterable[str], *, prefixes: bool = False) -> list[Point]:
    """Every moment of each of these calls; with `prefixes` a label also counts longer ones."""
    seen: Counter[str] = Counter()
    points = []
    for label in labels:
        seen[label] += 1
        number = sum(n for known, n in seen.items() if prefixes and known.startswith(label))
        number = number or seen[label]
        points += [Point(place, label, number, moment) for moment in MOMENTS[place]]
    return list(dict.fromkeys(points))
