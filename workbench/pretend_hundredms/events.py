"""GET /v2/analytics/events: the query, its snapshot, its pages.

https://www.100ms.live/docs/server-side/v2/api-reference/analytics/overview
"""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from workbench.pretend_hundredms.answers import Refusal, bounded, truth, whole_number
from workbench.pretend_hundredms.book import WorkspaceBook
from workbench.pretend_hundredms.cursors import Place, Snapshot
from workbench.pretend_hundredms.ids import nanoseconds_of
from workbench.pretend_hundredms.shelf import Case, Filters, Rows, Shelf
from workbench.pretend_hundredms.stage import Stage, book_of, stage_of
from workbench.pretend_hundredms.switches import Switches
from workbench.pretend_hundredms.world import Event

_KEPT = timedelta(days=30)
_CURSOR_LIFE = timedelta(hours=24)
_SMALLEST, _LARGEST, _USUAL = 1, 100, 10
_UNKNOWN: dict[str, tuple[int, dict[str, Any]]] = {
    "404_new": (404, {"code": 404, "message": "room not found"}),
    "404_old": (
        404,
        {
            "code": 404,
            "message": "Error: Room not found",
            "data": {"description": "Error: Room not found"},
        },
    ),
    "400": (400, {"code": 400, "message": "Invalid query param", "details": ["room_id: unknown"]}),
}


async def list_events(request: Request) -> JSONResponse:
    """One page of a room's events."""
    stage, book = stage_of(request), book_of(request)
    filters = _filters(request)
    limit = _limit(request, stage.switches)
    unknown = stage.switches.unknown_room
    known = book.room(filters.room_id, exact=stage.switches.case_sensitive_ids)
    if known is None and unknown != "empty":
        status, body = _UNKNOWN[unknown]
        return JSONResponse(body, status)
    cursor = request.query_params.get("start")
    if cursor:
        place = _resume(stage, book, cursor, filters)
    else:
        place = Place(_snapshot(stage, book, filters, limit))
    return JSONResponse(_page(stage, place, limit, cursor))


def _filters(request: Request) -> Filters:
    asked = request.query_params
    if not asked.get("room_id"):
        raise Refusal(400, "Invalid query param", "room_id: cannot be blank")
    return Filters(
        asked["room_id"],
        frozenset(text for text in asked.getlist("type") if text),
        asked.get("session_id", ""),
        asked.get("peer_id", ""),
        asked.get("user_id", ""),
        asked.get("beam_id", ""),
        truth(asked.get("error") or "false", "error"),
    )


def _limit(request: Request, switches: Switches) -> int:
    asked = whole_number(request.query_params.get("limit") or str(_USUAL), "limit")
    return bounded(asked, _SMALLEST, _LARGEST, clamp=switches.limit_out_of_range == "clamp")


def _resume(stage: Stage, book: WorkspaceBook, cursor: str, filters: Filters) -> Place:
    place = stage.cursors.find(cursor)
    if place is None or place.snapshot.workspace != book.workspace.alias:
        raise Refusal(400, "Invalid query param", "start: invalid")
    snapshot = place.snapshot
    if stage.now() - snapshot.taken_at >= _CURSOR_LIFE:
        return _expired(stage, snapshot)
    if snapshot.filters != filters and not stage.switches.cursor_ignores_filters:
        raise Refusal(400, "Invalid query param", "start: belongs to another query")
    return place


def _expired(stage: Stage, old: Snapshot) -> Place:
    if stage.switches.expired_cursor == "empty":
        nothing = Snapshot(old.id, old.workspace, old.filters, old.taken_at, Rows([], []), [], 0)
        return Place(nothing)
    status = int(stage.switches.expired_cursor)
    raise Refusal(status, "Invalid query param" if status == 400 else "cursor not found", "start")


def _snapshot(stage: Stage, book: WorkspaceBook, filters: Filters, limit: int) -> Snapshot:
    switches, now = stage.switches, stage.now()
    shelf = book.shelves.get(filters.room_id.lower())
    known = book.room(filters.room_id, exact=switches.case_sensitive_ids)
    case = Case(switches.case_sensitive_ids, switches.exact_peer_case)
    rows = shelf.select(filters, case) if shelf and known else Rows([], [])
    window = rows.between(nanoseconds_of(now - _KEPT), nanoseconds_of(now))
    identity = stage.cursors.new_id()
    positions = _duplicated(_ordered(window, switches, identity), switches, limit)
    stray = _stray(shelf, filters) if shelf and switches.stray_row else None
    alias = book.workspace.alias
    return Snapshot(identity, alias, filters, now, rows, positions, len(window), stray)


def _stray(shelf: Shelf, filters: Filters) -> Event | None:
    """The docs' own sample of one type holds an event of another."""
    others = (event for event in shelf.events if event["type"] not in filters.types)
    return next(others, None) if filters.types else None


def _ordered(window: range, switches: Switches, seed: str) -> Sequence[int]:
    if switches.order == "descending":
        return window[::-1]
    if switches.order == "shuffled":
        return random.Random(seed).sample(window, len(window))
    return window


def _duplicated(positions: Sequence[int], switches: Switches, limit: int) -> Sequence[int]:
    """With duplicates the service holds some rows twice and counts them twice."""
    if switches.duplicates == "none":
        return positions
    copies: list[int] = []
    for position in positions:
        copies.append(position)
        page_is_full = len(copies) % limit == 0
        if page_is_full == (switches.duplicates == "across_pages"):
            copies.append(position)
    return copies


def _page(stage: Stage, place: Place, limit: int, cursor: str | None) -> dict[str, Any]:
    snapshot = place.snapshot
    end = place.offset if place.blank else place.offset + limit
    events = [snapshot.rows.events[n] for n in snapshot.positions[place.offset : end]]
    if snapshot.stray and place.page == 1:
        events.append(snapshot.stray)
    more = end < len(snapshot.positions)
    following = _following(stage, place, end, cursor) if more else None
    return _envelope(stage.switches, snapshot, events, following)


def _following(stage: Stage, place: Place, end: int, cursor: str | None) -> str:
    if stage.switches.repeated_cursor and cursor:
        return cursor
    blank = stage.switches.empty_page_with_next and place.page == 1
    return stage.cursors.give(Place(place.snapshot, end, place.page + 1, blank))


def _envelope(
    switches: Switches, snapshot: Snapshot, events: list[Event], following: str | None
) -> dict[str, Any]:
    body: dict[str, Any] = {"limit": len(events), "total": len(snapshot.positions)}
    if switches.total == "absent":
        del body["total"]
    elif switches.total != "query":
        body["total"] = snapshot.distinct if switches.total == "distinct" else len(events)
    if following is not None:
        body["next"] = following
    elif switches.last_next != "missing":
        body["next"] = "" if switches.last_next == "empty" else None
    body["events"] = None if not events and switches.empty_lists == "null" else events
    return body
