"""What the SDK writes into its texts, read back: retries, dependencies, media, rules.

Which part of a call a story is about, so that proof can fit it.

What a failure's SDK and browser can report at all; what they cannot proves nothing.

The versions were found by running the web SDK from 0.12.15 to 0.15.2 under known faults.
"""

import re
from typing import Literal

from bot.domain.device import browser_of
from bot.domain.diagnosis.model import Story
from bot.domain.events import ErrorEvent, ErrorFacts, cached_by_error_facts
from bot.domain.sdk_version import is_before

# Web counts tries up to 0.12.19, milliseconds from 0.12.20 on.
_RETRY = re.compile(
    r"could not recover after (?P<number>\d{1,9})(?:\.\d+)? (?P<unit>milliseconds?|tr(?:y|ies))",
    re.IGNORECASE,
)
_DEPENDENCIES = re.compile(r"required dependencies\s*-\s*\[([^\]]{0,200})\]", re.IGNORECASE)
_SCREEN = re.compile(r"\bscreen|getdisplaymedia|displaymedia", re.IGNORECASE)
_AUDIO = re.compile(r"\baudio\b|\bmic(?:rophone)?s?\b|\bmiccapture", re.IGNORECASE)
_VIDEO = re.compile(r"\bvideo\b|\bcameras?\b|\bwebcams?\b", re.IGNORECASE)
_UNSURE = re.compile(r"\bunknown\s?\([^)]{0,80}\)", re.IGNORECASE)  # web 0.12: "(video or audio)"
_LEAVE = re.compile(r"leave called", re.IGNORECASE)
_ACCOUNT = re.compile(r"role limit reached|account-disabled", re.IGNORECASE)

_TYPES = {
    "connectfailed": "client.connect.failed",
    "signaldisconnect": "client.disconnected",
    "joinwsmessagefailed": "client.join.failed",
    "publishiceconnectionfailed": "client.publish.failed",
    "subscribeiceconnectionfailed": "client.subscribe.failed",
}

MEDIA_ERRORS = frozenset({"NotAllowedError", "NotFoundError", "NotReadableError"})
"""Browser media errors that arrive without a 100ms code (W3C Media Capture and Streams)."""


def all_text(event: ErrorEvent) -> str:
    """Every text that a rule may look at."""
    return text_of(event.failure)


def text_of(facts: ErrorFacts) -> str:
    """As `all_text`, of what an event shares with others."""
    parts = (facts.error_message, facts.error_description, facts.endpoint)
    return "\n".join([part for part in parts if part])


@cached_by_error_facts
def retry_ms_of(facts: ErrorFacts) -> int | None:
    """How long the SDK says it tried, in milliseconds."""
    match = _RETRY.search(text_of(facts))
    return int(match["number"]) if match and match["unit"].lower().startswith("m") else None


@cached_by_error_facts
def retry_count_of(facts: ErrorFacts) -> int | None:
    """How many tries the SDK says it made, where it counts them."""
    match = _RETRY.search(text_of(facts))
    return int(match["number"]) if match and match["unit"].lower().startswith("t") else None


@cached_by_error_facts
def dependencies_of(facts: ErrorFacts) -> tuple[str, ...]:
    """The event types of what had to recover first and did not, as the text lists them."""
    match = _DEPENDENCIES.search(text_of(facts))
    if match is None:
        return ()
    names = ("".join(filter(str.isalpha, name)).lower() for name in match[1].split(","))
    return tuple(_TYPES[name] for name in names if name in _TYPES)


def media_of(event: ErrorEvent) -> frozenset[str]:
    """The media that failed: `audio`, `video` or `screen`; empty if nothing names them.

    The message says it; where it does not, what else was reported.
    """
    reported = next((text for label, text in event.extras if _letters(label) == "tracktype"), "")
    return _media_named(event.failure, reported)


@cached_by_error_facts
def _media_named(facts: ErrorFacts, reported: str) -> frozenset[str]:
    for text in (facts.error_message, reported, facts.error_description, facts.error_name):
        if text and (media := _media_in(text)):
            return media
    return frozenset()


@cached_by_error_facts
def has_leave_called(facts: ErrorFacts) -> bool:
    """True if the person left before joining was done."""
    return bool(_LEAVE.search(text_of(facts)))


@cached_by_error_facts
def is_account_failure(facts: ErrorFacts) -> bool:
    """True for a full role or a suspended account, whatever the code."""
    return bool(_ACCOUNT.search(text_of(facts)))


def _media_in(text: str) -> frozenset[str]:
    text = _UNSURE.sub("", text)
    if _SCREEN.search(text):
        return frozenset({"screen"})
    pairs = (("audio", _AUDIO), ("video", _VIDEO))
    return frozenset(name for name, pattern in pairs if pattern.search(text))


def _letters(label: str) -> str:
    return "".join(filter(str.isalpha, label)).lower()


FailureArea = Literal["device", "publish", "subscribe", "session"]

SESSION_TYPES = frozenset({"client.connect.failed", "client.join.failed", "client.disconnected"})
PUBLISH, SUBSCRIBE = "client.publish.failed", "client.subscribe.failed"
MEDIA_TYPES = frozenset({PUBLISH, SUBSCRIBE})
ICE_CODES = frozenset({4005, 4006})
_DEVICES = range(3000, 4000)
_STATUSES = range(100, 600)
_LEGACY = range(10_000, 100_000)


def status_of(code: int) -> int:
    """The HTTP status behind a code, 0 if there is none; 40101 is an older 401."""
    if code in _LEGACY:
        code //= 100
    return code if code in _STATUSES else 0


def is_media_error(event: ErrorEvent) -> bool:
    """True for a browser's own media error that carries no 100ms code."""
    return not event.error_code and (event.error_name or "").strip() in MEDIA_ERRORS


def area_of(story: Story) -> FailureArea:
    """The part that failed. A lost connection is one even if a device error caused it."""
    if story.type != "client.disconnected":
        if story.code in _DEVICES or is_media_error(story.rows[0]):
            return "device"
        if story.type == "client.publish.failed":
            return "publish"
        if story.type == "client.subscribe.failed":
            return "subscribe"
    return "session"


def media_of_story(story: Story) -> frozenset[str]:
    """Every medium its events name; empty if none does."""
    return frozenset[str]().union(*(media_of(row) for row in story.rows))


def is_ice(event: ErrorEvent) -> bool:
    """True for a media path that was lost or never found."""
    return event.error_code in ICE_CODES and event.type in MEDIA_TYPES


RETRIES_UNREACHABLE = "0.13.0"
"""Before it the web SDK tries a 2003 again and may end it terminal."""
REPORTS_TRIES = "0.12.24"
"""Before it the web SDK never reports the error of a try: a lost signal may hide a 401 or 5xx."""
REPORTS_BOTH_PATHS = "0.14.1"
"""Before it the web SDK drops publish failures while it tries to subscribe again."""


def is_web_before(story: Story, version: str) -> bool:
    """True if the story's last known web SDK version is older; False where none is known."""
    if story.platform != "web":
        return False
    versions = (row.agent.sdk_version for row in reversed(story.rows) if row.agent.sdk_version)
    return is_before(next(versions, None), version)


def is_firefox(event: ErrorEvent) -> bool:
    """True for Firefox, which reports nothing more after a publish 4005."""
    return browser_of(event.agent) == "firefox"
