"""Versions of the SDKs, compared by the rules of semantic versioning.

`agent.sdk_version` is a text such as `0.12.15`, `2.0.0-alpha.3` or `1.16`. Build metadata after `+`
does not count. https://semver.org/#spec-item-11
"""

import re
from dataclasses import dataclass
from functools import lru_cache, total_ordering

_VERSION = re.compile(
    r"v?(?P<numbers>\d{1,9}(?:\.\d{1,9}){0,4})(?:-(?P<tail>[0-9A-Za-z.-]{1,64}))?(?:\+\S{0,64})?",
    re.IGNORECASE,
)
_Part = tuple[int, int, str]


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A version's numbers without trailing zeros, and its pre-release tail (empty: a release)."""

    numbers: tuple[int, ...]
    tail: tuple[str, ...] = ()

    def __lt__(self, other: "Version") -> bool:
        return self._key() < other._key()

    def _key(self) -> tuple[tuple[int, ...], bool, tuple[_Part, ...]]:
        return self.numbers, not self.tail, tuple(map(_part, self.tail))


def _part(text: str) -> _Part:
    """Return a sort key: numbers compare as numbers and come before words."""
    return (0, int(text), "") if text.isascii() and text.isdigit() else (1, 0, text.lower())


@lru_cache(1024)
def parse_version(text: str | None) -> Version | None:
    """Return the version in that text; None if it holds none."""
    match = _VERSION.fullmatch((text or "").strip())
    if match is None:
        return None
    numbers = [int(number) for number in match["numbers"].split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    tail = match["tail"]
    return Version(tuple(numbers), tuple(tail.split(".")) if tail else ())


def is_before(text: str | None, limit: str) -> bool:
    """Return whether that version is known and older than `limit`."""
    version, bound = parse_version(text), parse_version(limit)
    return version is not None and bound is not None and version < bound
