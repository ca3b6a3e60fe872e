"""Parses links (to a 100ms app, the dashboard, recordings, and anywhere else) and join tokens.

Of a join token (JWT) only the room id survives.

Path forms of app links are those that the official Prebuilt app accepts: optional `/streaming`,
optional `/preview` or `/meeting`, then a code; an older form has a room id in its place.
https://github.com/100mslive/web-sdks
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from bot.domain.parsing.identifiers import (
    ANY_CODE,
    CODE,
    FOUND_MARK,
    HEX,
    ID,
    UUID,
    MaskedText,
    kind_before,
)
from bot.domain.query import Identifier, IdentifierKind

_INNER = re.compile(r"https?://?(?=\w)", re.IGNORECASE)
_PLAIN = re.compile(r"(?<=[=/])(?:[A-Za-z0-9-]{1,63}\.){1,6}100ms\.live/", re.IGNORECASE)
_PROOFPOINT_2 = re.compile(r"/v2/url\?(?:[^#]*&)?u=([^&#]+)", re.IGNORECASE)
_PROOFPOINT_3 = re.compile(r"/v3/__(.+?)(?:__;|$)", re.IGNORECASE)
_BASE64 = re.compile(r"(?<=[=/])(?:aHR0c|SFRUU)[A-Za-z0-9_+/-]{8,4000}={0,2}")
_LEVELS = 3
"""Most levels of percent-encoding of an inner link."""


def links_inside(link: str) -> tuple[str, ...]:
    """Return the links inside a link, unwrapped; the link itself is not included.

    Never raises; a link that cannot be decoded contains none.
    """
    match = _PROOFPOINT_2.search(link)
    if match:
        return (unquote(match[1].replace("-", "%").replace("_", "/")),)
    match = _PROOFPOINT_3.search(link)
    if match:
        return (_with_slashes(match[1]),)
    coded = tuple(filter(None, map(_from_base64, _BASE64.findall(link))))
    return coded or _percent_encoded(link)


def _percent_encoded(link: str) -> tuple[str, ...]:
    """Return links in a query's value or in the path, at the first level that shows any."""
    for _ in range(_LEVELS + 1):
        starts = [match.start() for match in _INNER.finditer(link) if match.start() > 0]
        starts = starts or [match.start() for match in _PLAIN.finditer(link)]
        if starts:
            ends = [*starts[1:], len(link)]
            return tuple(_cut(link[start:end]) for start, end in zip(starts, ends, strict=True))
        decoded = unquote(link)
        if decoded == link:
            break
        link = decoded
    return ()


def _cut(inner: str) -> str:
    """Return an inner link without the outer link's next parameters, if they can be told apart."""
    inner = inner.partition("__;")[0]  # Proofpoint's end of a link
    head = inner.partition("&")[0]
    return _with_slashes(inner if "?" in head else head)


def _with_slashes(link: str) -> str:
    """Return `https:/host`, as some gateways shorten it, with both of its slashes."""
    return re.sub(r"^(https?):/(?!/)", r"\1://", link, flags=re.IGNORECASE)


def _from_base64(text: str) -> str:
    text = text.rstrip("=")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")
        link = raw.decode()
        return link if urlsplit(link).hostname else ""
    except (ValueError, binascii.Error):
        return ""


_URL = re.compile(
    r"(?:https?://|(?<![\w.@/-])(?:[A-Za-z0-9-]{1,63}\.){1,6}100ms\.live(?![\w.-]))"
    r"[^\s<>\"|\\^`{}\x00\x01]*",
    re.IGNORECASE,
)
_AROUND = ".,;:!?'*_~)]…"
_TOKEN_KEYS = {"token", "auth_token", "authtoken"}
_SECRET = re.compile(r"token|auth|secret|password|signature|^sig$|^key$|api_?key", re.IGNORECASE)
_APP_HOST = re.compile(r"(?:.+\.)?(?:app|qa-app)\.100ms\.live")
_FILES = "cdn.100ms.live"
_NO_APP = {"dashboard", "api", "www", "docs", "cdn"}
_ROOM_KEYS = {
    "room_id": IdentifierKind.ROOM, "roomid": IdentifierKind.ROOM,
    "session_id": IdentifierKind.SESSION, "sessionid": IdentifierKind.SESSION,
    "peer_id": IdentifierKind.PEER, "peerid": IdentifierKind.PEER,
}  # fmt: skip
_DEEPEST = 4
"""Deepest nesting of redirectors that is opened."""
_MOST_INSIDE = 8
_LONGEST = 8_000
"""Most characters of a link that are parsed.

No browser's link is longer, but a hostile text's may be.
"""


def extract_links(masked: MaskedText) -> None:
    """Replace every link in the text by marks and add the identifiers in it."""

    def blank(match: re.Match[str]) -> str:
        link = match[0].rstrip(_AROUND)
        masked.saw_link = True
        masked.add(match.start(), *identifiers_of_link(link[:_LONGEST]))
        return FOUND_MARK * len(link) + " " * (len(match[0]) - len(link))

    masked.unparsed = _URL.sub(blank, masked.unparsed)


