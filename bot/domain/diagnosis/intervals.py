"""Intervals: an index of items by time span, arithmetic, and durations in words."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from operator import itemgetter
from typing import Generic, TypeVar

T = TypeVar("T")


class IntervalIndex(Generic[T]):
    """An index of items by (begins, ends) that finds those of a time span without a full scan."""

    def __init__(self, spans: Iterable[tuple[datetime, datetime, T]]) -> None:
        self._spans = sorted(spans, key=itemgetter(0))
        self._begins = [span[0] for span in self._spans]
        self._latest = list(accumulate((span[1] for span in self._spans), max))

    def between(self, since: datetime, until: datetime) -> Iterator[T]:
        """Return items that began by `until` and did not end before `since`.

        They are ordered by their start.
        """
        first = bisect_left(self._latest, since)
        beyond = bisect_right(self._begins, until)
        return (item for _, ends, item in self._spans[first:beyond] if ends >= since)


_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_SHORT = 120


EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)


def shift(moment: datetime, by: timedelta) -> datetime:
    """Return `moment` plus `by`, limited to the range of datetime: stamps of the year 1 exist."""
    try:
        return moment + by
    except OverflowError:
        return LATEST if by > timedelta(0) else EARLIEST


def format_duration(span: timedelta) -> str:
    """Return a duration such as `0.4 s`, `14 s`, `3 min`, `2 h 5 min`, `3 days`.

    It is no more exact than is useful.
    """
    seconds = max(span.total_seconds(), 0.0)
    if seconds < 1:
        return f"{seconds:.1f} s"
    if seconds < _SHORT:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < _DAY:
        hours, minutes = divmod(round(seconds / _MINUTE), _MINUTE)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days = round(seconds / _DAY)
    return f"{days} day" if days == 1 else f"{days} days"
