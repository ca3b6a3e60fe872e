"""Things that last, found again by when."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import accumulate
from operator import itemgetter
from typing import Generic, TypeVar

T = TypeVar("T")


class Lasting(Generic[T]):
    """Things by (begins, ends): asked for those of one hour, it does not look at all of them."""

    def __init__(self, spans: Iterable[tuple[datetime, datetime, T]]) -> None:
        self._spans = sorted(spans, key=itemgetter(0))
        self._begins = [span[0] for span in self._spans]
        self._latest = list(accumulate((span[1] for span in self._spans), max))

    def between(self, since: datetime, until: datetime) -> Iterator[T]:
        """What began by `until` and did not end before `since`, by when it began."""
        first = bisect_left(self._latest, since)
        beyond = bisect_right(self._begins, until)
        return (thing for _, ends, thing in self._spans[first:beyond] if ends >= since)