def identifiers_of_link(link: str, *, depth: int = 0) -> tuple[Identifier, ...]:
    """Return the identifiers of a link, then those of the links inside it, best first."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        host = (parts.hostname or "").lower()
        query = parse_qsl(parts.query.replace("&amp;", "&"))
    except ValueError:
        return ()
    inside = links_inside(link)[:_MOST_INSIDE] if depth < _DEEPEST else ()
    identifiers = [*_identifiers_in_path(host, parts.path), *_identifiers_in_query(query)]
    for inner in inside:
        identifiers += identifiers_of_link(inner, depth=depth + 1)
    if host == _FILES:
        identifiers += _recording_room(parts.path)
    elif not _is_app(host) and not inside:
        identifiers += _bare_ids(parts, query)
    return tuple(identifiers)


def _is_app(host: str) -> bool:
    if _APP_HOST.fullmatch(host):
        return True
    return host.endswith(".100ms.live") and host.split(".")[-3] not in _NO_APP


def _identifiers_in_path(host: str, path: str) -> Iterator[Identifier]:
    parts = [unquote(part).lower() for part in path.split("/") if part]
    worded = False
    if parts[:1] == ["streaming"]:
        parts, worded = parts[1:], True
    if parts[:1] in (["meeting"], ["preview"]):
        parts, worded = parts[1:], True
    part = parts[0] if parts else ""
    app = _is_app(host)
    if re.fullmatch(HEX, part) and (app or worded):
        yield Identifier(IdentifierKind.ROOM, part)
    elif (ANY_CODE if app else CODE).fullmatch(part) and (app or worded):
        yield Identifier(IdentifierKind.CODE, part)


def _identifiers_in_query(query: list[tuple[str, str]]) -> Iterator[Identifier]:
    for key, value in query:
        name = key.lower().removeprefix("amp;")
        if name in _TOKEN_KEYS:
            yield from room_in(value)
        elif kind := _ROOM_KEYS.get(name):
            yield from _by_key(kind, value.strip())


def _by_key(kind: IdentifierKind, value: str) -> Iterator[Identifier]:
    if kind is IdentifierKind.PEER and re.fullmatch(UUID, value):
        yield Identifier(kind, value)
    elif kind is not IdentifierKind.PEER and re.fullmatch(HEX, value):
        yield Identifier(kind, value.lower())


def _recording_room(path: str) -> Iterator[Identifier]:
    """Yield the room of a recording's file: `/beam/<customer>/<room>/…`, or the only id in it."""
    ids = [match[0].lower() for match in ID.finditer(unquote(path)) if match["hex"]]
    if ids:
        yield Identifier(IdentifierKind.OBJECT, ids[1] if len(ids) > 1 else ids[0])


def _bare_ids(parts: SplitResult, query: list[tuple[str, str]]) -> Iterator[Identifier]:
    """Yield ids in the path, query and fragment of a link that is no app link."""
    texts = [parts.path, parts.fragment.partition("access_token")[0]]
    texts += [f"{key}={value}" for key, value in query if _may_show(key, value)]
    for text in (unquote(unquote(text)) for text in texts):
        for match in ID.finditer(text):
            kind = kind_before(text, match)
            if kind:
                yield Identifier(kind, match[0].lower() if match["hex"] else match[0])


def _may_show(key: str, value: str) -> bool:
    return not _SECRET.search(key) and "://" not in value and key.lower() not in _ROOM_KEYS


_TOKEN_RUN = re.compile(r"[A-Za-z0-9_.=-]{16,}")
_TOKEN_START = re.compile(r"e(?:y[JA]|w[o0])[A-Za-z0-9_-]{6,}(?:={0,2}\.|(?<=[A-Za-z0-9_-]{24}))")
_LONGEST_PAYLOAD = 16_384


def room_in(token: str) -> tuple[Identifier, ...]:
    """Return the room that a JWT names, without checking its signature; empty if it names none."""
    parts = token.split(".")
    if len(parts) < 2 or len(parts[1]) > _LONGEST_PAYLOAD:  # noqa: PLR2004  head and payload
        return ()
    payload = parts[1].rstrip("=")
    try:
        facts = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return ()
    room = facts.get("room_id") if isinstance(facts, dict) else None
    if isinstance(room, str) and re.fullmatch(HEX, room):
        return (Identifier(IdentifierKind.ROOM, room.lower()),)
    return ()


def extract_tokens(masked: MaskedText) -> None:
    """Replace every JWT in the text by marks and add the rooms that they name."""

    def blank(match: re.Match[str]) -> str:
        start = _TOKEN_START.search(match[0])
        if not start:
            return match[0]
        masked.saw_link = True
        masked.add(match.start() + start.start(), *room_in(match[0][start.start() :]))
        return match[0][: start.start()] + FOUND_MARK * (len(match[0]) - start.start())

    masked.unparsed = _TOKEN_RUN.sub(blank, masked.unparsed)
