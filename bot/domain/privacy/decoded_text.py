"""Decodes percent codes, JSON and HTML escapes, and removes invisible characters.

An address that is written as `203%2E0%2E113%2E77` or with a zero-width character inside is still an
address. The search for addresses therefore runs over the decoded text, and the ranges that it finds
are cut out of the original.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.domain.text import clean

_LAYERS = 3
"""Most levels of escaping that are decoded: `%25253A` is a colon after three."""

_ESCAPE = re.compile(
    r"%u(?P<wide>[0-9a-f]{4})"
    r"|%(?P<percent>[0-7][0-9a-f])"
    r"|(?P<bytes>(?:%[89a-f][0-9a-f]){2,4})"
    r"|\\{1,8}u\{?(?P<json>[0-9a-f]{4})\}?"
    r"|\\{1,8}x(?P<hex>[0-9a-f]{2})"
    r"|\\{1,8}(?P<dropped>(?=[.:]))"
    r"|&#x(?P<entity_hex>[0-9a-f]{1,6});"
    r"|&#(?P<entity>[0-9]{1,7});"
    r"|&(?P<name>amp|colon|period|percnt|lsqb|rsqb);"
    r"|(?P<odd>[^\x20-\x7e])",
    re.IGNORECASE,
)
_SIGN = re.compile(r"[%\\&\x00-\x1f\x7f-\U0010ffff]")
"""The characters that an escape starts with, looked for first: that costs a tenth."""
_NAMES = {"amp": "&", "colon": ":", "period": ".", "percnt": "%", "lsqb": "[", "rsqb": "]"}
_DOTS = {"\u3002": ".", "\uff61": ".", "\u2024": ".", "\ua789": ":", "\u2236": ":"}
_LARGEST = 0x10FFFF


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded text; its character `i` was `starts[i]` to `ends[i]` in the original.

    Both lists are None if nothing had to be decoded.
    """

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the original for `text[start:end]` (not empty)."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def decode(text: str) -> Decoded:
    """Return the text without escapes and invisible characters; full-width characters as ASCII."""
    decoded = Decoded(text)
    for _ in range(_LAYERS):
        following = _decode_once(decoded)
        if following.text == decoded.text:
            break
        decoded = following
    return decoded


def _decode_once(before: Decoded) -> Decoded:
    pieces = list(_pieces(before.text))
    if all(len(piece) == end - start for piece, start, end in pieces):  # no character moves
        return Decoded("".join(piece for piece, _, _ in pieces), before.starts, before.ends)
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece, start, end in pieces:
        for offset, char in enumerate(piece):
            at = start + offset if end - start == len(piece) else start
            until = at + 1 if end - start == len(piece) else end
            first, last = before.original(at, until)
            chars.append(char)
            starts.append(first)
            ends.append(last)
    return Decoded("".join(chars), starts, ends)


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield decoded pieces with the range that each came from."""
    at = 0
    for sign in _SIGN.finditer(text):
        start = sign.start()
        match = _ESCAPE.match(text, start) if start >= at else None
        if match is None:
            continue
        if start > at:
            yield text[at:start], at, start
        yield _decode_match(match), start, match.end()
        at = match.end()
    if at < len(text):
        yield text[at:], at, len(text)


def _decode_match(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    value = match[kind]
    if kind == "odd":
        return _to_ascii(value)
    if kind == "dropped":
        return ""
    if kind == "name":
        return _NAMES[value.lower()]
    if kind == "bytes":
        return _to_ascii(bytes.fromhex(value.replace("%", "")).decode("utf-8", "replace"))
    code = int(value, 10 if kind == "entity" else 16)
    return _to_ascii(chr(code)) if code <= _LARGEST else match[0]


def _to_ascii(text: str) -> str:
    """Return full-width and other digits, dots and colons as ASCII.

    Invisible characters become "".
    """
    return "".join(map(_char_to_ascii, text))


@lru_cache(4096)
def _char_to_ascii(char: str) -> str:
    if char.isspace():
        return " "
    if char in _DOTS:
        return _DOTS[char]
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", char)
    if len(folded) == 1 and "\x20" < folded <= "\x7e":
        return folded
    return char if clean(char) else ""
