"""One row of an events page: the envelope that error and track events have in common."""

from datetime import datetime
from typing import Any, NamedTuple

from bot.hundredms.lenient import as_text, as_time


class Row(NamedTuple):
    """What makes a row an event; `data` may lack or hold anything."""

    id: str
    type: str
    stamp: str
    at: datetime
    data: dict[str, Any]


def row_of(value: object) -> Row | None:
    """The row; None without id, type or time: such a row costs itself, not the page."""
    if not isinstance(value, dict):
        return None
    read = value.get
    event_id, kind, data = read("id"), read("type"), read("data")
    stamp: Any = read("timestamp")
    if type(event_id) is not str or not event_id.strip():
        event_id = as_text(event_id)
    if type(kind) is not str or not kind.strip():
        kind = as_text(kind)
    at = as_time(stamp)
    if event_id is None or kind is None or at is None:
        return None
    return Row(event_id, kind, stamp, at, data if isinstance(data, dict) else {})
