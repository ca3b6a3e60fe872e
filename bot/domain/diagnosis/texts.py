"""What the SDK writes into its texts, read back: retries, dependencies, media, rules."""

import re

from bot.domain.events import ErrorEvent, Failure
from bot.domain.once import once

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


def text_of(failure: Failure) -> str:
    """As `all_text`, of what an event shares with others."""
    parts = (failure.error_message, failure.error_description, failure.endpoint)
    return "\n".join([part for part in parts if part])


@once
def retry_ms_of(failure: Failure) -> int | None:
    """How long the SDK says it tried, in milliseconds."""
    found = _RETRY.search(text_of(failure))
    return int(found["number"]) if found and found["unit"].lower().startswith("m") else None


@once
def retry_count_of(failure: Failure) -> int | None:
    """How many tries the SDK says it made, where it counts them."""
    found = _RETRY.search(text_of(failure))
    return int(found["number"]) if found and found["unit"].lower().startswith("t") else None


@once
def dependencies_of(failure: Failure) -> tuple[str, ...]:
    """The event types of what had to recover first and did not, as the text lists them."""
    found = _DEPENDENCIES.search(text_of(failure))
    if found is None:
        return ()
    names = ("".join(filter(str.isalpha, name)).lower() for name in found[1].split(","))
    return tuple(_TYPES[name] for name in names if name in _TYPES)


def media_of(event: ErrorEvent) -> frozenset[str]:
    """The media that failed: `audio`, `video` or `screen`; empty if nothing names them.

    The message says it; where it does not, what else was reported.
    """
    reported = next((text for label, text in event.extras if _label(label) == "tracktype"), "")
    return _named(event.failure, reported)


@once
def _named(failure: Failure, reported: str) -> frozenset[str]:
    for text in (failure.error_message, reported, failure.error_description, failure.error_name):
        if text and (found := _media(text)):
            return found
    return frozenset()


@once
def says_leave_called(failure: Failure) -> bool:
    """True if the person left before joining was done."""
    return bool(_LEAVE.search(text_of(failure)))


@once
def names_account(failure: Failure) -> bool:
    """True for a full role or a suspended account, whatever the code."""
    return bool(_ACCOUNT.search(text_of(failure)))


def _media(text: str) -> frozenset[str]:
    text = _UNSURE.sub("", text)
    if _SCREEN.search(text):
        return frozenset({"screen"})
    pairs = (("audio", _AUDIO), ("video", _VIDEO))
    return frozenset(name for name, pattern in pairs if pattern.search(text))


def _label(label: str) -> str:
    return "".join(filter(str.isalpha, label)).lower()
