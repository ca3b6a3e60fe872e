"""Faults of 100ms' SDKs that a later version fixed, found by SDK, version, code and event type.

The facts are in a data file (bot/catalogue/fixes.yaml). A match says that the fault may have played
a part, never that it did. Versions (`0.12.15`, `2.0.0-alpha.3`, `1.16`) are compared by the rules
of semantic versioning; build metadata after `+` does not count. https://semver.org/#spec-item-11
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, total_ordering

from bot.domain.device import PLATFORM_WORDS, platform_of
from bot.domain.events import Agent
from bot.domain.text import normalise_name

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


_MOST_NUMBERS, _LONGEST = 3, 40

_WRAPPERS = {normalise_name(name): name for name in ("flutter", "react-native")}


@dataclass(frozen=True, slots=True)
class Fix:
    """A fix in `fixed_in`: `words` follow "0.14.1 fixed". Without `types`, any event matches."""

    sdk: str
    fixed_in: str
    codes: tuple[int, ...]
    words: str
    types: tuple[str, ...] = ()
    released: date | None = None


@dataclass(frozen=True, slots=True)
class Outdated:
    """An SDK's version that lacks a fix."""

    fix: Fix
    version: str


@dataclass(frozen=True, slots=True)
class Fixes:
    """All known fixes, the most important first, and the release dates of versions by SDK."""

    fixes: tuple[Fix, ...] = ()
    releases: Mapping[str, Mapping[str, date]] | None = None

    def missing_in(
        self, agents: Iterable[Agent], code: int, kind: str, today: date
    ) -> Outdated | None:
        """Return the first fix for that code and event type that one of these apps lacks.

        A version that cannot be parsed lacks nothing, and a fix is not named before its release.
        """
        fitting = [
            fix
            for fix in self.fixes
            if code in fix.codes
            and (not fix.types or kind in fix.types)
            and not (fix.released and fix.released > today)
        ]
        sdks = sorted({sdk for agent in agents for sdk in _sdks(agent)}) if fitting else []
        for fix in fitting:
            for sdk, version in sdks:
                if sdk == fix.sdk and is_before(version, fix.fixed_in):
                    return Outdated(fix, version)
        return None

    def line(self, outdated: Outdated, today: date) -> str:
        """Return the line on an outdated SDK version.

        An example is `web SDK 0.12.15 is 28 months old; 0.14.1 fixed …; … may …: update.`
        """
        fix, version = outdated.fix, outdated.version
        age = self._age(fix.sdk, version, today)
        old = (
            f"is {age} old; {fix.fixed_in} fixed"
            if age
            else f"is older than {fix.fixed_in}, which fixed"
        )
        return (
            f"{PLATFORM_WORDS[fix.sdk]} SDK {version} {old} {fix.words}; "
            "that fault may have played a part here: update."
        )

    def step(self, outdated: Outdated) -> str:
        """Return the step that follows from an outdated SDK version."""
        fix = outdated.fix
        sdk = f"{PLATFORM_WORDS[fix.sdk]} SDK {outdated.version}"
        fixed_in = fix.fixed_in
        return f"App team: update {sdk} to {fixed_in} or later; a known bug can also cause this."

    def _age(self, sdk: str, version: str, today: date) -> str:
        """Return an age such as `28 months`; "" if the version's release date is not known."""
        released = (self.releases or {}).get(sdk, {}).get(version)
        if released is None or released > today:
            return ""
        months = 12 * (today.year - released.year) + today.month - released.month
        months -= today.day < released.day
        if months < 1:
            return "less than a month"
        return "1 month" if months == 1 else f"{months} months"


@lru_cache(1024)
def _sdks(agent: Agent) -> tuple[tuple[str, str], ...]:
    """Return the native or web SDK and the framework around it, each with a version fit to show."""
    wrapper = _WRAPPERS.get(normalise_name(agent.framework), "")
    versions = ((platform_of(agent), agent.sdk_version), (wrapper, agent.framework_sdk_version))
    found = []
    for sdk, text in versions:
        version_text = (text or "").strip().removeprefix("v").split("+")[0]
        version = parse_version(version_text)
        if (
            sdk
            and version
            and len(version.numbers) <= _MOST_NUMBERS
            and len(version_text) <= _LONGEST
        ):
            found.append((sdk, version_text))
    return tuple(found)
