"""Parses the texts of failures: retries, dependencies, media, and the source of a response.

It also says which failures an SDK version or browser can report; a failure that cannot be reported
proves nothing by its absence. The versions were found by running the web SDK from 0.12.15 to 0.15.2
with known faults.

R14a: 100ms' own responses are JSON, its refusals too. A text that says that JSON could not be
parsed therefore comes from an intermediary: a captive portal, a proxy, a filter. The words are
those of Chromium, Firefox, Safari, Android and iOS.
"""

import re
from typing import Literal

from bot.domain.catalogue import FIVE_DIGIT_CODES, STATUSES
from bot.domain.device import browser_of
from bot.domain.diagnosis.model import Story
from bot.domain.events import ErrorEvent, ErrorFacts, Pairs, cached_by_error_facts
from bot.domain.sdk_fixes import is_before

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
    return _media_named(event.failure, _track_type(event.extras) if event.extras else "")


def _track_type(extras: Pairs) -> str:
    return next((text for label, text in extras if _letters(label) == "tracktype"), "")


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
DEVICE_CODES = range(3000, 4000)
SIGNAL_LOST = 1003
SERVER_ERRORS = range(500, 600)


def status_of(code: int) -> int:
    """Return the HTTP status of a code, 0 if there is none; 40101 is an older 401."""
    if code in FIVE_DIGIT_CODES:
        code //= 100
    return code if code in STATUSES else 0


def is_media_error(event: ErrorEvent) -> bool:
    """Return whether it is a browser's own media error that carries no 100ms code."""
    return not event.error_code and (event.error_name or "").strip() in MEDIA_ERRORS


def area_of(story: Story) -> FailureArea:
    """Return the part that failed; a lost connection stays one even if a device error caused it."""
    if story.type != "client.disconnected":
        if story.code in DEVICE_CODES or is_media_error(story.rows[0]):
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


Responder = Literal["middlebox", "gateway", "page", "network", "api_misuse", "far_end"]
"""The source of a failure, as far as its text shows.

`middlebox`: a portal, proxy or filter. `gateway`: a 5xx page that may be 100ms' own or such a
proxy's. `page`: an exception of the page's own code, reported as 500. `network`: the browser's
plain network error. `api_misuse`: the page could not even create the connection object. `far_end`:
a close code that only the other side sends.
"""

_NOT_JSON = re.compile(
    r"unexpected token ['\"`]?<|in json at position|is not valid json|json\.parse:"
    r"|did not match the expected pattern|json parse error|unexpected end of json"
    r"|<!doctype|<html|cannot be converted to json",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(
    r"cannot (?:read|set) propert|cannot access '|can't access (?:property|lexical)"
    r"|(?:undefined|null) is not an object|is not a (?:function|constructor)|is not iterable"
    r"|\bis (?:not defined|undefined|null)\b|object is not extensible|illegal invocation"
    r"|circular structure|maximum call stack|too much recursion|failed to execute '",
    re.IGNORECASE,
)
_CONSTRUCT = re.compile(r"failed to construct", re.IGNORECASE)
_CLOSE_CODE = re.compile(r"\bcode:? ?(?P<code>1\d{3})\b", re.IGNORECASE)
_PROXY_STATUSES = frozenset({407, 511})  # RFC 9110 15.5.8, RFC 6585 6: never the origin's
_INTERNAL = 500
_SERVER_CODES = frozenset({1011, 1012, 1013})  # RFC 6455 7.4.1 and its registry: sent by a server
_ORDERLY_CODES = frozenset({1000, 1001})  # an orderly close, by either side
_CONNECT = "client.connect.failed"


@cached_by_error_facts
def responder_of(facts: ErrorFacts, platform: str = "web") -> Responder | None:
    """Return the source of the failure; None if only the code can tell."""
    if facts.type not in SESSION_TYPES:
        return None
    status, text = status_of(facts.error_code or 0), text_of(facts)
    if status in _PROXY_STATUSES:
        return "middlebox"
    if _NOT_JSON.search(text):
        return "gateway" if status in SERVER_ERRORS else "middlebox"
    if status == _INTERNAL and platform == "web" and _EXCEPTION.search(text):
        return "page"
    if (
        facts.error_code == SIGNAL_LOST
        and _close_codes(text)
        and _close_codes(text) <= _SERVER_CODES
    ):
        return "far_end"
    return _browser_error(facts, platform, text)


def _browser_error(facts: ErrorFacts, platform: str, text: str) -> Responder | None:
    """Return the source by the browser's own error: a failed fetch throws a bare TypeError.

    Its text differs by browser and language, so the name decides.
    """
    name = (facts.error_name or "").strip()
    if facts.type != _CONNECT or facts.error_code or platform != "web":
        return None
    if _CONSTRUCT.search(text) or _EXCEPTION.search(text):
        return "api_misuse"
    return "network" if name == "TypeError" or (not name and text) else None


@cached_by_error_facts
def is_orderly_close(facts: ErrorFacts) -> bool:
    """Return whether the socket was closed with 1000 or 1001, which names no side."""
    codes = _close_codes(text_of(facts)) if facts.error_code == SIGNAL_LOST else frozenset()
    return bool(codes) and codes <= _ORDERLY_CODES


def _close_codes(text: str) -> frozenset[int]:
    return frozenset(int(match["code"]) for match in _CLOSE_CODE.finditer(text))


@cached_by_error_facts
def is_empty_unreachable(facts: ErrorFacts) -> bool:
    """Return whether it is a 2003 with nothing after its fixed words: on web a 404 without a text.

    A network failure always carries the browser's words (run: refused port, DNS, reset).
    """
    message = (facts.error_message or "").strip().lower()
    remainder = message.removeprefix("endpoint is not reachable").strip(" -.:")
    return bool(message) and not remainder and not (facts.error_description or "").strip(" -.:")
