"""R14a: detects responses that are not from 100ms, by the text of a failed connection or join.

100ms' own responses are JSON, its refusals too. A text that says that JSON could not be parsed
therefore comes from an intermediary: a captive portal, a proxy, a filter. The words are those of
Chromium, Firefox, Safari, Android and iOS.
"""

import re
from typing import Literal

from bot.domain.diagnosis.sdk.text import SESSION_TYPES, status_of, text_of
from bot.domain.events import ErrorFacts, cached_by_error_facts

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
_SERVER = range(500, 600)
_INTERNAL = 500
_SERVER_CODES = frozenset({1011, 1012, 1013})  # RFC 6455 7.4.1 and its registry: sent by a server
_ORDERLY_CODES = frozenset({1000, 1001})  # an orderly close, by either side
_LOST = 1003
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
        return "gateway" if status in _SERVER else "middlebox"
    if status == _INTERNAL and platform == "web" and _EXCEPTION.search(text):
        return "page"
    if facts.error_code == _LOST and _close_codes(text) and _close_codes(text) <= _SERVER_CODES:
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
    codes = _close_codes(text_of(facts)) if facts.error_code == _LOST else frozenset()
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
