"""Values of buttons, read with their types checked: they come back from outside."""

import json
from typing import Any, TypeVar

from pydantic import AwareDatetime, TypeAdapter

from bot.domain.errors import NotAllowed

T = TypeVar("T")

_TIME_ADAPTER: TypeAdapter[AwareDatetime | None] = TypeAdapter(AwareDatetime | None)
_YEARS = range(1970, 2100)
"""Dates far from ours break arithmetic."""


def unreadable_value() -> NotAllowed:
    """What the presser of a button is told whose value is none of ours."""
    return NotAllowed(
        "That button belongs to an older answer that I can no longer read.",
        next_step="Ask again for a fresh answer.",
    )


def read_value(adapter: TypeAdapter[T], text: str) -> T:
    """A button's value, which is JSON, in that form. Raises NotAllowed if it is of another."""
    try:
        return adapter.validate_python(_check_value(json.loads(text)))
    except (ValueError, TypeError, RecursionError) as error:
        raise unreadable_value() from error


def _check_value(value: Any) -> Any:  # noqa: ANN401  JSON can be anything
    """The same. Raises ValueError for times without a zone or far from ours, and odd characters."""
    text = json.dumps(value, ensure_ascii=False)
    text.encode()  # raises for half of a character
    if not isinstance(value, dict) or "\\u0000" in text:
        raise ValueError("no value of ours")
    for name in ("since", "until", "usual_since"):
        moment = _TIME_ADAPTER.validate_python(value.get(name))
        if moment and moment.year not in _YEARS:
            raise ValueError(name)
    return value
