"""The catalogue of 100ms errors: meaning and owner, looked up by text, code and platform.

The texts are in a data file (bot/catalogue/entries.yaml); this module only selects entries. The
same number means different things on different platforms, so a code alone says little.
https://www.100ms.live/docs/javascript/v2/how-to-guides/debugging/error-handling
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

from bot.domain.device import PLATFORM_WORDS, platform_of
from bot.domain.events import Agent, ErrorEvent, ErrorFacts, cached_by_error_facts
from bot.domain.sdk_fixes import Fixes
from bot.domain.text import normalise_name

MatchTexts = Mapping[str, str]
"""The texts that the catalogue searches, by the names of `MATCH_FIELDS`; "" if not reported."""

MATCH_FIELDS = (
    "error_message",
    "error_description",
    "error_name",
    "endpoint",
    "track_type",
    "type",
    "text",
)
"""The fields of an event that a pattern may search.

`track_type` is a field of its own; `text` is name, message, description and track type together.
"""

# Names and descriptions of 100 kB exist. The SDK's own words are at either end of a text (the
# reason first, "could not recover" last), so the middle of a huge text is not searched.
_HEAD, _TAIL = 6000, 2000


def track_type_of(event: ErrorEvent) -> str | None:
    """Return the kind of track that was reported with the failure; None if there is none."""
    return _find_extra(event, "tracktype") if event.extras else None


def match_texts(facts: ErrorFacts, track_type: str | None) -> MatchTexts:
    """Return the texts that decide an event's meaning, without the middle of huge texts."""
    values = (
        facts.error_message,
        facts.error_description,
        facts.error_name,
        facts.endpoint,
        track_type,
        facts.type,
    )
    texts = {
        name: _cut_middle(text or "") for name, text in zip(MATCH_FIELDS, values, strict=False)
    }
    together = ("error_name", "error_message", "error_description", "track_type")
    return texts | {"text": "\n".join(texts[name] for name in together)}


def _cut_middle(text: str) -> str:
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"


def _find_extra(event: ErrorEvent, label: str) -> str | None:
    return next((text for name, text in event.extras if normalise_name(name) == label), None)


Owner = Literal["user_network", "user_device", "app", "account", "service", "nobody"]
Terminal = Literal["yes", "no", "after_retries", "unknown"]

OWNER_WORDS: Mapping[Owner, str] = {
    "user_network": "the user or their IT",
    "user_device": "the user",
    "app": "the app team",
    "account": "the account admin",
    "service": "100ms",
    "nobody": "nobody",
}
"""The people who can fix it, as a phrase after a label such as `Next:`."""

UNKNOWN = "unknown"
"""Key of the entry used for every error that no other entry describes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The meaning of an error, and the events that it applies to.

    A `rule` is selected by its text patterns, whatever the code (or only for `codes`, and for
    events of `types`). Any other entry is selected by code and platform, or by `code_range` (both
    ends included) when no entry describes the code. `match` holds (field, regular expression)
    pairs; one match is enough. `reason` is a clause that completes "Ann could not join: …", without
    a full stop; no two entries have the same. `do` holds the next steps, each as "Owner: step.", or
    none if nobody has to act.
    """

    key: str
    title: str
    reason: str
    meaning: str
    cause: str
    say: str
    do: tuple[str, ...]
    owner: Owner
    codes: tuple[int, ...] = ()
    platforms: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    terminal: Terminal = "unknown"
    match: tuple[tuple[str, str], ...] = ()
    rule: bool = False
    types: tuple[str, ...] = ()
    code_range: tuple[int, int] | None = None
    native: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Texts that differ in a phone's app, by field name; an app has no page to reload."""

    @property
    def advice(self) -> str:
        """Return the next steps as one text; `No action needed.` without any."""
        return " ".join(self.do) or "No action needed."

    def for_native(self) -> "Entry":
        """Return the entry with the texts for a phone's app."""
        return replace(self, **self.native, native={}) if self.native else self


@dataclass(frozen=True, slots=True)
class Explanation:
    """The entry for an event.

    `borrowed_from` names the platforms ("Android, Flutter") of the entry, when no entry describes
    the code for the event's own platform.
    """

    entry: Entry
    borrowed_from: str | None = None


