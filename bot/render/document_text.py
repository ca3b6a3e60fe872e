"""A document as JSON text, piece by piece: 100,000 failures need never be in memory at once."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from bot.domain.addresses import leave
from bot.domain.exits import leave_all

_INDENT = 2
_UNSEEN = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f]"
)
"""Controls beyond ASCII, bidi marks and other characters that nobody sees."""


def text_of(value: object) -> str:
    """A small document as JSON text that may leave: see `pieces_of`."""
    return _text(leave_all(value), 0)


def pieces_of(document: Mapping[str, Any]) -> Iterator[str]:
    """`json.dumps(document, ensure_ascii=False, indent=2)` in pieces.

    A value may be an iterator of things to come, which is written as a list. The exponent of a
    float may be written in another way.
    """
    before = "{"
    for name, value in document.items():
        yield f"{before}\n  {_text(leave(name), 1)}: "
        if isinstance(value, Iterator):
            yield from _list(value)
        else:
            yield _text(leave_all(value), 1)
        before = ","
    yield "\n}" if before == "," else "{}"


def _list(items: Iterator[Any]) -> Iterator[str]:
    before = "["
    for item in items:
        yield f"{before}\n    {_text(leave_all(item), 2)}"
        before = ","
    yield "\n  ]" if before == "," else "[]"


def _text(value: object, depth: int) -> str:
    """Line ends within strings are escaped, so that those left are of the layout."""
    text = _laid_out(value).replace("\n", "\n" + " " * _INDENT * depth)
    return _UNSEEN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    """The same character as JSON's escape: a terminal shows documents, too."""
    units = found[0].encode("utf-16-be")
    return "".join(
        f"\\u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True)
    )


def _laid_out(value: object) -> str:
    """`json`'s own layout is Python code: a thousand failures take it five times as long."""
    try:
        return to_json(value, indent=_INDENT).decode()
    except PydanticSerializationError:  # half a character, of somebody's command line
        return json.dumps(value, ensure_ascii=False, indent=_INDENT)
