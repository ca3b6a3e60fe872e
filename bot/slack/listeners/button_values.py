"""Reads button values and checks their types, because they come from outside."""

import json
from typing import Any, TypeVar

from pydantic import AwareDatetime, TypeAdapter

from bot.domain.errors import NotAllowed

T = TypeVar("T")

_TIME_ADAPTER: TypeAdapter[AwareDatetime | None] = TypeAdapter(AwareDatetime | None)
_YEARS = range(1970, 2100)
"""The accepted years; arithmetic fails on dates far from ours."""


def unreadable_value() -> NotAllowed:
    """Return the error for a button whose value is not one of ours."""
    return NotAllowed(
        "That button belongs to an older answer that I can't read any more.",
        next_step="Ask again for a new answer.",
    )


def read_value(adapter: TypeAdapter[T], text: str) -> T:
    """Return a button's JSON value in the adapter's form. Raises NotAllowed if the form differs."""
    try:
        return adapter.validate_python(_check_value(json.loads(text)))
    except (ValueError, TypeError, RecursionError) as error:
        raise unreadable_value() from error


def _check_value(value: Any) -> Any:  # noqa: ANN401  JSON can be anything
    """Return the value unchanged.

    Raises ValueError for times without a zone, for dates far from ours, and for odd characters.
    """
    text = json.dumps(value, ensure_ascii=False)
    text.encode()  # raises for half of a surrogate pair
    if not isinstance(value, dict) or "\\u0000" in text:
        raise ValueError("no value of ours")
    for name in ("since", "until", "usual_since"):
        moment = _TIME_ADAPTER.validate_python(value.get(name))
        if moment and moment.year not in _YEARS:
            raise ValueError(name)
    return value
