"""The packet's JSON as text, for where no file can be attached: valid JSON, cut to a message."""

import json
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any

from bot.render.limits import shorten

_BLOCK, _SHOWN, _JSON = 3_600, 7_000, 9_500
"""Characters of a preformatted block, of all of them as shown, and of all of them as JSON."""
_IDS, _TEXT = 8, 120


def json_blocks(facts: Mapping[str, Any]) -> tuple[list[str], int]:
    """Texts that read one after the other are one JSON document; failures they do not hold.

    Long lists of ids are cut and say so (`…_left_out`), as does the list of failures.
    """
    head = dict(_brief({key: value for key, value in facts.items() if key != "failures"}))
    rows = [_line(dict(_brief(row))) for row in facts["failures"]]
    kept = sum(total <= _SHOWN for total in accumulate(map(len, rows)))
    while True:
        blocks = _blocks([*_document(head, rows[:kept], len(rows) - kept)])
        if kept == 0 or _fits(blocks):
            return blocks, len(rows) - kept
        kept -= 1


def _document(head: Mapping[str, Any], rows: list[str], left: int) -> Iterator[str]:
    """Line by line: one for each field of the head, one for each failure."""
    yield "{"
    told = {**head, "failures_left_out": left} if left else head
    for key, value in told.items():
        yield f"{json.dumps(key)}: {_line(value)},"
    yield '"failures": ['
    yield from (f"{row}," for row in rows[:-1])
    yield from rows[-1:]
    yield "]}"


def _brief(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in facts.items():
        if isinstance(value, list):
            yield key, [_short(one) for one in value[:_IDS]]
            if len(value) > _IDS:
                yield f"{key}_left_out", len(value) - _IDS
        else:
            yield key, _short(value)


def _short(value: Any) -> Any:  # noqa: ANN401  any JSON
    return shorten(value, _TEXT) if isinstance(value, str) else value


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _blocks(lines: list[str]) -> list[str]:
    """Whole lines, as many to a block as it holds."""
    blocks = [""]
    for line in lines:
        joined = f"{blocks[-1]}\n{line}".strip("\n")
        if len(joined) > _BLOCK and blocks[-1]:
            blocks.append(line)
        else:
            blocks[-1] = joined
    return blocks


def _fits(blocks: list[str]) -> bool:
    return sum(map(len, blocks)) <= _SHOWN and sum(len(_line(one)) for one in blocks) <= _JSON
