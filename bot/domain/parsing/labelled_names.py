"""Parses names after a word: `room sample-publish`, `user "Ann Smith"`, `code:abc-defg-hij`."""

import re

from bot.domain.parsing.identifiers import (
    ANY_CODE,
    CODE,
    FOUND_MARK,
    ID,
    LONGEST_NAME,
    NAME,
    NO_NAMES,
    MaskedText,
)
from bot.domain.query import Identifier, IdentifierKind

_STRONG = r"(?P<strong>[\"'*_~]{0,3}\s{0,4}[:=][*_~]{0,2}\s{0,4})"
_GAP = rf"(?:{_STRONG}|[ \t\u00a0]{{1,8}})"
_VALUE = (
    rf"(?:\"(?P<double>[^\"\n\x00\x01]{{1,{LONGEST_NAME}}})\"|'(?P<single>[^'\n\x00\x01]{{1,{LONGEST_NAME}}})'"
    r"(?![\w])|(?P<bare>[^\s\"\x00\x01<>|]+))"
)
_BEFORE = r"(?<![A-Za-z0-9.@/-])"
_CODE = re.compile(
    rf"(?<![A-Za-z0-9])(?:room[ _-]?)?code{_GAP}[\"'*_~]{{0,3}}"
    r"(?P<code>[A-Za-z0-9]{2,8}(?:-[A-Za-z0-9]{2,8}){2})(?![\w-])",
    re.IGNORECASE,
)
_USER = re.compile(rf"{_BEFORE}(?<!end )user(?P<id>[ _-]?id)?{_GAP}{_VALUE}", re.IGNORECASE)
_PROVIDER_USER = re.compile(
    r"(?<![\w|@.-])(?:user(?:[ _-]?id)?[ :=]{1,4})?(?P<value>(?:auth0|google-oauth2|github"
    r"|windowslive|facebook|apple|linkedin|twitter|waad|adfs|samlp|oidc|email|sms)"
    r"(?:\|[\w.@+-]{1,128}){1,2}(?<!\.))"
)
_ROOM = re.compile(
    rf"{_BEFORE}room(?:[ _-]?(?:name|id)\b)?(?:[ \t](?:named|called)\b)?{_GAP}{_VALUE}",
    re.IGNORECASE,
)
_PEER_IN = re.compile(rf"(?P<before>[\x00\x01]\s*|^\s*)in\s+(?:the\s+)?{_VALUE}", re.IGNORECASE)
_LONE_USER = re.compile(
    rf"^\s*(?:\"(?P<double>[^\"\n\x00\x01]{{1,{LONGEST_NAME}}})\"|(?P<bare>[^\s\"<>()\x00\x01]{{1,128}}@"
    r"[^\s\"<>()\x00\x01]{1,128}))(?=\s*$|\s*\x01|\s+in\s)",
    re.IGNORECASE,
)
_OPEN, _CLOSE = "([{*~'…", ".,;:!?)]}*~'…"
_GOES_ON = {"for", "is", "was", "were", "has", "had", "did", "does", "when", "with", "because"}
_NEXT = re.compile(r"\s{1,8}([A-Za-z]{2,7})\b")
_END = re.compile(r"\s*\Z")
_PLACES = {
    IdentifierKind.ROOM,
    IdentifierKind.NAME,
    IdentifierKind.SESSION,
    IdentifierKind.CODE,
    IdentifierKind.OBJECT,
}
_NESTED = 4
_NO_VALUES = {"null", "none", "undefined", "unknown", "n/a", "-", "true", "false"}
_LIKE_AN_ID = re.compile(r"[0-9@_-]")


def strip_punctuation(word: str) -> str:
    """Return a word without the punctuation and emphasis around it."""
    word = word.lstrip(_OPEN).rstrip(_CLOSE)
    for _ in range(_NESTED):
        if len(word) < len("_x_") or not word[0] == word[-1] == "_":
            break
        word = word[1:-1].lstrip(_OPEN).rstrip(_CLOSE)
    return word


def extract_codes(masked: MaskedText, *, strict: bool) -> None:
    """Add room codes after `code`; without a colon only the documented form counts."""

    def take(match: re.Match[str]) -> str:
        code = match["code"]
        loose = match["strong"] and not strict
        if not (ANY_CODE if loose else CODE).fullmatch(code) or (strict and not match["strong"]):
            return match[0]
        masked.add(match.start("code"), Identifier(IdentifierKind.CODE, code.lower()))
        return FOUND_MARK * len(match[0])

    masked.unparsed = _CODE.sub(take, masked.unparsed)


