"""Reading JSON values that may be of any type: each reader gives a value or None, no error.

100ms' tables and samples disagree on types and presence, and native SDKs publish no tables.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidationError, ValidatorFunctionWrapHandler
from pydantic_core import from_json

_LARGEST = 2**63
_NEVER = 1970
"""100ms writes `0001-01-01T00:00:00Z` for "never"."""


class UnreadableBody(ValueError):
    """An answer that is no JSON, or not of the agreed shape."""


def as_text(value: object) -> str | None:
    """A scalar as text, unchanged; None for blanks, objects and lists."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


def as_whole(value: object) -> int | None:
    """A whole number of at most 64 bits, also out of a numeric string."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value) if isinstance(value, float) else int(value)
    except ValueError:
        return None
    if not math.isfinite(number) or number != int(number) or abs(number) >= _LARGEST:
        return None
    return int(number)


def as_flag(value: object) -> bool | None:
    """A truth value, also as text or as 0 and 1."""
    if isinstance(value, str):
        return {"true": True, "false": False, "1": True, "0": False}.get(value.strip().lower())
    return bool(value) if value in (0, 1) else None


def as_time(value: object) -> datetime | None:
    """An aware UTC time, to the microsecond (100ms sends up to nine digits), or None."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        if moment.tzinfo is UTC:
            return moment
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def as_past(value: object) -> datetime | None:
    """`as_time`, with 100ms' word for "never" taken as None."""
    moment = as_time(value)
    return moment if moment and moment.year >= _NEVER else None


def as_mapping(value: object) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> object:
    """A list; null counts as an empty one. Anything else is left to be refused."""
    return [] if value is None else value


def or_none(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """One bad row of a list costs that row, not the page."""
    try:
        return handler(value)
    except ValidationError:
        return None


Text = Annotated[str | None, BeforeValidator(as_text)]
Whole = Annotated[int | None, BeforeValidator(as_whole)]
Flag = Annotated[bool | None, BeforeValidator(as_flag)]
Moment = Annotated[datetime | None, BeforeValidator(as_past)]

Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], body: bytes) -> Model:
    """The body as that model, its JSON decoded once. Raises UnreadableBody."""
    return shaped(model, decoded(body))


def shaped(model: type[Model], value: object) -> Model:
    """Decoded JSON as that model. Raises UnreadableBody."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise UnreadableBody(model.__name__) from error


def decoded(body: bytes) -> Any:  # noqa: ANN401  JSON can be anything
    """The body's JSON. Raises UnreadableBody."""
    # Plain values first: to build them inside a model takes pydantic twice as long.
    try:
        return from_json(body, cache_strings="keys")
    except ValueError:
        try:
            return from_json(_mended(body), cache_strings="keys")
        except ValueError as error:
            raise UnreadableBody("no JSON") from error


def _mended(body: bytes) -> bytes:
    """The same JSON without half characters.

    A name cut in the middle of an emoji leaves half a surrogate pair, which pydantic's parser
    refuses together with the whole page.
    """
    try:
        known = json.loads(body.decode("utf-8", "replace"))
        return json.dumps(known, ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, RecursionError) as error:
        raise UnreadableBody(str(type(error))) from error