FIVE_DIGIT_CODES = range(10_000, 100_000)
STATUSES = range(100, 600)  # HTTP's numbers mean the same everywhere

_GENERIC_NAMES = frozenset(
    {"error", "exception", "hmserror", "hmsexception", "none", "null", "undefined", "unknown"}
)
"""Names, letters only, that any error may have."""


class Catalogue:
    """All entries, indexed for look-up, and the `fixes` that later versions of the SDKs brought.

    Raises ValueError if the `unknown` entry is missing, re.error if a pattern is invalid.
    """

    def __init__(self, entries: Iterable[Entry], fixes: Fixes | None = None) -> None:
        self.fixes = fixes or Fixes()
        self.entries = tuple(entries)
        unknown = next((entry for entry in self.entries if entry.key == UNKNOWN), None)
        if unknown is None:
            raise ValueError("the entry with the key `unknown` is missing")
        self._unknown = unknown
        self._rules = [entry for entry in self.entries if entry.rule]
        self._ranges = [entry for entry in self.entries if entry.code_range]
        self._by_code = _index_codes(self.entries)
        self._code_of_name = _index_names(self.entries)
        pairs = {pair for entry in self.entries for pair in entry.match}
        self._patterns = {pair: re.compile(pair[1], re.IGNORECASE) for pair in pairs}
        self._cached_explain = cached_by_error_facts(self._explain)
        self._cached_rules_for = cached_by_error_facts(self._rules_for)

    def explain(self, event: ErrorEvent) -> Explanation:
        """Return the meaning of the event; never fails, and falls back to the `unknown` entry.

        The order is: texts; code and platform; code on another platform; the first three digits of
        an older five-digit code (40100 is a 401); the code's range.
        """
        return self._cached_explain(
            event.failure, platforms_of(event.agent), track_type_of(event), True
        )

    def explain_code(self, event: ErrorEvent) -> Explanation:
        """Return the meaning of the event's code, for an event whose text says nothing.

        Otherwise the same as `explain`.
        """
        return self._cached_explain(
            event.failure, platforms_of(event.agent), track_type_of(event), False
        )

    def _explain(
        self,
        facts: ErrorFacts,
        platforms: tuple[str, ...],
        track_type: str | None,
        by_text: bool,  # noqa: FBT001  part of a cache's key
    ) -> Explanation:
        explanation = self._find(facts, platforms, track_type, by_text=by_text)
        if not _is_native(platforms):
            return explanation
        entry = explanation.entry.for_native()
        if set(entry.platforms) == {"web"} and not entry.rule:
            entry = self._without_page_words(entry, facts.error_code or 0)
        return replace(explanation, entry=entry)

    def _without_page_words(self, entry: Entry, code: int) -> Entry:
        """Return a web page's entry with texts that fit an app as well: those of the code's range.

        The reason stays where the code is an HTTP status, which means the same in an app.
        """
        code = code // 100 if code in FIVE_DIGIT_CODES else code
        general = self._by_range(code)
        reason = entry.reason if code in STATUSES else general.reason
        return replace(entry, reason=reason, say=general.say, do=general.do)

    def _find(
        self,
        facts: ErrorFacts,
        platforms: tuple[str, ...],
        track_type: str | None,
        *,
        by_text: bool,
    ) -> Explanation:
        for rule in self._cached_rules_for(facts, track_type) if by_text else ():
            if not rule.platforms or any(platform in rule.platforms for platform in platforms):
                return Explanation(rule)
        texts, code = match_texts(facts, track_type), self._code_of(facts)
        explanation = self._by_platform(code, platforms, texts)
        if explanation is None and code in FIVE_DIGIT_CODES:
            code //= 100
            explanation = self._by_platform(code, platforms, texts)
        return explanation or Explanation(self._by_range(code))

    def _code_of(self, facts: ErrorFacts) -> int:
        return facts.error_code or self._code_of_name.get(normalise_name(facts.error_name), 0)

    def _rules_for(self, facts: ErrorFacts, track_type: str | None) -> tuple[Entry, ...]:
        """Return the rules that fit the failure on their platforms, whatever its own is."""
        texts, code = match_texts(facts, track_type), self._code_of(facts)
        return tuple(
            rule
            for rule in self._rules
            if (not rule.codes or code in rule.codes)
            and (not rule.types or facts.type in rule.types)
            and self._has_match(rule, texts)
        )

    def _by_platform(
        self, code: int, platforms: tuple[str, ...], texts: MatchTexts
    ) -> Explanation | None:
        """Return the entry of a code for the event's platform, or for the nearest other platform.

        Another platform's entry is used only if the error's own name does not contradict it.
        """
        name = normalise_name(texts["error_name"])
        entries = [
            e for e in self._by_code.get(code, ()) if not e.match or self._has_match(e, texts)
        ]
        entries.sort(key=lambda entry: not entry.match)
        others = [e for e in entries if code in STATUSES or not _is_contradicted(e, name)]
        for platform, candidates in zip(platforms, (entries, others), strict=False):
            for entry in candidates:
                if not entry.platforms or platform in entry.platforms:
                    return Explanation(entry)
        named = [entry for entry in others if name and name in map(normalise_name, entry.names)]
        if not named and code == 0:
            return None  # a plain browser error says nothing about any other platform
        others = named or sorted(others, key=lambda entry: not _is_same_family(entry, platforms))
        if not others:
            return None
        certain = not platforms and (named or len(others) == 1)
        return Explanation(others[0], None if certain else _platform_names(others[0]))

    def _by_range(self, code: int) -> Entry:
        for entry in self._ranges:
            first, last = entry.code_range or (0, -1)
            if first <= code <= last:
                return entry
        return self._unknown

    def _has_match(self, entry: Entry, texts: MatchTexts) -> bool:
        return any(self._patterns[pair].search(texts[pair[0]]) for pair in entry.match)


