"""A report's details in their order, what one of them is called, and what is told around them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.report import Report
from bot.render.buttons import value_of
from bot.render.details import Detail, details_of
from bot.render.pack import Group

NARROW = (
    "They do not fit a button's memory: ask again for a shorter time, one type or one peer, or use "
    "call-doctor lookup --json."
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A report and its details, and what one of them is called."""

    report: Report
    details: tuple[Detail, ...]
    noun: str

    def __len__(self) -> int:
        return len(self.details)

    def count(self, number: int) -> str:
        """`1 failure`, `1,204 failures`."""
        return f"{number:,} {self.noun}{'s' * (number != 1)}"

    def below(self, where: str, shown: int) -> str:
        """What the opening says of the details; "" if there are none."""
        if shown < len(self):
            return f"{shown:,} of {self.count(len(self))} in detail {where}."
        return f"{self.count(shown)} in detail {where}." if shown else ""

    def button(self, page: Sequence[Group], shown: int, *, private: bool) -> str:
        """The button's value after `shown` details; "" if none remain, or it would not fit."""
        if shown >= len(self):
            return ""
        return value_of(self.report, after=page[-1].event_id, shown=shown, private=private)

    def ending(self, left: int, button: str) -> str:
        """What is said under the last detail."""
        if not left:
            return ""
        told = f"{left:,} more {self.noun}s are not shown yet."
        return told if button else f"{told} {NARROW}"


def listed_of(report: Report) -> Listed:
    """What is told of a report in detail."""
    noun = "failure" if report.diagnosis else "terminal failure"
    return Listed(report, details_of(report), noun)
