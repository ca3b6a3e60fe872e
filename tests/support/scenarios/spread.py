"""Expands `each`: one entry of a scenario for every number."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tests.support.scenarios.times import span


def spread(entries: list[Any]) -> Iterator[tuple[dict[str, Any], timedelta]]:
    """Return the entries with `each` expanded, and the shift of their times."""
    for entry in entries:
        each = entry.get("each")
        if each is None:
            yield dict(entry), timedelta()
            continue
        plain = {key: value for key, value in entry.items() if key != "each"}
        begin = each.get("from", 1)
        for index in range(each["count"]):
            yield _filled(plain, begin + index), span(each.get("every", "0s")) * index


def _filled(value: Any, number: int) -> Any:
    if isinstance(value, str):
        return value.replace("{n}", str(number))
    if isinstance(value, dict):
        return {key: _filled(one, number) for key, one in value.items()}
    return [_filled(one, number) for one in value] if isinstance(value, list) else value
