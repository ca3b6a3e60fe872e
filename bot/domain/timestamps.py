"""100ms' time stamps, kept as what a datetime does not say of them.

A datetime ends at the microsecond, while 100ms sends up to nine digits and cuts zeros off. With
100,000 events in hand, a number that is held once for all of them beats a text for each.
"""

import re
from datetime import UTC, datetime

StampSuffix = int | str
"""A thousand for each digit after the second, plus the nanoseconds; or the stamp itself."""

NO_TIME = datetime(9000, 1, 1, tzinfo=UTC)
"""Stands for a time that could not be read. It is later than every time that can be read.

So such an event stands last, and nothing counts as having happened after it.
"""

_FRACTION = re.compile(r"\.(\d{1,9})")
_MOST_DIGITS = 9
_MICROSECONDS = 6
_SECOND = len("2026-05-01T09:00:01")
_MICROSECOND = len("2026-05-01T09:00:01.123456")
_SHARED_NUMBERS = tuple(range(10_000))
"""Every number there can be: CPython makes an object for each use of one above 256."""


def suffix_of(stamp: str, at: datetime) -> StampSuffix:
    """What gives `stamp` back beside `at`; the stamp as it is, unless written as 100ms does."""
    if not at.isoformat("T", "microseconds")[:_MICROSECOND].startswith(stamp[:-1][:_MICROSECOND]):
        return stamp
    return suffix_in(stamp)


def suffix_in(stamp: str) -> StampSuffix:
    """As `tail_of`, for the time that was read from that stamp."""
    digits = len(stamp) - _SECOND - 2
    if not 0 < digits <= _MOST_DIGITS or stamp[-1] != "Z" or stamp[4:20:3] != "--T::.":
        return stamp
    if digits <= _MICROSECONDS:
        return _SHARED_NUMBERS[1000 * digits]
    finer = stamp[_MICROSECOND:-1]
    if not (finer.isascii() and finer.isdecimal()):
        return stamp
    return _SHARED_NUMBERS[1000 * digits + int(finer.ljust(3, "0"))]


def stamp_of(suffix: StampSuffix, at: datetime) -> str:
    """The stamp as 100ms sent it."""
    if isinstance(suffix, str):
        return suffix
    digits, finer = divmod(suffix, 1000)
    text = f"{at.isoformat('T', 'microseconds')[:_MICROSECOND]}{finer:03}"
    return text[: _SECOND + 1 + digits] + "Z"


def nanoseconds_of(suffix: StampSuffix) -> int:
    """Nanoseconds beyond the last whole microsecond."""
    if isinstance(suffix, int):
        return suffix % 1000
    match = _FRACTION.search(suffix)
    return int(match[1].ljust(_MOST_DIGITS, "0")[_MICROSECONDS:]) if match else 0
