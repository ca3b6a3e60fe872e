"""How questions are written, those to the events endpoint first of all.

https://www.100ms.live/docs/server-side/v2/api-reference/analytics/overview
"""

from datetime import UTC, datetime

from bot.hundredms.call import Call
from bot.investigate.ports import EventQuery

_PATH = "analytics/events"

FULL = 100
"""The most rows of a page that 100ms allows."""


def events_call(query: EventQuery, start: str, limit: int) -> Call:
    """One page of at most `limit` events; `start` is the cursor, "" for the first page.

    Filters that are not set are left out: what 100ms makes of an empty one is not documented.
    """
    params: dict[str, str | int] = {"room_id": query.room_id, "type": query.type, "limit": limit}
    filters = {
        "peer_id": query.peer_id,
        "user_id": query.user_id,
        "session_id": query.session_id,
        "start": start,
    }
    return Call(_PATH, _PATH, params | {name: value for name, value in filters.items() if value})


def word(value: bool) -> str:  # noqa: FBT001  a truth value is what it takes
    """A truth value as 100ms wants it."""
    return "true" if value else "false"


def written(moment: datetime | None) -> str:
    """A time as 100ms wants it: UTC, milliseconds, `Z`."""
    if moment is None:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
