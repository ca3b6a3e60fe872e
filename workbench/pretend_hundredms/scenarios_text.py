"""A scenario's text read: YAML whose times stay text, `each` and `repeat` spelled out, times.

`tests/scenarios/README.md` tells the format. Times are whole nanoseconds, so that moving them
loses no digit.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import yaml

from workbench.pretend_hundredms.ids import nanoseconds

Entry = dict[str, Any]

_SECOND = 10**9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"ms": 10**6, "s": _SECOND, "m": 60 * _SECOND, "h": 3600 * _SECOND, "d": 86400 * _SECOND}
_SUMMAND = re.compile(r"([+-])([\d.:]+)(ms|s|m|h|d)?")


class _PlainLoader(yaml.SafeLoader):
    """Knows null, true, false and plain numbers; `+40:00` and dates stay what was written."""

    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012  as the class above declares it


for _tag, _pattern, _first in (
    ("null", r"null|~|", ["n", "~", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"-?\d+", list("-0123456789")),
    ("float", r"-?\d+\.\d+", list("-0123456789")),
):
    _PlainLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), _first
    )


def document(text: str) -> Entry:
    """The mapping that a file holds. Raises yaml.YAMLError or TypeError."""
    found = yaml.load(text, Loader=_PlainLoader)  # noqa: S506  a subclass of the safe loader
    if not isinstance(found, dict):
        raise TypeError("a scenario is a mapping")
    return found


def entries(rows: list[Entry] | None) -> Iterator[tuple[Entry, int]]:
    """Every row, each `each` spelled out, with the nanoseconds by which its times move."""
    for row in rows or []:
        each = row.get("each")
        if not each:
            yield row, 0
            continue
        step = length(each.get("every", "0s"))
        for turn in range(each["count"]):
            number = str(each.get("from", 1) + turn)
            yield _numbered({k: v for k, v in row.items() if k != "each"}, number), step * turn


def _numbered(value: Any, number: str) -> Any:  # noqa: ANN401  YAML can hold anything
    match value:
        case str():
            return value.replace("{n}", number)
        case list():
            return [_numbered(one, number) for one in value]
        case dict():
            return {key: _numbered(one, number) for key, one in value.items()}
    return value


def repeated(label: str, row: Entry) -> Iterator[tuple[str, int]]:
    """The labels of an event that comes several times, with its delay in nanoseconds."""
    repeat = row.get("repeat")
    if not repeat:
        yield label, 0
        return
    for turn in range(repeat["count"]):
        yield f"{label}-{turn + 1}", length(repeat["every"]) * turn


def length(text: str) -> int:
    """`5s`, `+00:42`, `-10m` or `+5d+00:42` in nanoseconds. Raises ValueError."""
    signed = text.strip() if text.strip()[:1] in {"+", "-"} else "+" + text.strip()
    summands = list(_SUMMAND.finditer(signed))
    if not summands or "".join(one[0] for one in summands) != signed:
        raise ValueError(f"{text!r} is no length of time")
    return sum(_summand(*one.groups()) for one in summands)


def _summand(sign: str, number: str, unit: str | None) -> int:
    amount = 0
    if unit:
        amount = int(Decimal(number) * _UNITS[unit])
    else:
        parts = number.split(":")
        if not 2 <= len(parts) <= 3:
            raise ValueError(f"{number!r} is no time")
        for part in parts:
            amount = amount * 60 + int(Decimal(part) * _SECOND)
    return -amount if sign == "-" else amount


def instant(text: str, start: int) -> int:
    """The moment in nanoseconds since 1970: an offset from ``start``, or a time of its own."""
    return start + length(text) if text.strip()[0] in "+-" else nanoseconds(text.strip())


def moment(nanos: int) -> datetime:
    """Nanoseconds since 1970 as a time, to the microsecond."""
    return _EPOCH + timedelta(microseconds=nanos // 1000)
