"""GET /v2/analytics/webhooks: deliveries of joins, leaves, openings and closings.

https://www.100ms.live/docs/server-side/v2/api-reference/analytics/overview
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from workbench.pretend_hundredms.answers import Refusal, bounded, whole_number
from workbench.pretend_hundredms.ids import milli_stamp, uuid_of
from workbench.pretend_hundredms.listing import moment
from workbench.pretend_hundredms.stage import book_of, stage_of
from workbench.pretend_hundredms.world import PretendSession

_LONGEST = timedelta(days=14)
_KEPT = timedelta(days=30)


async def list_webhooks(request: Request) -> JSONResponse:
    """One page of deliveries, newest first."""
    asked = request.query_params
    start, end = _window(request)
    clamp = stage_of(request).switches.limit_out_of_range == "clamp"
    limit = bounded(whole_number(asked.get("limit") or "50", "limit"), 1, 100, clamp=clamp)
    page = max(1, whole_number(asked.get("page") or "1", "page"))
    rows = [] if asked.get("status") == "failed" else _deliveries(request, start, end)
    pages = -(-len(rows) // limit)
    return JSONResponse(
        {
            "events": [_delivery_json(*row) for row in rows[(page - 1) * limit : page * limit]],
            "pagination": {
                "current_page": page,
                "page_size": limit,
                "total_pages": pages,
                "total_items": len(rows),
                "has_next": page < pages,
                "has_prev": page > 1,
            },
            "summary": {"total_events": len(rows)},
        }
    )


def _window(request: Request) -> tuple[datetime, datetime]:
    now = stage_of(request).now()
    start = moment(request, "start_time") or now - timedelta(hours=24)
    end = moment(request, "end_time") or now
    if start < now - _KEPT:
        raise Refusal(400, "start_time must be within the last 30 days")
    if end < start or end - start > _LONGEST:
        raise Refusal(400, "end_time must be at most 14 days after start_time")
    return start, end


_Delivery = tuple[datetime, str, PretendSession, dict[str, Any]]


def _deliveries(request: Request, start: datetime, end: datetime) -> list[_Delivery]:
    asked = request.query_params
    names, room_id = set(asked.getlist("event_names")), asked.get("room_id")
    found = [
        row
        for session in book_of(request).sessions.values()
        if room_id in {None, "", session.room_id}
        for row in _of_session(session)
        if start <= row[0] <= end and (not names or row[1] in names)
    ]
    return sorted(found, key=lambda row: row[0], reverse=True)


def _of_session(session: PretendSession) -> Iterator[_Delivery]:
    yield session.created_at, "session.open.success", session, {}
    for peer in session.peers:
        who = {"peer_id": peer.id, "user_id": peer.user_id, "user_name": peer.name}
        yield peer.joined_at, "peer.join.success", session, who
        if peer.left_at:
            yield peer.left_at, "peer.leave.success", session, {**who, "reason": "client request"}
    if session.ended_at:
        yield session.ended_at, "session.close.success", session, {}


def _delivery_json(
    at: datetime, name: str, session: PretendSession, who: dict[str, Any]
) -> dict[str, Any]:
    return {
        "event_id": uuid_of("delivery", name, session.id, *who.values()),
        "event_name": "reporter.webhook.delivery.success",
        "room_id": session.room_id,
        "event_timestamp": milli_stamp(at),
        "payload": {
            "event_data": {"session_id": session.id, "room_id": session.room_id, **who},
            "webhook_url": "https://hooks.example.com/never-show-this",
            "original_event_name": name,
        },
    }
