"""Form of the catalogue's two data files: entries, and the fixes that later SDK versions brought.

Complaints are worded for the person who edits the file.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from bot.domain.catalogue import UNKNOWN, Entry, Owner, Terminal
from bot.domain.sdk_fixes import parse_version

Platform = Literal["web", "android", "ios", "flutter", "react-native"]
MatchField = Literal[
    "error_message", "error_description", "error_name", "endpoint", "track_type", "type", "text"
]
EventType = Literal[
    "client.connect.failed",
    "client.join.failed",
    "client.disconnected",
    "client.publish.failed",
    "client.subscribe.failed",
]


def _text_limits(longest: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)


def _expand_all(value: object) -> object:
    """Return the list of all platforms for `platforms: all`."""
    return list(get_args(Platform)) if value == "all" else value


def _bool_to_word(value: object) -> object:
    """Return the word that the editor meant: YAML reads a bare yes or no as true or false."""
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


_MAX_STEPS, _MAX_STEP, _MAX_OLD_TEXT = 2, 110, 240
_OWNER = re.compile(r"[A-Z][^:.]{1,30}: \S")


def _check_steps(value: object) -> object:
    """Return the steps as a list; a file of an earlier release has one longer text instead."""
    if isinstance(value, str):
        return [value]
    steps = value if isinstance(value, list) else []
    if len(steps) > _MAX_STEPS:
        raise ValueError(f"there are {len(steps)} steps; at most {_MAX_STEPS} fit")
    for step in (step for step in steps if isinstance(step, str)):
        if len(step) > _MAX_STEP:
            raise ValueError(f"a step has {len(step)} characters; at most {_MAX_STEP} fit")
        if not _OWNER.match(step):
            raise ValueError(
                f"the step {_quote(step)} does not begin with who takes it, such as `User: `"
            )
    return value


Steps = Annotated[
    tuple[Annotated[str, _text_limits(_MAX_OLD_TEXT)], ...], BeforeValidator(_check_steps)
]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Native(BaseModel):
    """The texts of an entry that differ in a native app."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, _text_limits(60)] | None = None
    reason: Annotated[str, _text_limits(60)] | None = None
    meaning: Annotated[str, _text_limits(200)] | None = None
    cause: Annotated[str, _text_limits(200)] | None = None
    say: Annotated[str, _text_limits(240)] | None = None
    do: Steps | None = None


class EntrySchema(BaseModel):
    """One entry as it stands in the file. The length limits keep a Slack answer readable."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Key
    title: Annotated[str, _text_limits(60)]
    reason: Annotated[str, _text_limits(60)] = ""
    meaning: Annotated[str, _text_limits(200)]
    cause: Annotated[str, _text_limits(200)]
    say: Annotated[str, _text_limits(240)]
    do: Steps
    owner: Owner
    codes: tuple[int, ...] = ()
    code_range: tuple[int, int] | None = None
    platforms: Annotated[tuple[Platform, ...], BeforeValidator(_expand_all)] = ()
    names: tuple[str, ...] = ()
    terminal: Annotated[Terminal, BeforeValidator(_bool_to_word)] = "unknown"
    match: dict[MatchField, tuple[Pattern, ...]] = {}
    rule: bool = False
    types: tuple[EventType, ...] = ()
    native: Native = Native()

    @field_validator("match")
    @classmethod
    def _patterns_can_be_read(
        cls, match: dict[MatchField, tuple[str, ...]]
    ) -> dict[MatchField, tuple[str, ...]]:
        for pattern in (pattern for patterns in match.values() for pattern in patterns):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(
                    f"the pattern `{pattern}` is no regular expression ({error})"
                ) from error
        return match

    @field_validator("code_range")
    @classmethod
    def _range_ascends(cls, code_range: tuple[int, int] | None) -> tuple[int, int] | None:
        if code_range and code_range[0] > code_range[1]:
            raise ValueError("the smaller number comes first")
        return code_range

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if self.rule and not any(self.match.values()):
            raise ValueError("an entry with `rule: true` needs `match`, else nothing finds it")
        if self.rule or self.key == UNKNOWN:
            return self
        if not self.codes and not self.code_range:
            raise ValueError("it needs `codes`, or `rule: true` with `match`, to be found")
        if self.codes and not self.platforms:
            raise ValueError("an entry with `codes` needs `platforms`")
        return self

    def entry(self) -> Entry:
        """Return the entry as the domain's Entry.

        A file of an earlier release has no `reason`; its title stands in.
        """
        pairs = [(field, text) for field, patterns in self.match.items() for text in patterns]
        facts = self.model_dump(exclude={"match", "native"})
        facts["reason"] = self.reason or self.title[0].lower() + self.title[1:]
        native = self.native.model_dump(exclude_none=True)
        return Entry(**facts, match=tuple(pairs), native=native)


class FixSchema(BaseModel):
    """One fix as it stands in the file of fixes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sdk: Platform
    fixed_in: str
    codes: Annotated[tuple[int, ...], Field(min_length=1)]
    words: Annotated[str, _text_limits(90)]
    types: tuple[EventType, ...] = ()
    released: date | None = None

    @field_validator("fixed_in")
    @classmethod
    def _is_a_version(cls, text: str) -> str:
        if parse_version(text) is None:
            raise ValueError(f"`{text}` is no version")
        return text


class FixesFile(BaseModel):
    """The whole file of fixes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fixes: tuple[FixSchema, ...]
    releases: dict[Platform, dict[str, date]]


_MAX_QUOTE = 40


def validation_messages(error: ValidationError) -> Iterator[str]:
    """Yield one plain sentence, naming the field, for each error."""
    for detail in error.errors():
        field = str(detail["loc"][0]) if detail["loc"] else ""
        yield _sentence(field, detail)


def _sentence(field: str, detail: ErrorDetails) -> str:
    kind, limits = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        message = str(limits["error"])
        return f"`{field}`: {message}" if field else message
    messages = {
        "model_type": "it is not in the form of an entry (`key: …`, `title: …` and so on)",
        "missing": f"`{field}` is missing",
        "extra_forbidden": f"`{field}` is not a field of the form{_suggestion(field)}",
        "string_too_short": f"`{field}` is empty",
    }
    if kind == "string_too_long":
        return _too_long(field, detail["input"], limits)
    return (
        messages.get(kind)
        or f"`{field}` is {_quote(detail['input'])}: {_expectation(kind, limits)}"
    )


def _suggestion(field: str) -> str:
    near = get_close_matches(field, EntrySchema.model_fields, n=1)
    return f" (is `{near[0]}` meant?)" if near else ""


def _too_long(field: str, text: object, limits: Mapping[str, Any]) -> str:
    length = len(str(text).strip())
    return f"`{field}` has {length} characters; at most {limits['max_length']} fit"


def _expectation(kind: str, limits: Mapping[str, Any]) -> str:
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


def _quote(value: object) -> str:
    text = str(value)
    return f"`{text if len(text) <= _MAX_QUOTE else text[:_MAX_QUOTE] + '…'}`"