def _index_codes(entries: Iterable[Entry]) -> dict[int, list[Entry]]:
    entries_by_code: defaultdict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        for code in () if entry.rule else entry.codes:
            entries_by_code[code].append(entry)
    return dict(entries_by_code)


def _index_names(entries: Iterable[Entry]) -> dict[str, int]:
    """Return names that belong to exactly one code, for events that carry no code."""
    codes: defaultdict[str, set[int]] = defaultdict(set)
    for entry in entries:
        for name in () if entry.rule else entry.names:
            codes[normalise_name(name)].update(code for code in entry.codes if code)
    return {
        name: min(name_codes) for name, name_codes in codes.items() if name and len(name_codes) == 1
    }


_PLATFORM_BY_NAME = {normalise_name(platform): platform for platform in PLATFORM_WORDS}


@lru_cache(1024)
def platforms_of(agent: Agent) -> tuple[str, ...]:
    """Return the event's own platform, even an unknown one, then the framework around it.

    If the SDK is not named, the operating system tells web, Android and iOS apart.
    """
    sdk = normalise_name(agent.sdk)
    if not sdk and platform_of(agent) in PLATFORM_WORDS:
        sdk = platform_of(agent)
    wrapper = _PLATFORM_BY_NAME.get(normalise_name(agent.framework))
    return tuple(platform for platform in (_PLATFORM_BY_NAME.get(sdk, sdk), wrapper) if platform)


def _is_native(platforms: tuple[str, ...]) -> bool:
    return bool(platforms) and platforms[0] != "web"


def _is_contradicted(entry: Entry, name: str) -> bool:
    """Return whether the error's own name, letters only, differs from all names of the entry."""
    names = set(map(normalise_name, entry.names))
    return bool(name and names) and name not in names | _GENERIC_NAMES


def _is_same_family(entry: Entry, platforms: tuple[str, ...]) -> bool:
    """Return whether entry and event are both native or both web.

    Native SDKs share their numbers.
    """
    native = _is_native(platforms)
    return any((platform != "web") == native for platform in entry.platforms)


def _platform_names(entry: Entry) -> str:
    return ", ".join(PLATFORM_WORDS.get(platform, platform) for platform in entry.platforms)
