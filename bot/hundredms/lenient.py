"""Reads JSON values that may be of any type: each reader returns a value or None.

100ms' tables and samples disagree on types and presence, and native SDKs publish no tables. Texts
are sanitized: control characters, addresses and credentials are removed.

A JSON reader refuses a whole page for one value that is nested too deeply or has too many digits.
Split into members without parsing them, the page loses only the member that holds such a value.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidatorFunctionWrapHandler
from pydantic_core import from_json

from bot.domain.events import YEARS
from bot.domain.privacy.addresses import redact, unmark
from bot.domain.privacy.credentials import hide_credentials
from bot.domain.text import clean

_MAX_CACHED_LENGTH = 100


def sanitize(value: str | None) -> str | None:
    """Return the text cleaned and redacted; None if nothing is left of it."""
    if value is None:
        return None
    return _cached_sanitize(value) if len(value) <= _MAX_CACHED_LENGTH else _sanitize(value)


def _sanitize(value: str) -> str | None:
    return redact(hide_credentials(unmark(clean(value)))) or None


def clear_caches() -> None:
    """Clear the cache, so that no text stays in memory."""
    _cached_sanitize.cache_clear()


# Thousands of events of one room repeat a few names, codes and messages.
_cached_sanitize = lru_cache(maxsize=2048)(_sanitize)


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


_MAX_INT = 2**63
_MAX_DIGITS = 20
"""Characters of the longest text that can be a number of 64 bits."""
_MAX_TEXT = 10_000
"""The longest text kept, in characters. 100ms' own texts are a hundredth of this."""
_ADDRESS_CHARACTERS = "0123456789abcdefABCDEF:.%"


class UnreadableBody(ValueError):
    """An answer that is not JSON or not of the agreed shape."""


def as_text(value: object) -> str | None:
    """Return a scalar as text, unchanged; None for blanks, objects and lists.

    A text of more than 10,000 characters is cut, and never within an address.
    """
    if isinstance(value, str):
        if len(value) > _MAX_TEXT:
            value = value[:_MAX_TEXT].rstrip(_ADDRESS_CHARACTERS)
        return value if value.strip() else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


def as_int(value: object) -> int | None:
    """Return a whole number of at most 64 bits, also from a numeric string; else None."""
    if isinstance(value, str):
        value = _parse_int(value.strip()) if len(value) <= _MAX_TEXT else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not value.is_integer():
        return None
    return int(value) if abs(value) < _MAX_INT else None


def _parse_int(text: str) -> int | None:
    try:
        return int(text) if len(text) <= _MAX_DIGITS else None
    except ValueError:
        return None


def as_bool(value: object) -> bool | None:
    """Return a truth value, also from a text or from 0 and 1; else None."""
    if isinstance(value, str):
        return {"true": True, "false": False, "1": True, "0": False}.get(value.strip().lower())
    return bool(value) if value in (0, 1) else None


def as_time(value: object) -> datetime | None:
    """Return an aware UTC time of the years 1970 to 2099, or None.

    It is exact to the microsecond (100ms sends up to nine digits). A time without a zone is UTC.
    """
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        elif moment.tzinfo is not UTC:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in YEARS else None


def as_mapping(value: object) -> Mapping[str, Any]:
    """Return an object as it is; an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> object:
    """Return a list as it is, and an empty one for null. Pydantic refuses anything else."""
    return [] if value is None else value


def invalid_as_none(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """Return None for an invalid row, so that a bad row costs only itself and not the page."""
    try:
        return handler(value)
    except Exception:  # noqa: BLE001  whatever a row holds, the others are read
        return None


Text = Annotated[str | None, BeforeValidator(as_text)]
Integer = Annotated[int | None, BeforeValidator(as_int)]
Boolean = Annotated[bool | None, BeforeValidator(as_bool)]
Time = Annotated[datetime | None, BeforeValidator(as_time)]

Model = TypeVar("Model", bound=BaseModel)


def parse_body(model: type[Model], body: bytes) -> Model:
    """Return the body as a `model`, its JSON decoded once. Raises UnreadableBody."""
    return validate_shape(model, decode_json(body))


def validate_shape(model: type[Model], value: object) -> Model:
    """Return decoded JSON as a `model`. Raises UnreadableBody."""
    try:
        return model.model_validate(value)
    except Exception as error:
        raise UnreadableBody(model.__name__) from error


def decode_json(body: bytes) -> Any:  # noqa: ANN401  JSON can be anything
    """Return the body's JSON. Raises UnreadableBody.

    If the JSON reader refuses an object as a whole (a value has 5,000 digits or 20,000 levels),
    each row of its lists is read alone. A row that is still refused is None.
    """
    try:
        return _parse_json(body)
    except UnreadableBody:
        return {name: _parse_member(value) for name, value in _split_members(body).items()}


def _parse_json(text: bytes) -> Any:  # noqa: ANN401  as above
    # Plain values first: pydantic takes twice as long to build them inside a model.
    try:
        return from_json(text, cache_strings="keys")
    except (ValueError, RecursionError, MemoryError):
        try:
            return from_json(_replace_surrogates(text), cache_strings="keys")
        except (ValueError, RecursionError, MemoryError) as error:
            raise UnreadableBody("no JSON") from error


def _split_members(text: bytes) -> dict[str, bytes]:
    try:
        return {str(_parse_json(name)): value for name, value in split_members(text)}
    except (UnbalancedJson, MemoryError) as error:
        raise UnreadableBody("no JSON, or cut off") from error


def _parse_member(text: bytes) -> object:
    """Return a member's value; if it is refused, its parts. A refused number stays a text."""
    value = _parse_or_none(text)
    if value is not None or text.strip() == b"null":
        return value
    try:
        if text.strip().startswith(b"["):
            return [_parse_or_none(item) for item in split_items(text)]
        return {name: _parse_or_none(inner) for name, inner in _split_members(text).items()}
    except ValueError:
        return text[:_MAX_TEXT].decode("utf-8", "replace").strip()


def _parse_or_none(text: bytes) -> object:
    try:
        return _parse_json(text)
    except UnreadableBody:
        return None


def _replace_surrogates(text: bytes) -> bytes:
    """Return the same JSON without half characters.

    A name cut in the middle of an emoji leaves half a surrogate pair, for which pydantic's parser
    refuses the whole page.
    """
    document = json.loads(text.decode("utf-8", "replace"))
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
