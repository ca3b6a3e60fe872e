"""Removes credentials from outside text: tokens, keys and passwords under any name.

A credential is a name that contains one of a few words, then a sign, then a value. Prose uses the
same words ("the token expired"), so a value separated from its name only by a blank must look
opaque, and a word that describes a state is no value.
"""

import re
from collections.abc import Callable

_STATES = (
    "expired|expiring|invalid|missing|required|empty|null|nil|none|undefined|unknown|true|false"
    "|not|no|is|was|has|had|are|were|be|been|must|may|can|cannot|could|should|will|does|do|did"
    "|for|from|in|of|on|at|to|by|with|without|and|or|the|a|an|this|that|it|its|your|our"
    "|failed|failure|fails|error|errors|denied|refused|rejected|revoked|malformed|mismatch"
    "|unauthorized|unauthorised|forbidden|required|incorrect|wrong|changed|updated|refreshed"
    "|fetch|fetched|refresh|timeout|timed|unavailable|unsupported|verification|check|found"
    "|scheme|authentication|auth|authorization|token|tokens|access|string|object|hidden"
)
_STATE = re.compile(rf"(?:{_STATES})\b", re.IGNORECASE)

# Ordinary words that contain one of the roots.
_ORDINARY = re.compile(
    r"signal|signif|sign(?:ed|s|ing)?(?![a-z])|design|assign|resign|sigh|insight|sigma"
    r"|key[_-]?(?:frame|board|press|down|up|point|word)|monkey|turkey"
    r"|passed|passes|passing|passive|passenger|passage|passport|bypass|compass|surpass"
    r"|authors?(?![a-z])|authored|authorized|authorised|unauthori|authenticat"
    r"|sacred|accredit|credit|discred|secretar|tokeni[sz]",
    re.IGNORECASE,
)
_ROOT = re.compile(r"token|secret|key|pass|pwd|sig|cred|auth", re.IGNORECASE)
_QUOTE = r"(?:\\{0,4}[\"']|%22|&quot;)"
# A name is matched once, whole and without backtracking, so that the search is linear.
_NAME = r"(?<![\w.-])(?P<name>[\w.-]++)"
_PAIR = re.compile(
    rf"{_NAME}(?P<sign>{_QUOTE}?\s{{0,2}}(?:=|%3D|%253D|:(?!//)|%3A){{1,2}}\s{{0,2}}{_QUOTE}?)",
    re.IGNORECASE,
)
_SPACED = re.compile(rf"{_NAME}(?P<sign>\s{{1,2}}{_QUOTE}?)", re.IGNORECASE)
_VALUE = re.compile(
    r"(?:(?:Bearer|Basic|Digest) {1,2})?[^\s&\"'<>,;\\)}\]\[]{1,8192}", re.IGNORECASE
)
_QUOTED = re.compile(r"[^\"'\\\[\]]{1,8192}(?=\\{0,4}[\"'])")
_BEARER = re.compile(r"\b(?P<name>bearer)(?P<sign>\s{1,2}|%20)", re.IGNORECASE)
_BASIC = re.compile(r"\b(?P<name>Basic)(?P<sign>\s{1,2}|%20)")
_CAPITAL_OR_WORD = re.compile(r"[A-Za-z][a-z]{2,}[.:]?")
_USERINFO = re.compile(
    r"(?P<sign>:(?://|%2F%2F)|\b(?:turn|stun|sip)s?:)[^\s/@\"'<>]{1,512}(?:@|%40)", re.IGNORECASE
)

