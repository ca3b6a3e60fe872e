"""Rows of the table, and numbers as people read them."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what is measured, what to reach, what was reached, and the parts of it.

    `value` is held against `most` or `least`; without either the row is only told. `more` puts the
    row into the second table: it is of a kind room, or of a part.
    """

    measure: str
    value: float | None
    told: str
    parts: str = ""
    most: float | None = None
    least: float | None = None
    target: str = ""
    more: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the target is met; None if there is none, or nothing was measured."""
        if self.value is None or (self.most is None and self.least is None):
            return None
        return (self.most is None or self.value <= self.most) and (
            self.least is None or self.value >= self.least
        )

    def line(self) -> str:
        """The row in Markdown."""
        mark = {True: "yes", False: "**no**", None: ""}[self.reached]
        return f"| {self.measure} | {self.target} | {self.told} | {mark} | {self.parts} |"


def ratio(measure: str, value: float, parts: str, most: float, *, more: bool = False) -> Row:
    """A row whose number is to be no larger than `most`."""
    return Row(measure, value, f"{value:.2f}", parts, most=most, target=f"≤ {most}", more=more)


def missing(measure: str, why: str, target: str) -> Row:
    """A row that could not be measured."""
    return Row(measure, None, f"left out: {why}", target=target)


def seconds(value: float) -> str:
    """1.23 s, or 45 ms."""
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.0f} ms"


def megabytes(value: float) -> str:
    """123 MB."""
    return f"{value / MEGABYTE:.0f} MB"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is no less than that share of all."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)
