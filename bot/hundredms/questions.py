"""How a question to the events endpoint is written.

https://www.100ms.live/docs/server-side/v2/api-reference/analytics/overview
"""

from bot.hundredms.calls import Call
from bot.investigate.ports import EventQuery

_PATH = "analytics/events"


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
