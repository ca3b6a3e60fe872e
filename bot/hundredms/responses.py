"""Classifies the answers of 100ms and words its refusals.

Pure: status, headers and body in, a verdict out.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from bot.hundredms.lenient import sanitize
from bot.hundredms.retries import parse_wait

MAX_MESSAGE = 200
_MAX_BODY = 4000


class ResponseKind(Enum):
    """The next action that a response calls for."""

    OK = auto()  # read the body
    ABSENT = auto()  # nothing has that id
    REJECTED = auto()  # 100ms refuses the request
    EXPIRED_CURSOR = auto()  # 100ms no longer knows the cursor
    UNAUTHORIZED = auto()  # 100ms refuses our credentials
    RATE_LIMITED = auto()  # call again later, after `wait` seconds if 100ms said so
    SERVER_ERROR = auto()  # retry


@dataclass(frozen=True, slots=True)
class ResponseVerdict:
    """A kind, 100ms' own message (sanitized, at most 200 characters) and seconds to wait."""

    kind: ResponseKind
    message: str = ""
    wait: float | None = None


def classify_response(
    status: int, headers: Mapping[str, str], body: bytes, *, now: datetime, has_cursor: bool = False
) -> ResponseVerdict:
    """Return the meaning of an answer; `has_cursor` says that the request carried a cursor.

    100ms documents 401, 403, 404, 429 and 500. Its answer to an expired cursor is not documented,
    so every complaint about a request with a cursor counts as a complaint about the cursor.
    """
    if 200 <= status < 300:  # noqa: PLR2004
        return ResponseVerdict(ResponseKind.OK)
    message = error_message(body) or f"HTTP {status}"
    if status in (401, 403):
        return ResponseVerdict(ResponseKind.UNAUTHORIZED, message)
    if status == 429:  # noqa: PLR2004
        return ResponseVerdict(
            ResponseKind.RATE_LIMITED, message, parse_wait(headers, message, now)
        )
    if status == 408 or not 400 <= status < 500:  # noqa: PLR2004
        return ResponseVerdict(ResponseKind.SERVER_ERROR, f"100ms answered HTTP {status}")
    if has_cursor:
        return ResponseVerdict(ResponseKind.EXPIRED_CURSOR, message)
    return ResponseVerdict(ResponseKind.ABSENT if status == 404 else ResponseKind.REJECTED, message)  # noqa: PLR2004


def error_message(body: bytes) -> str:
    """Return the message of an error body, in any of the forms 100ms was seen using."""
    raw = body[:_MAX_BODY].decode("utf-8", "replace")
    message = _message_fields(raw)
    return (sanitize(message if message is not None else _strip_tags(raw)) or "")[:MAX_MESSAGE]


def _message_fields(raw: str) -> str | None:
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, Mapping):
        return None
    data, details = document.get("data"), document.get("details")
    parts = [document.get("message")]
    parts += details if isinstance(details, list) else [details]
    parts.append(data.get("description") if isinstance(data, Mapping) else None)
    words = list(dict.fromkeys(part.strip() for part in parts if isinstance(part, str)))
    return ": ".join(word for word in words if word) or None


def _strip_tags(raw: str) -> str:
    """Return the text without markup: a proxy's error page is HTML."""
    return re.sub(r"<[^>]{0,200}>", " ", raw)


def circuit_open_message(alias: str) -> str:
    """Return the reason why a call was not made."""
    return f"100ms has been failing for the last minute (workspace `{alias}`), so I did not retry."


def busy_message(seconds: float | None) -> str:
    """Return why we stop waiting for 100ms; `seconds` is the wait it asked for, if any."""
    if seconds is None:
        return "100ms keeps refusing our calls as too many."
    return f"100ms asks for another {round(seconds)} s, longer than I keep you waiting."


def refused_message(alias: str, message: str, *, can_renew: bool) -> str:
    """Return likely reasons for refused credentials, likeliest first.

    The message names the workspace and never a key.
    """
    if not can_renew:
        return (
            f"100ms refuses the ready-made token of the workspace `{alias}` ({message}). "
            "Likely reasons: it has expired, it is of another workspace, or it is an app token, "
            "which only lets a client join, instead of a management token."
        )
    return (
        f"100ms refuses the credentials of the workspace `{alias}` ({message}), also with "
        "a new token. Likely reasons, in this order: this machine's clock is wrong; key and "
        "secret belong to different workspaces; the secret was changed."
    )
