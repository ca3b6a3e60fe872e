"""Reads and checks the data files of the catalogue.

One holds the entries, the other the fixes that later versions of 100ms SDKs brought, and their
release dates.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from bot.catalogue.schema import EntrySchema, FixesFile, validation_messages
from bot.domain.catalogue import UNKNOWN, Catalogue
from bot.domain.errors import Misconfigured
from bot.domain.sdk_fixes import Fix, Fixes

ENTRIES = Path(__file__).with_name("entries.yaml")
FIXES = Path(__file__).with_name("fixes.yaml")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml: ten times as fast, if installed
_MAX_COMPLAINTS = 10  # enough to fix in one go, short enough to read in a terminal


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Return the catalogue from its file (the bundled one, unless `path` is given).

    Raises Misconfigured, naming entry and field, if the file is not valid.
    """
    path = path or ENTRIES
    complaints: list[str] = []
    schemas: list[EntrySchema] = []
    for number, raw in enumerate(_read_entries(path), start=1):
        try:
            schemas.append(EntrySchema.model_validate(raw))
        except ValidationError as error:
            complaints += [f"{_title(number, raw)}: {line}" for line in validation_messages(error)]
    complaints += _clashes(schemas)
    if not complaints and UNKNOWN not in {schema.key for schema in schemas}:
        complaints.append(f"the entry with the key `{UNKNOWN}` is missing; it must stay")
    if complaints:
        raise _misconfigured(path, complaints)
    return Catalogue((schema.entry() for schema in schemas), load_fixes())


def load_fixes(path: Path = FIXES) -> Fixes:
    """Return every known fix from its file.

    Raises Misconfigured, naming the place, if the file is not valid.
    """
    headline = "The list of SDK fixes has a mistake"
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506  a safe loader
        file = FixesFile.model_validate(raw)
    except ValidationError as error:
        first_error = error.errors()[0]
        place = ".".join(map(str, first_error["loc"]))
        raise _misconfigured(path, [f"{place}: {first_error['msg']}"], headline) from error
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise _misconfigured(path, ["the file cannot be read as YAML"], headline) from error
    fixes = tuple(Fix(**schema.model_dump()) for schema in file.fixes)
    return Fixes(fixes, {str(sdk): days for sdk, days in file.releases.items()})


def _read_entries(path: Path) -> Sequence[Any]:
    """Return the file's list of raw entries."""
    try:
        text = path.read_text(encoding="utf-8")
        duplicates, document = _parse_yaml(text)
    except (OSError, UnicodeDecodeError) as error:
        raise _misconfigured(path, ["the file cannot be read"]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: 31 February
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "something in it"
        message = f"{where} is not valid YAML; look for a missing quote or a wrong indent"
        raise _misconfigured(path, [message]) from error
    if duplicates:
        raise _misconfigured(path, duplicates)
    entries = document.get("entries") if isinstance(document, Mapping) else None
    if not isinstance(entries, list):
        raise _misconfigured(path, ["the file must hold one list named `entries`"])
    return entries


def _parse_yaml(text: str) -> tuple[list[str], Any]:
    """Return complaints about field names, and the document, both from one reading."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        return list(_duplicate_fields(node)), loader.construct_document(node) if node else None
    finally:
        loader.dispose()


def _duplicate_fields(node: yaml.Node | None) -> Iterator[str]:
    """Yield a complaint for each field that is written twice; YAML would silently keep the last."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _duplicate_fields(item)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for name, value in node.value:
            if str(name.value) in seen:
                line = name.start_mark.line + 1
                yield f"`{name.value}` stands twice in one entry (line {line})"
            seen.add(str(name.value))
            yield from _duplicate_fields(value)


def _title(number: int, raw: object) -> str:
    key = raw.get("key") if isinstance(raw, Mapping) else None
    return f"entry `{key}`" if isinstance(key, str) else f"entry number {number} (without a key)"


def _clashes(schemas: Sequence[EntrySchema]) -> Iterator[str]:
    """Yield a complaint for each key used twice and each code used twice on one platform."""
    for key, times in Counter(schema.key for schema in schemas).items():
        if times > 1:
            yield f"entry `{key}`: there are {times} entries with this `key`"
    owners: dict[tuple[int, str], str] = {}
    for schema in schemas:
        if schema.rule or schema.match:
            continue
        for place in [(code, platform) for code in schema.codes for platform in schema.platforms]:
            first = owners.setdefault(place, schema.key)
            if first != schema.key:
                yield (
                    f"entry `{schema.key}`: `codes` {place[0]} on {place[1]} already belongs to "
                    f"entry `{first}`"
                )


def _misconfigured(
    path: Path, complaints: Sequence[str], headline: str = "The error catalogue has a mistake"
) -> Misconfigured:
    shown = list(complaints[:_MAX_COMPLAINTS])
    if len(complaints) > len(shown):
        shown.append(f"and {len(complaints) - len(shown)} more")
    return Misconfigured(
        f"{path.name}: " + "; ".join(shown) + ".",
        headline=headline,
        next_step="Correct the file and start again; docs/catalogue.md explains the form.",
    )
