"""A document as JSON text, piece by piece: 100,000 failures need never be in memory at once."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

_INDENT = 2


def pieces_of(document: Mapping[str, Any]) -> Iterator[str]:
    """`json.dumps(document, ensure_ascii=False, indent=2)` in pieces.

    A value may be an iterator of things to come, which is written as a list. The exponent of a
    float may be written in another way.
    """
    before = "{"
    for name, value in document.items():
        yield f"{before}\n  {json.dumps(name, ensure_ascii=False)}: "
        if isinstance(value, Iterator):
            yield from _list(value)
        else:
            yield _text(value, 1)
        before = ","
    yield "\n}" if before == "," else "{}"


def _list(items: Iterator[Any]) -> Iterator[str]:
    before = "["
    for item in items:
        yield f"{before}\n    {_text(item, 2)}"
        before = ","
    yield "\n  ]" if before == "," else "[]"


def _text(value: object, depth: int) -> str:
    """Line ends within strings are escaped, so that those left are of the layout."""
    return _laid_out(value).replace("\n", "\n" + " " * _INDENT * depth)


def _laid_out(value: object) -> str:
    """`json`'s own layout is Python code: a thousand failures take it five times as long."""
    try:
        return to_json(value, indent=_INDENT).decode()
    except PydanticSerializationError:  # half a character, of somebody's command line
        return json.dumps(value, ensure_ascii=False, indent=_INDENT)
