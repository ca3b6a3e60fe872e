"""Points at which a process is struck: each call, and before and after each commit."""

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
"""`arrived`: the call has had no effect yet; `done`: it has, and the bot got no response."""

CLEARING = "workflow_input+"
"""Prefix of the timed commit that clears the payloads of finished jobs."""


@dataclass(frozen=True, slots=True)
class Point:
    """The `number`th call or commit with that label since the question."""

    place: Place
    label: str
    number: int
    moment: str

    def __str__(self) -> str:
        return f"{self.place} {self.label} #{self.number} {self.moment}"


def points_of(place: Place, labels: Iterable[str], *, prefixes: bool = False) -> list[Point]:
    """Return every moment of each call; with `prefixes` a label also matches longer ones."""
    seen: Counter[str] = Counter()
    points = []
    for label in labels:
        seen[label] += 1
        number = sum(n for known, n in seen.items() if prefixes and known.startswith(label))
        number = number or seen[label]
        points += [Point(place, label, number, moment) for moment in MOMENTS[place]]
    return list(dict.fromkeys(points))
