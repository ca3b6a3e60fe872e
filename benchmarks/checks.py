"""Checks the counts of every answer, because a fast wrong answer is worth nothing."""

import json
import re
from typing import Any

from benchmarks.processes import Failed, Ran

_EVENTS = re.compile(r"\b([\d,]+)(?: of ([\d,]+))? (?:error )?events?\b")


def expect(found: object, wanted: object, what: str) -> None:
    """Raises Failed unless they are equal."""
    if found != wanted:
        raise Failed(f"{what}: {found!r} where {wanted!r} is right")


def whole(ran: Ran, events: int) -> dict[str, Any]:
    """The document of a look-up, which must hold so many events, and prove it."""
    document: dict[str, Any] = json.loads(ran.out)
    expect(document["counts"]["events"], events, "events")
    expect(document["completeness"]["fetched"], events, "fetched")
    expect(document["completeness"]["complete"], True, "complete")
    return document


def names_events(text: str, total: int) -> bool:
    """Whether a text tells a true count of a room with `total` events: all, or so many of them."""
    return any(whole == total for _, whole in _told(text))


def names_all(text: str, total: int) -> bool:
    """Whether a text tells that all of them were read."""
    return (total, total) in _told(text)


def _told(text: str) -> list[tuple[int, int]]:
    numbers = [(first, whole or first) for first, whole in _EVENTS.findall(text)]
    return [(int(first.replace(",", "")), int(of.replace(",", ""))) for first, of in numbers]
