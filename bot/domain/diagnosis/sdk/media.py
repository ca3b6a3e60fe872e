"""Failures of media: a person's media paths, screen shares (R12) and side features (R17a).

Measured on the web SDK: while signalling works, a failing publish path is reported every 17 to 20
seconds, alternately as 4006 and 4005 from 0.13 on, and never as terminal. Silence therefore proves
more than a missing terminal event, except when the SDK cannot report at all.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from bot.domain.catalogue import UNKNOWN
from bot.domain.diagnosis.intervals import shift
from bot.domain.diagnosis.model import Story
from bot.domain.diagnosis.people import PersonIndex
from bot.domain.diagnosis.sdk.text import (
    DEVICE_CODES,
    PUBLISH,
    REPORTS_BOTH_PATHS,
    SUBSCRIBE,
    is_firefox,
    is_ice,
    is_web_before,
    media_of,
    text_of,
)
from bot.domain.diagnosis.thresholds import ADD_HOLDS, SAME_CALL, STORY_GAP, SUBSCRIBE_RETRY
from bot.domain.events import ErrorEvent, ErrorFacts, cached_by_error_facts

_FAILED = 4005
_AT = attrgetter("at")


@dataclass(frozen=True, slots=True)
class Run:
    """Failures of one path without a long pause between them, oldest first."""

    rows: tuple[ErrorEvent, ...]

    @property
    def span(self) -> timedelta:
        """Time from the first report to the last."""
        return self.rows[-1].at - self.rows[0].at

    @property
    def last(self) -> ErrorEvent:
        """The last report."""
        return self.rows[-1]


class MediaPaths:
    """Every 4005 and 4006 by person and direction."""

    def __init__(self, person_index: PersonIndex, events: Iterable[ErrorEvent]) -> None:
        self._rows: defaultdict[tuple[str, str], list[ErrorEvent]] = defaultdict(list)
        for event in events:
            if is_ice(event):
                self._rows[(person_index.of(event).key, event.type)].append(event)
        for rows in self._rows.values():
            rows.sort(key=_AT)

    def has_failure_after(self, person: str, moment: datetime) -> bool:
        """Return whether sending fails again within seconds of that moment."""
        rows = self._rows.get((person, PUBLISH), [])
        index = bisect_right(rows, moment, key=_AT)
        return index < len(rows) and rows[index].at - moment <= ADD_HOLDS

    def run_of(self, story: Story) -> Run:
        """Return the failures of this story's path, with both codes."""
        rows = self._rows.get((story.person.key, story.type), list(story.rows))
        begin = end = max(bisect_right(rows, story.first_at, key=_AT) - 1, 0)
        while begin and rows[begin].at - rows[begin - 1].at <= STORY_GAP:
            begin -= 1
        while end + 1 < len(rows) and rows[end + 1].at - rows[end].at <= STORY_GAP:
            end += 1
        return Run(tuple(rows[begin : end + 1]))

    def quiet_since(self, story: Story) -> datetime | None:
        """Return the time from which silence about sending means success; None if it never does."""
        run = self.run_of(story)
        if is_firefox(run.last) and run.last.error_code == _FAILED:
            return None
        if not is_web_before(story, REPORTS_BOTH_PATHS):
            return run.last.at
        silent = [run.last.at]
        begins, ends = run.rows[0].at, shift(run.last.at, SUBSCRIBE_RETRY)
        for row in self._rows.get((story.person.key, SUBSCRIBE), ()):
            if row.at > ends or row.at < shift(begins, -SAME_CALL):
                continue
            if row.is_terminal:
                return None
            silent.append(row.at)
        return max(silent)

    def receive_failures(self, person: str) -> Iterable[ErrorEvent]:
        """Return every report of a person's failures to receive."""
        return self._rows.get((person, SUBSCRIBE), [])


CANCELLED_SHARE = 3001

# The texts of getDisplayMedia in Safari, Firefox and Chromium, and of an iframe without `allow`.
_NO_PICKER = re.compile(
    r"must be called from a user gesture|requires transient activation|no transient activation",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"display-capture.{0,80}\b(?:disallowed|denied|not allowed)\b|"
    r"\b(?:permissions|feature) policy\b.{0,80}display-capture",
    re.IGNORECASE | re.DOTALL,
)
_BAD_STATE = re.compile(r"\binvalid state\b|\binvalidstateerror\b", re.IGNORECASE)
_REFUSED = re.compile(
    r"permission denied|permission dismissed|\bby (?:the )?user\b(?! agent)|user denied"
    r"|\bcancell?ed\b",
    re.IGNORECASE,
)
# Safari and Firefox use this text for every refusal, whatever its reason.
_POSSIBLY = re.compile(r"possibly because the user denied permission", re.IGNORECASE)
_BY_SYSTEM = re.compile(r"\bby (?:the )?(?:operating )?system\b", re.IGNORECASE)


