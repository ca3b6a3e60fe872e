"""What is fast and wrong is not fast: the counts of every answer are looked at."""

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
    """Whether a text tells a count of events that is true of a room with `total`.

    Either the whole, or so many of the whole.
    """
    for first, of in _EVENTS.findall(text):
        if int((of or first).replace(",", "")) == total:
            return True
    return False
