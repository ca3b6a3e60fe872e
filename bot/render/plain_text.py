"""The text of a message's blocks, for places that show no blocks."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.render.filters import escape_mrkdwn, unescape_mrkdwn
from bot.render.message import Block

_TOKEN = re.compile(r"<(?:!date\^[^|>]*|https?://[^|>]*)\|([^>]*)>")
"""A date or a link of mrkdwn, with its words."""


TABLES = ("table", "data_table")
MAX_ALIGNED = 11_000
"""The most characters of a table's lines if they are aligned; longer ones are not padded."""


def lines_of(blocks: tuple[Block, ...]) -> list[str]:
    """Return what the blocks show, one line for each text, without buttons; nothing is escaped."""
    lines = []
    for block in blocks:
        if block.get("type") == "rich_text":
            lines.append("".join(_leaves(block)))
        elif block.get("type") in TABLES:
            lines.extend(table_lines([block]))
        elif block.get("type") == "data_visualization":
            lines.extend(_columns(block))
        elif block.get("type") not in ("actions", "context_actions"):
            lines.extend(_texts(block))
    return [line for line in lines if line.strip()]


def table_lines(blocks: Iterable[Block]) -> list[str]:
    """Return each table's rows as lines, aligned in columns where they fit one message so."""
    lines: list[str] = []
    for block in blocks:
        rows = [["".join(_texts(cell)).strip() for cell in row] for row in block.get("rows", ())]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        aligned = [_aligned_line(row, widths) for row in rows]
        fits = sum(len(escape_mrkdwn(line)) + 1 for line in aligned) <= MAX_ALIGNED
        lines += aligned if fits else ["  ".join(row) for row in rows]
    return lines


def _aligned_line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (f"{text:<{width}}" for text, width in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip()


def _columns(block: Block) -> Iterator[str]:
    """Yield a chart as lines such as `10:02: errors 3, people in the room 8`."""
    series = block["chart"]["series"]
    for points in zip(*(entry["data"] for entry in series), strict=True):
        values = (
            f"{entry['name']} {point['value']:,}"
            for entry, point in zip(series, points, strict=True)
        )
        yield f"{points[0]['label']}: {', '.join(values)}"


def _texts(part: Any) -> Iterator[str]:  # noqa: ANN401  any JSON
    """Yield every text object inside, in order."""
    if isinstance(part, Mapping):
        text = part.get("text")
        if part.get("type") in ("plain_text", "raw_text", "raw_number"):
            yield str(text)
        elif part.get("type") == "mrkdwn":
            yield unescape_mrkdwn(_TOKEN.sub(r"\1", str(text)))
        elif part.get("type") == "rich_text":
            yield "".join(_leaves(part))
        else:
            for value in part.values():
                yield from _texts(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _texts(value)


def _leaves(part: Any) -> Iterator[str]:  # noqa: ANN401  any JSON
    """Yield the texts of a rich_text block; each list item and section ends its line."""
    if not isinstance(part, Mapping):
        return
    kind = part.get("type")
    if kind in ("text", "link"):
        yield str(part.get("text") or part.get("url") or "")
    elif kind == "date":
        yield str(part.get("fallback") or "")
    for child in part.get("elements") or ():
        yield from _leaves(child)
    if kind in ("rich_text_section", "rich_text_preformatted", "rich_text_quote"):
        yield "\n"
