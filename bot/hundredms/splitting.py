"""A JSON container cut into its members without parsing them.

A JSON reader refuses a whole page for one value that is nested too deeply or has too many
digits. Cut into members, the page loses only the one that holds such a value.
"""

import re
from collections.abc import Iterator

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},"]', re.DOTALL)
_NAMED = re.compile(rb'\s*+("(?:[^"\\]++|\\.)*+")\s*+:', re.DOTALL)
_DEPTH = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}
_PARTING = frozenset({b",", b"}", b"]"})


class Uneven(ValueError):
    """The text is no JSON container, or it ends before the container does."""


def items_of(array: bytes) -> list[bytes]:
    """The items of a JSON array, each as it was written. Raises Uneven."""
    return list(_parts(array, b"["))


def members_of(written: bytes) -> list[tuple[bytes, bytes]]:
    """Names (in quotes) and values of a JSON object; members without a name are left out.

    Raises Uneven.
    """
    found = ((part, _NAMED.match(part)) for part in _parts(written, b"{"))
    return [(name[1], part[name.end() :]) for part, name in found if name]


def _parts(text: bytes, opening: bytes) -> Iterator[bytes]:
    """What stands between the outermost brackets, cut at the commas of that level."""
    text = text.strip()
    if not text.startswith(opening):
        raise Uneven
    begins = len(opening)
    for ends in _outer_marks(text):
        if part := text[begins : ends - 1].strip():
            yield part
        begins = ends
    if begins != len(text) or text[begins - 1 :] not in (b"]", b"}"):
        raise Uneven


def _outer_marks(text: bytes) -> Iterator[int]:
    """Where each comma of the outermost level ends, and its closing bracket."""
    depth = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark == b'"':  # a text that does not end
            raise Uneven
        if depth == 1 and mark in _PARTING:
            yield token.end()
        depth += _DEPTH.get(mark, 0)
        if depth == 0:
            return
