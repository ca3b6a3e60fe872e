"""100ms' time stamps, stored as the digits that a datetime does not hold.

A datetime ends at the microsecond, while 100ms sends up to nine digits and cuts off zeros. With
100,000 events, one shared number takes less memory than a text for each.
"""

import re
from datetime import UTC, datetime

StampSuffix = int | str
"""A thousand for each digit after the second, plus the nanoseconds; or the stamp itself."""

NO_TIME = datetime(9000, 1, 1, tzinfo=UTC)
"""The time of an event whose time could not be read; later than every readable time.

Such an event sorts last, and no event counts as later than it.
"""

YEARS = range(1970, 2100)
"""Years of times that count: 100ms writes `0001-01-01T00:00:00Z` for "never", and times far off
break date arithmetic."""

_FRACTION = re.compile(r"\.(\d{1,9})")
_MOST_DIGITS = 9
_MICROSECONDS = 6
_SECOND = len("2026-05-01T09:00:01")
_MICROSECOND = len("2026-05-01T09:00:01.123456")
_SHARED_NUMBERS = tuple(range(10_000))
"""All possible numbers: CPython makes a new object for each use of a number above 256."""


def suffix_of(stamp: str, at: datetime) -> StampSuffix:
    """Return the suffix that restores `stamp` from `at`.

    It is the stamp itself if the stamp is not in 100ms' format or differs from `at`.
    """
    if not at.isoformat("T", "microseconds")[:_MICROSECOND].startswith(stamp[:-1][:_MICROSECOND]):
        return stamp
    return suffix_in(stamp)


def suffix_in(stamp: str) -> StampSuffix:
    """Return the suffix as `suffix_of`, for a time that was read from that stamp."""
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
    """Return the stamp as 100ms sent it."""
    if isinstance(suffix, str):
        return suffix
    digits, finer = divmod(suffix, 1000)
    text = f"{at.isoformat('T', 'microseconds')[:_MICROSECOND]}{finer:03}"
    return text[: _SECOND + 1 + digits] + "Z"


def nanoseconds_of(suffix: StampSuffix) -> int:
    """Return the nanoseconds beyond the last whole microsecond."""
    if isinstance(suffix, int):
        return suffix % 1000
    match = _FRACTION.search(suffix)
    return int(match[1].ljust(_MOST_DIGITS, "0")[_MICROSECONDS:]) if match else 0
