"""The data file of SDK fixes: what later versions of 100ms' SDKs fixed, and their release dates."""

from datetime import date
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from bot.catalogue.schema import EventType, Platform
from bot.domain.errors import Misconfigured
from bot.domain.sdk_fixes import Fix, Fixes, parse_version

FIXES = Path(__file__).with_name("fixes.yaml")

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=90)]


class _FixSchema(BaseModel):
    """One fix as it stands in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sdk: Platform
    fixed_in: str
    codes: Annotated[tuple[int, ...], Field(min_length=1)]
    words: Words
    types: tuple[EventType, ...] = ()
    released: date | None = None

    @field_validator("fixed_in")
    @classmethod
    def _is_a_version(cls, text: str) -> str:
        if parse_version(text) is None:
            raise ValueError(f"`{text}` is no version")
        return text


class _FixesFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fixes: tuple[_FixSchema, ...]
    releases: dict[Platform, dict[str, date]]


def load_fixes(path: Path = FIXES) -> Fixes:
    """Return every known fix from its file.

    Raises Misconfigured, naming the place, if the file is not valid.
    """
    try:
        file = _FixesFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first_error = error.errors()[0]
        place = ".".join(map(str, first_error["loc"]))
        raise _misconfigured(path, f"{place}: {first_error['msg']}") from error
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise _misconfigured(path, "the file cannot be read as YAML") from error
    fixes = tuple(Fix(**schema.model_dump()) for schema in file.fixes)
    return Fixes(fixes, {str(sdk): days for sdk, days in file.releases.items()})


def _misconfigured(path: Path, cause: str) -> Misconfigured:
    return Misconfigured(
        f"{path.name}: {cause}.",
        headline="The list of SDK fixes has a mistake",
        next_step="Mend the file and start again; docs/catalogue.md explains the form.",
    )
