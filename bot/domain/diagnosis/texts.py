"""What the SDK writes into its texts, read back: retries, dependencies, media, rules."""

import re

from bot.domain.events import ErrorEvent

_RETRY = re.compile(r"could not recover after (\d{1,9})(?:\.\d+)? milliseconds", re.IGNORECASE)
_DEPENDENCIES = re.compile(r"required dependencies\s*-\s*\[([^\]]{0,200})\]", re.IGNORECASE)
_SCREEN = re.compile(r"\bscreen|getdisplaymedia|displaymedia", re.IGNORECASE)
_AUDIO = re.compile(r"\baudio\b|\bmic(?:rophone)?s?\b|\bmiccapture", re.IGNORECASE)
_VIDEO = re.compile(r"\bvideo\b|\bcameras?\b|\bwebcams?\b", re.IGNORECASE)
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
    parts = (event.error_message, event.error_description, event.endpoint)
    return "\n".join(part for part in parts if part)


def retry_ms_of(event: ErrorEvent) -> int | None:
    """How long the SDK says it tried, in milliseconds."""
    found = _RETRY.search(all_text(event))
    return int(found[1]) if found else None


def dependencies_of(event: ErrorEvent) -> tuple[str, ...]:
    """The event types of what had to recover first and did not, as the text lists them."""
    found = _DEPENDENCIES.search(all_text(event))
    if found is None:
        return ()
    names = ("".join(filter(str.isalpha, name)).lower() for name in found[1].split(","))
    return tuple(_TYPES[name] for name in names if name in _TYPES)


def media_of(event: ErrorEvent) -> frozenset[str]:
    """The media that failed: `audio`, `video` or `screen`; empty if nothing names them.

    The message says it; where it does not, what else was reported.
    """
    reported = next((text for label, text in event.extras if _label(label) == "tracktype"), "")
    for text in (event.error_message, reported, event.error_description, event.error_name):
        if text and (found := _media(text)):
            return found
    return frozenset()


def names_screen(event: ErrorEvent) -> bool:
    """True if a screen share failed."""
    return "screen" in media_of(event)


def says_leave_called(event: ErrorEvent) -> bool:
    """True if the person left before joining was done."""
    return bool(_LEAVE.search(all_text(event)))


def names_account(event: ErrorEvent) -> bool:
    """True for a full role or a suspended account, whatever the code."""
    return bool(_ACCOUNT.search(all_text(event)))


def _media(text: str) -> frozenset[str]:
    if _SCREEN.search(text):
        return frozenset({"screen"})
    pairs = (("audio", _AUDIO), ("video", _VIDEO))
    return frozenset(name for name, pattern in pairs if pattern.search(text))


def _label(label: str) -> str:
    return "".join(filter(str.isalpha, label)).lower()
