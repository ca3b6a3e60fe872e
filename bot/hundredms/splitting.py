"""Splits a JSON container into its members without parsing them.

A JSON reader refuses a whole page for one value that is nested too deeply or has too many digits.
Split into members, the page loses only the member that holds such a value.
"""

import re
from collections.abc import Iterator

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},"]', re.DOTALL)
_NAMED = re.compile(rb'\s*+("(?:[^"\\]++|\\.)*+")\s*+:', re.DOTALL)
_DEPTH = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}
_SEPARATORS = frozenset({b",", b"}", b"]"})


class UnbalancedJson(ValueError):
    """The text is no JSON container, or it ends before the container does."""


def split_items(array: bytes) -> list[bytes]:
    """Return the items of a JSON array, each as it was written. Raises UnbalancedJson."""
    return list(_split_parts(array, b"["))


def split_members(text: bytes) -> list[tuple[bytes, bytes]]:
    """Return names (in quotes) and values of a JSON object; unnamed members are left out.

    Raises UnbalancedJson.
    """
    matches = ((part, _NAMED.match(part)) for part in _split_parts(text, b"{"))
    return [(name[1], part[name.end() :]) for part, name in matches if name]


def _split_parts(text: bytes, opening: bytes) -> Iterator[bytes]:
    """Yield the text between the outermost brackets, split at the commas of that level."""
    text = text.strip()
    if not text.startswith(opening):
        raise UnbalancedJson
    start = len(opening)
    for end in _separator_ends(text):
        if part := text[start : end - 1].strip():
            yield part
        start = end
    if start != len(text) or text[start - 1 :] not in (b"]", b"}"):
        raise UnbalancedJson


def _separator_ends(text: bytes) -> Iterator[int]:
    """Yield the end of each comma of the outermost level and of its closing bracket."""
    depth = 0
    for token in _TOKEN.finditer(text):
        symbol = token[0]
        if symbol == b'"':  # an unterminated string
            raise UnbalancedJson
        if depth == 1 and symbol in _SEPARATORS:
            yield token.end()
        depth += _DEPTH.get(symbol, 0)
        if depth == 0:
            return
