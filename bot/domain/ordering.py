"""Events in order of time, and whether one stands twice among them."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from operator import attrgetter

from bot.domain.events import ErrorEvent
from bot.domain.stamps import nanoseconds_of

_AT = attrgetter("at")
_PART = 32_768


def in_order(events: Iterable[ErrorEvent]) -> list[ErrorEvent]:
    """The events sorted by `order`; only those of one microsecond need to be asked for it."""
    found = sorted(events, key=_AT)
    moments = [event.at for event in found]
    twins = [index for index, pair in enumerate(pairwise(moments)) if pair[0] == pair[1]]
    done = 0
    for begin in twins:
        if begin < done:
            continue
        done = bisect_right(moments, moments[begin], begin)
        found[begin:done] = sorted(found[begin:done], key=order)
    return found


def has_twins(events: Sequence[ErrorEvent]) -> bool:
    """Whether an id occurs twice; looked for in parts, since a set of all ids takes megabytes."""
    parts = 1 + len(events) // _PART
    for part in range(parts):
        ids = [event.id for event in events if hash(event.id) % parts == part]
        if len(set(ids)) < len(ids):
            return True
    return False


def order(event: ErrorEvent) -> tuple[datetime, int, bool, str]:
    """Sort key: time, the nanoseconds that `at` cannot hold, terminal last, then id.

    100ms cuts trailing zeros off its stamps, so that their texts do not sort. Of two events
    stamped alike (a stored pair sent together) the one that says giving up is the later one.
    """
    return (event.at, nanoseconds_of(event.tail), event.failure.is_terminal, event.id)