def is_screen_share_failure(event: ErrorEvent) -> bool:
    """Return whether a screen share failed."""
    return "screen" in media_of(event) or is_without_picker(event)


def is_without_picker(event: ErrorEvent) -> bool:
    """Return whether the page requested the share in a way for which no browser shows a picker."""
    if _is_wrong_request(event.failure):
        return True
    return "screen" in media_of(event) and bool(_BAD_STATE.search(text_of(event.failure)))


@cached_by_error_facts
def _is_wrong_request(facts: ErrorFacts) -> bool:
    text = text_of(facts)
    return bool(_NO_PICKER.search(text) or _POLICY.search(text))


def is_refused_share(event: ErrorEvent) -> bool:
    """Return whether the person closed the picker: 3001 with `screen` and no other reason."""
    if event.error_code != CANCELLED_SHARE or not is_screen_share_failure(event):
        return False
    return not is_without_picker(event) and not _BY_SYSTEM.search(text_of(event.failure))


def is_cancelled_share(story: Story) -> bool:
    """Return whether the story consists of closed pickers only."""
    return story.code == CANCELLED_SHARE and all(map(is_refused_share, story.rows))


def is_unasked_share(story: Story) -> bool:
    """Return whether no picker was ever shown, because of a fault of the page."""
    return any(map(is_without_picker, story.rows))


@cached_by_error_facts
def is_refusal(facts: ErrorFacts) -> bool:
    """Return whether the browser's own words say that the person refused.

    The description holds them; the message is always "User denied permission".
    """
    words = facts.error_description or facts.error_message or ""
    return bool(_REFUSED.search(_POSSIBLY.sub("", words)))


_PUBLISH = "client.publish.failed"
_EXTRAS = range(7000, 10_000)

# 100ms' error pages by platform; two platforms use the same number for different things.
_WEB = {
    3012: "the screen share",
    **dict.fromkeys(range(7001, 7006), "a video or sound effect"),
    **dict.fromkeys(range(8001, 8003), "the playlist"),
}
_NATIVE = {
    3012: "the Bluetooth headset",
    3013: "the Bluetooth headset",
    3017: "the screen share",
    7005: "the Bluetooth headset",
    **dict.fromkeys(range(7001, 7005), "a video or sound effect"),
    8001: "photo capture",
    8002: "noise reduction",
    8003: "noise reduction",
    9001: "a video or sound effect",
}
_BY_TEXT = (
    ("the Bluetooth headset", re.compile(r"bluetooth", re.IGNORECASE)),
    ("noise reduction", re.compile(r"\bnoise (?:cancel|suppress|reduc)|krisp", re.IGNORECASE)),
    ("the playlist", re.compile(r"\bplaylist\b", re.IGNORECASE)),
    ("a video or sound effect", re.compile(r"\bvirtual background\b|\bblur\b", re.IGNORECASE)),
)


def feature_of(rows: Iterable[ErrorEvent], platform: str) -> str | None:
    """Return the side feature that failed, as the subject of a sentence; None if the call did."""
    named = {_feature(row, platform) for row in rows}
    return named.pop() if len(named) == 1 else None


def side_features(stories: Iterable[Story]) -> str:
    """Return the side features that failed if nothing else is left unrecovered; otherwise ""."""
    named = {story.feature for story in stories if story.outcome != "recovered"}
    return "" if None in named else " and ".join(sorted(filter(None, named)))


def _feature(row: ErrorEvent, platform: str) -> str | None:
    code = row.error_code or 0
    if row.type == _PUBLISH and (not code or code in DEVICE_CODES) and is_screen_share_failure(row):
        return "the screen share"
    if code in DEVICE_CODES or code in _EXTRAS or (not code and row.type == _PUBLISH):
        text = f"{row.error_name or ''}\n{text_of(row.failure)}"
        named = next((words for words, pattern in _BY_TEXT if pattern.search(text)), None)
        if named:
            return named
    if platform == UNKNOWN:
        return None
    return (_WEB if platform == "web" else _NATIVE).get(code)
