"""The problems found so far, and the small checks that find them."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

# https://docs.slack.dev/messaging/formatting-message-text#escaping
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
_GROWTH = {"&": 4, "<": 3, ">": 3}


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken limit: Slack's error name, a JSON pointer and words."""

    code: str
    pointer: str
    words: str

    @property
    def line(self) -> str:
        """The line as `response_metadata.messages` shows it."""
        return f"[ERROR] {self.words} [json-pointer:{self.pointer}]"


@dataclass(slots=True)
class Findings:
    """The findings of a walk; `surface` is message, modal or home."""

    surface: str
    problems: list[Problem] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    action_ids: set[str] = field(default_factory=set)
    table_chars: int = 0
    data_table_chars: int = 0
    markdown_chars: int = 0
    types: list[str] = field(default_factory=list)
    inside: tuple[str, ...] = ()

    def add(self, pointer: str, words: str, code: str = "invalid_blocks") -> None:
        """Note a problem."""
        self.problems.append(Problem(code, pointer, words))


Check = Callable[[object, str, Findings], None]
Rule = Callable[[Json, str, Findings], None]


def escaped_length(text: str, *, markup: bool = False) -> int:
    """Characters after escaping; in markup, angle brackets are control characters and stay."""
    left = _ENTITY.sub("", text)
    growing = "&" if markup else "&<>"
    return len(text) + sum(left.count(each) * _GROWTH[each] for each in growing)


def string(most: int, least: int = 1) -> Check:
    """A bare string within limits."""

    def check(value: object, pointer: str, found: Findings) -> None:
        if not isinstance(value, str):
            found.add(pointer, "must be a string")
        elif len(value) < least:
            found.add(pointer, f"must be more than {least - 1} characters")
        elif len(value) > most:
            found.add(pointer, f"must be less than {most + 1} characters")

    return check


def boolean(value: object, pointer: str, found: Findings) -> None:
    """True or false."""
    if not isinstance(value, bool):
        found.add(pointer, "must be a boolean")


def integer(least: int, most: int) -> Check:
    """A whole number within limits."""

    def check(value: object, pointer: str, found: Findings) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            found.add(pointer, "must be an integer")
        elif not least <= value <= most:
            found.add(pointer, f"must be from {least} to {most}")

    return check


def number(value: object, pointer: str, found: Findings) -> None:
    """Any number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        found.add(pointer, "must be a number")


def word(*allowed: str) -> Check:
    """One of these words."""

    def check(value: object, pointer: str, found: Findings) -> None:
        if value not in allowed:
            found.add(pointer, f"must be one of {', '.join(allowed)}")

    return check


def array(each: Check, most: int, least: int = 1) -> Check:
    """A list whose items pass `each`."""

    def check(value: object, pointer: str, found: Findings) -> None:
        if not isinstance(value, list):
            found.add(pointer, "must be an array")
            return
        if len(value) < least:
            found.add(pointer, f"must have at least {least} items")
        if len(value) > most:
            found.add(pointer, f"no more than {most} items allowed")
        for index, item in enumerate(value):
            each(item, f"{pointer}/{index}", found)

    return check


def anything(value: object, pointer: str, found: Findings) -> None:
    """No limit is known."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An object's keys: those that must be there, those that may, and what holds between them."""

    needed: Mapping[str, Check]
    allowed: Mapping[str, Check] = field(default_factory=dict)
    rule: Rule | None = None

    def __call__(self, value: object, pointer: str, found: Findings) -> None:
        """Check one object."""
        if not isinstance(value, dict):
            found.add(pointer, "must be an object")
            return
        known = {**self.needed, **self.allowed}
        for key in self.needed:
            if key not in value:
                found.add(pointer, f"missing required field: {key}")
        for key, item in value.items():
            if key in known:
                known[key](item, f"{pointer}/{key}", found)
            elif key != "type":
                found.add(f"{pointer}/{key}", f"unknown field: {key}")
        if self.rule is not None:
            self.rule(value, pointer, found)


def by_type(shapes: Mapping[str, Check], only: Collection[str] | None = None) -> Check:
    """An object whose `type` picks its shape; `only` narrows the types."""

    def check(value: object, pointer: str, found: Findings) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in shapes or (only and kind not in only):
            found.add(f"{pointer}/type", f"unsupported type: {kind}")
            return
        shapes[kind](value, pointer, found)

    return check
