"""Parses the SDK's texts: retries, dependencies, media, and the part of the call that failed.

It also says which failures an SDK version or browser can report; a failure that cannot be reported
proves nothing by its absence. The versions were found by running the web SDK from 0.12.15 to 0.15.2
with known faults.
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
    """Return every text that a rule may search."""
    return text_of(event.failure)


def text_of(facts: ErrorFacts) -> str:
    """Return the same text as `all_text`, from the facts that events share."""
    parts = (facts.error_message, facts.error_description, facts.endpoint)
    return "\n".join([part for part in parts if part])


@cached_by_error_facts
def retry_ms_of(facts: ErrorFacts) -> int | None:
    """Return the time that the SDK reports to have retried, in milliseconds."""
    match = _RETRY.search(text_of(facts))
    return int(match["number"]) if match and match["unit"].lower().startswith("m") else None


@cached_by_error_facts
def retry_count_of(facts: ErrorFacts) -> int | None:
    """Return the number of tries that the SDK reports, if it counts them."""
    match = _RETRY.search(text_of(facts))
    return int(match["number"]) if match and match["unit"].lower().startswith("t") else None


@cached_by_error_facts
def dependencies_of(facts: ErrorFacts) -> tuple[str, ...]:
    """Return the event types listed in the text as failures that had to recover first."""
    match = _DEPENDENCIES.search(text_of(facts))
    if match is None:
        return ()
    names = ("".join(filter(str.isalpha, name)).lower() for name in match[1].split(","))
    return tuple(_TYPES[name] for name in names if name in _TYPES)


def media_of(event: ErrorEvent) -> frozenset[str]:
    """Return the media that failed: `audio`, `video` or `screen`; empty if nothing names them.

    The message is searched first, then the other reported texts.
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
    """Return whether the person left before joining was done."""
    return bool(_LEAVE.search(text_of(facts)))


@cached_by_error_facts
def is_account_failure(facts: ErrorFacts) -> bool:
    """Return whether a role is full or the account is suspended, whatever the code."""
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
    """Return the HTTP status of a code, 0 if there is none; 40101 is an older 401."""
    if code in _LEGACY:
        code //= 100
    return code if code in _STATUSES else 0


def is_media_error(event: ErrorEvent) -> bool:
    """Return whether it is a browser's own media error that carries no 100ms code."""
    return not event.error_code and (event.error_name or "").strip() in MEDIA_ERRORS


def area_of(story: Story) -> FailureArea:
    """Return the part that failed; a lost connection stays one even if a device error caused it."""
    if story.type != "client.disconnected":
        if story.code in _DEVICES or is_media_error(story.rows[0]):
            return "device"
        if story.type == "client.publish.failed":
            return "publish"
        if story.type == "client.subscribe.failed":
            return "subscribe"
    return "session"


def media_of_story(story: Story) -> frozenset[str]:
    """Return every medium that its events name; empty if they name none."""
    return frozenset[str]().union(*(media_of(row) for row in story.rows))


def is_ice(event: ErrorEvent) -> bool:
    """Return whether a media path was lost or never found."""
    return event.error_code in ICE_CODES and event.type in MEDIA_TYPES


RETRIES_UNREACHABLE = "0.13.0"
"""Before this version the web SDK retries a 2003 and may end it terminal."""
REPORTS_TRIES = "0.12.24"
"""Before this version the web SDK reports no errors of retries.

A lost signal may therefore hide a 401 or 5xx.
"""
REPORTS_BOTH_PATHS = "0.14.1"
"""Before this version the web SDK drops publish failures while it retries to subscribe."""


def is_web_before(story: Story, version: str) -> bool:
    """Return whether the story's last known web SDK version is older; False if none is known."""
    if story.platform != "web":
        return False
    versions = (row.agent.sdk_version for row in reversed(story.rows) if row.agent.sdk_version)
    return is_before(next(versions, None), version)


def is_firefox(event: ErrorEvent) -> bool:
    """Return whether it is Firefox, which reports nothing more after a publish 4005."""
    return browser_of(event.agent) == "firefox"
