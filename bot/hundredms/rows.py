"""One row of an events page: the envelope that error and track events have in common."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import structlog

from bot.domain.stamps import NO_TIME
from bot.hundredms.lenient import as_text, as_time

Made = TypeVar("Made")

_log = structlog.get_logger(__name__)


class Row(NamedTuple):
    """What makes a row an event; `data` may lack or hold anything.

    `at` is `NO_TIME`, and `stamp` "", if the time cannot be read.
    """

    id: str
    type: str
    stamp: str
    at: datetime
    data: dict[str, Any]


def readable(read: Callable[[Any], Made | None], row: object) -> Made | None:
    """What `read` makes of a row; None if it makes nothing of it or raises, whatever it raises."""
    try:
        return read(row)
    except Exception as error:  # noqa: BLE001  a row that cannot be read costs itself alone
        _log.warning("hundredms.row", error=type(error).__name__)
        return None


def row_of(value: object) -> Row | None:
    """The row; None without id or type: such a row costs itself, not the page."""
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
    if event_id is None or kind is None:
        return None
    if at is None:
        at, stamp = NO_TIME, ""
    return Row(event_id, kind, stamp, at, data if isinstance(data, dict) else {})