# The web SDK's socket URL carries the join token, and browsers quote URLs in their errors.
_JWT = re.compile(
    r"(?<![A-Za-z0-9_-])(?P<whole>eyJ[A-Za-z0-9_-]{4,}(?:(?:\.|%2E)[A-Za-z0-9_-]{0,8192}){0,4})"
    r"(?P<torn>(?:\s{1,2}(?:[A-Za-z0-9_.-]|%2E){1,8192}){0,4})",
    re.IGNORECASE,
)
_JWT_DOT = re.compile(r"\.|%2E", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]?[a-z]{0,20}[.,:;]?")
_OPAQUE = re.compile(r"(?=\S{0,8192}[0-9])(?=\S{0,8192}[A-Za-z])\S{8,}|[A-Za-z0-9+/_=-]{32,}")
_CLAUSE_END = re.compile(r"\s{0,2}(?:$|[,;.)}\]\"'&|\\])")
_HINT = re.compile(r"token|secret|key|pass|pwd|sig|cred|auth|bearer|Basic|eyj|@|%40", re.IGNORECASE)
_ValueTest = Callable[[re.Match[str], re.Match[str]], bool]
"""Returns whether a value after a name and its sign is a credential."""
_NOTHING = re.compile("null|nil|none|undefined|true|false", re.IGNORECASE)
_HIDDEN = "[hidden]"
_JWT_DOTS = 2


def hide_credentials(text: str) -> str:
    """Return the text with `[token]` for web tokens and `[hidden]` for other credentials.

    Applying it twice changes nothing.
    """
    if not _HINT.search(text):
        return text
    text = _JWT.sub(_hide_jwt, text)
    text = _USERINFO.sub(rf"\g<sign>{_HIDDEN}@", text)
    for pattern, is_value in (
        (_PAIR, _is_paired),
        (_BEARER, _is_scheme_value),
        (_BASIC, _is_scheme_value),
        (_SPACED, _is_spaced),
    ):
        text = _hide(text, pattern, is_value)
    return text


def is_secret_name(name: str) -> bool:
    """Return whether a field's name suggests a credential, such as `accessKey` or `x_sig`."""
    return bool(_ROOT.search(_ORDINARY.sub("", name)))


def _hide(text: str, pattern: re.Pattern[str], is_value: _ValueTest) -> str:
    parts: list[str] = []
    at = 0
    for match in pattern.finditer(text):
        quoted = text[match.end() - 1] in "\"'"
        value = _QUOTED.match(text, match.end()) if quoted else None
        value = value or _VALUE.match(text, match.end())
        if match.start() >= at and value and is_value(match, value):
            parts += (text[at : match.end()], _HIDDEN)
            at = value.end()
    return "".join((*parts, text[at:])) if parts else text


def _is_paired(match: re.Match[str], value: re.Match[str]) -> bool:
    if not is_secret_name(match["name"]):
        return False
    if not match["sign"].endswith(": "):
        return not _NOTHING.fullmatch(value[0])
    if _STATE.fullmatch(value[0].rstrip(".")):
        return False
    return bool(_OPAQUE.fullmatch(value[0]) or " " in value[0]) or bool(
        _CLAUSE_END.match(value.string, value.end())
    )


def _is_scheme_value(match: re.Match[str], value: re.Match[str]) -> bool:
    if match["name"] == "Basic":
        return not _CAPITAL_OR_WORD.fullmatch(value[0])
    return not _STATE.fullmatch(value[0].rstrip(".:"))


def _is_spaced(match: re.Match[str], value: re.Match[str]) -> bool:
    return is_secret_name(match["name"]) and bool(_OPAQUE.fullmatch(value[0]))


def _hide_jwt(match: re.Match[str]) -> str:
    """Replace a token, with the parts that a line break has separated from it."""
    dots = len(_JWT_DOT.findall(match["whole"]))
    words = match["torn"].split()
    word_count = 0
    for word in words:
        if _WORD.fullmatch(word) or not (dots < _JWT_DOTS or _OPAQUE.fullmatch(word)):
            break
        dots += word.count(".")
        word_count += 1
    if not dots:  # every token has a dot; this is a random text that begins like one
        return match[0]
    remainder = " ".join(words[word_count:])
    return f"[token] {remainder}" if remainder else "[token]"