def extract_provider_users(masked: MaskedText) -> None:
    """Add user ids with the bar that identity providers write: `auth0|5f7c8ec7`, `samlp|acme|7`."""

    def take(match: re.Match[str]) -> str:
        masked.add(match.start(), Identifier(IdentifierKind.USER, match["value"]))
        return FOUND_MARK * len(match[0])

    masked.unparsed = _PROVIDER_USER.sub(take, masked.unparsed)


def extract_users(masked: MaskedText, *, strict: bool) -> None:
    """Add user ids after `user`. `strict` is for prose, where `User: Ann left` names nobody."""
    ids = _has_ids(masked)

    def take(match: re.Match[str]) -> str:
        value, quoted = _value(match)
        strong = bool(match["strong"]) or quoted
        if not value or (not strong and _is_word(value, match, ids=ids)):
            return match[0]
        if strict and not _is_sure(match, value, quoted=quoted):
            return match[0]
        weak = not strong and not ID.fullmatch(value)
        masked.add(match.start(), Identifier(IdentifierKind.USER, value), weak=weak)
        return FOUND_MARK * len(match[0])

    masked.unparsed = _USER.sub(take, masked.unparsed)


def _is_sure(match: re.Match[str], value: str, *, quoted: bool) -> bool:
    if not match["strong"] or value.lower() in _NO_VALUES:
        return False
    is_telling = quoted or match["id"] or match["strong"] in {":", "="}
    return bool(is_telling or _LIKE_AN_ID.search(value))


def extract_rooms(masked: MaskedText) -> None:
    """Add room names after `room`; ids in that place are left to `extract_ids`."""
    ids = _has_ids(masked)

    def take(match: re.Match[str]) -> str:
        value, quoted = _value(match)
        strong = bool(match["strong"]) or quoted
        if not _is_name(value, quoted=quoted) or (not strong and _is_word(value, match, ids=ids)):
            return match[0]
        masked.add(match.start(), Identifier(IdentifierKind.NAME, value), weak=not strong)
        return FOUND_MARK * len(match[0])

    masked.unparsed = _ROOM.sub(take, masked.unparsed)


def extract_room_after_in(masked: MaskedText) -> None:
    """Add the room's name in `<peer> in <room>`, unless a place was found already."""
    if any(match.identifier.kind in _PLACES for match in masked.matches):
        return

    def take(match: re.Match[str]) -> str:
        value, quoted = _value(match)
        if not _is_name(value, quoted=quoted) or (not quoted and value.lower() in NO_NAMES):
            return match[0]
        masked.add(
            match.start("before") + len(match["before"]), Identifier(IdentifierKind.NAME, value)
        )
        return match["before"] + FOUND_MARK * (len(match[0]) - len(match["before"]))

    masked.unparsed = _PEER_IN.sub(take, masked.unparsed)


def extract_lone_user(masked: MaskedText) -> None:
    """Add a user given in quotes or as a mail address, alone or before `in <room>`."""

    def take(match: re.Match[str]) -> str:
        value = " ".join((match["double"] or match["bare"]).split())
        alone = not masked.unparsed[match.end() :].lstrip().lower().startswith("in")
        if not value or ID.search(value) or (alone and NAME.fullmatch(value)):
            return match[0]
        masked.add(match.start(), Identifier(IdentifierKind.USER, value))
        return FOUND_MARK * len(match[0])

    masked.unparsed = _LONE_USER.sub(take, masked.unparsed)


def _value(match: re.Match[str]) -> tuple[str, bool]:
    quoted = match["double"] or match["single"]
    if quoted:
        return " ".join(quoted.split()), True
    value = strip_punctuation(match["bare"])
    return (value if len(value) <= LONGEST_NAME else ""), False


def _is_name(value: str, *, quoted: bool) -> bool:
    """Return whether it can name a room; an id in it must be only part of the name."""
    whole = ID.fullmatch(value)
    return any(map(str.isalnum, value)) and not whole and (quoted or bool(NAME.fullmatch(value)))


def _has_ids(masked: MaskedText) -> bool:
    return bool(masked.matches or ID.search(masked.unparsed))


def _is_word(value: str, match: re.Match[str], *, ids: bool) -> bool:
    """Return whether it is a word of the sentence; the last word of all may be a name.

    If the text holds ids, a sentence that continues also makes it a word: `room crashed for peer
    b3f3…`.
    """
    word = value.lower()
    if word in _LABELS and _END.match(match.string, match.end()):
        return False
    following = _NEXT.match(match.string, match.end())
    return word in NO_NAMES or bool(ids and following and following[1].lower() in _GOES_ON)


_LABELS = {"room", "session", "peer", "user", "code", "type", "last", "since", "until"}
