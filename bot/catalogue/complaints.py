"""What is wrong with an entry, in words for the person who edits the file."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.catalogue.form import Form

_LONGEST_QUOTE = 40


def in_words(error: ValidationError) -> Iterator[str]:
    """One plain sentence, naming the field, for each thing that is wrong."""
    for detail in error.errors():
        field = str(detail["loc"][0]) if detail["loc"] else ""
        yield _sentence(field, detail)


def _sentence(field: str, detail: ErrorDetails) -> str:
    kind, limits = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        told = str(limits["error"])
        return f"`{field}`: {told}" if field else told
    plain = {
        "model_type": "it is not in the form of an entry (`key: …`, `title: …` and so on)",
        "missing": f"`{field}` is missing",
        "extra_forbidden": f"`{field}` is not a field of the form{_meant(field)}",
        "string_too_short": f"`{field}` is empty",
    }
    if kind == "string_too_long":
        return _too_long(field, detail["input"], limits)
    return plain.get(kind) or f"`{field}` is {_quoted(detail['input'])}: {_wanted(kind, limits)}"


def _meant(field: str) -> str:
    near = get_close_matches(field, Form.model_fields, n=1)
    return f" (is `{near[0]}` meant?)" if near else ""


def _too_long(field: str, text: object, limits: Mapping[str, Any]) -> str:
    length = len(str(text).strip())
    return f"`{field}` has {length} characters; at most {limits['max_length']} fit"


def _wanted(kind: str, limits: Mapping[str, Any]) -> str:
    if kind == "literal_error":
        return f"it must be {limits['expected']}"
    if kind == "string_pattern_mismatch":
        return "only small letters, digits and single hyphens are allowed"
    if kind.startswith("int"):
        return "it must be a whole number"
    if kind.startswith(("tuple", "list")):
        return "it must be a list in square brackets"
    if kind.startswith("bool"):
        return "it must be true or false"
    return "it must be text" if kind.startswith("string") else "it has the wrong form"


def _quoted(value: object) -> str:
    text = str(value)
    return f"`{text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + '…'}`"
