"""Tables, data tables and charts.

https://docs.slack.dev/reference/block-kit/blocks/table-block
"""

from typing import Any

from workbench.pretend_slack.limits.findings import (
    Check,
    Findings,
    Json,
    Rule,
    Shape,
    anything,
    array,
    boolean,
    by_type,
    escaped_length,
    integer,
    number,
    string,
    word,
)
from workbench.pretend_slack.limits.rich import RICH_TEXT
from workbench.pretend_slack.limits.visible import cell_text

TABLE_CHARS = 10_000
DATA_TABLE_CHARS = 20_000

CELL = by_type(
    {
        "raw_text": Shape({"text": string(TABLE_CHARS)}),
        "raw_number": Shape({"value": number}, {"text": string(TABLE_CHARS)}),
        "rich_text": RICH_TEXT,
    }
)
_SETTING = Shape({}, {"align": word("left", "center", "right"), "is_wrapped": boolean})


def _setting(value: object, pointer: str, found: Findings) -> None:
    """One column's setting; null skips a column."""
    if value is not None:
        _SETTING(value, pointer, found)


def _rows(value: Json) -> list[list[Any]]:
    rows = value.get("rows")
    return [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


def _chars(value: Json) -> int:
    return sum(escaped_length(cell_text(cell)) for row in _rows(value) for cell in row)


def _even(value: Json, pointer: str, found: Findings) -> None:
    """No source says what uneven rows do, so they're refused here."""
    if len({len(row) for row in _rows(value)}) > 1:
        found.add(f"{pointer}/rows", "all rows must have the same number of cells")


def _table_rule(value: Json, pointer: str, found: Findings) -> None:
    _even(value, pointer, found)
    found.table_chars += _chars(value)


def _data_table_rule(value: Json, pointer: str, found: Findings) -> None:
    _even(value, pointer, found)
    found.data_table_chars += _chars(value)
    header = _rows(value)[:1]
    if header and any(isinstance(c, dict) and c.get("type") == "rich_text" for c in header[0]):
        found.add(f"{pointer}/rows/0", "a header cell can't be rich_text")


TABLE: Check = Shape(
    {"rows": array(array(CELL, 20), 100)}, {"column_settings": array(_setting, 20)}, _table_rule
)
DATA_TABLE: Check = Shape(
    {"caption": string(3000), "rows": array(array(CELL, 20), 201, 2)},
    {
        "page_size": integer(1, 100),
        "row_header_column_index": integer(0, 19),
        "column_settings": anything,
    },
    _data_table_rule,
)


def _positive(value: object, pointer: str, found: Findings) -> None:
    number(value, pointer, found)
    if isinstance(value, int | float) and value <= 0:
        found.add(pointer, "must be more than 0")


_POINT = Shape({"label": string(20), "value": number})
_SERIES = Shape({"name": string(20), "data": array(_POINT, 20)})
_AXES = Shape({"categories": array(string(20), 20)}, {"x_label": string(50), "y_label": string(50)})


def _one_point_per_category(value: Json, pointer: str, found: Findings) -> None:
    axes = value.get("axis_config")
    wanted = axes.get("categories") if isinstance(axes, dict) else None
    series = value.get("series")
    if not isinstance(wanted, list) or not isinstance(series, list):
        return
    names = [each.get("name") for each in series if isinstance(each, dict)]
    if len(set(map(str, names))) < len(names):
        found.add(f"{pointer}/series", "names must be unique")
    for index, each in enumerate(series):
        points = each.get("data") if isinstance(each, dict) else None
        labels = [p.get("label") for p in points or [] if isinstance(p, dict)]
        if labels != wanted:
            found.add(f"{pointer}/series/{index}/data", "needs one point for each category")


def _lines() -> Shape:
    needed: dict[str, Check] = {"series": array(_SERIES, 12), "axis_config": _AXES}
    rule: Rule = _one_point_per_category
    return Shape(needed, {}, rule)


CHART: Check = Shape(
    {
        "title": string(50),
        "chart": by_type(
            {
                "pie": Shape(
                    {"segments": array(Shape({"label": string(20), "value": _positive}), 12)}
                ),
                "bar": _lines(),
                "line": _lines(),
                "area": _lines(),
            }
        ),
    }
)
