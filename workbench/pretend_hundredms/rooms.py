"""Rooms and room codes.

https://www.100ms.live/docs/server-side/v2/api-reference/Rooms/overview
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from workbench.pretend_hundredms.answers import Refusal, truth
from workbench.pretend_hundredms.ids import milli_stamp
from workbench.pretend_hundredms.listing import one_page, span
from workbench.pretend_hundredms.stage import Stage, book_of, stage_of
from workbench.pretend_hundredms.world import PretendCode, PretendRoom


async def one_room(request: Request) -> JSONResponse:
    """A room by id, enabled or not."""
    return JSONResponse(room_json(book_of(request).workspace.account_id, _room(request)))


async def list_rooms(request: Request) -> JSONResponse:
    """Rooms, newest first; without ``enabled`` only those that are."""
    stage, asked = stage_of(request), request.query_params
    enabled = truth(asked.get("enabled") or "true", "enabled")
    after, before = span(request)
    rows = [
        room
        for room in book_of(request).rooms.values()
        if room.enabled == enabled
        and _named(stage, room, asked.get("name"))
        and asked.get("template_id") in {None, "", room.template_id}
        and after <= room.created_at <= before
    ]
    account = book_of(request).workspace.account_id
    return one_page(request, rows, lambda room: room.id, lambda room: room_json(account, room))


async def room_codes(request: Request) -> JSONResponse:
    """The codes of an enabled room."""
    room = _room(request)
    if not room.enabled:
        raise Refusal(403, "room is disabled")
    asked = request.query_params
    enabled = asked.get("enabled")
    rows = [
        code
        for code in room.codes
        if asked.get("role") in {None, "", code.role}
        and (not enabled or truth(enabled, "enabled") == code.enabled)
    ]
    if asked.get("role") and not rows:
        raise Refusal(404, "role not found")
    return one_page(request, rows, lambda code: code.code, lambda code: code_json(room, code))


async def list_recordings(request: Request) -> JSONResponse:
    """Nobody records in the pretend 100ms."""
    nothing: list[PretendRoom] = []
    return one_page(request, nothing, lambda room: room.id, lambda _room: {})


def unknown_id(stage: Stage, kind: str) -> Refusal:
    """Return the response to an id of the wrong kind, which 100ms does not document."""
    if stage.switches.wrong_kind == "400":
        return Refusal(400, "Invalid path param", f"{kind}_id: invalid")
    if stage.switches.wrong_kind == "401":
        return Refusal(401, "Authentication error")
    return Refusal(404, f"{kind} not found")


def _room(request: Request) -> PretendRoom:
    stage = stage_of(request)
    exact = stage.switches.case_sensitive_ids
    room = book_of(request).room(request.path_params["room_id"], exact=exact)
    if room is None:
        raise unknown_id(stage, "room")
    return room


def _named(stage: Stage, room: PretendRoom, name: str | None) -> bool:
    if not name:
        return True
    if stage.switches.room_names == "partial":
        return name.lower() in room.name.lower()
    return name.lower() == room.name.lower()


def room_json(account_id: str, room: PretendRoom) -> dict[str, Any]:
    """A room as it is answered."""
    return {
        "id": room.id,
        "name": room.name,
        "enabled": room.enabled,
        "description": room.description,
        "customer_id": account_id,
        "recording_source_template": True,
        # What a client must never show: credentials of the customer's own storage and server.
        "recording_info": {
            "enabled": False,
            "upload_info": {"type": "s3", "credentials": {"secret": "never-show-this"}},
        },
        "webhook": {
            "url": "https://hooks.example.com/never-show-this",
            "headers": {"x-secret": "never-show-this"},
        },
        "template_id": room.template_id,
        "template": "pretend-template",
        "region": room.region,
        "large_room": False,
        "max_duration_seconds": 43200,
        "created_at": milli_stamp(room.created_at),
        "updated_at": milli_stamp(room.created_at),
    }


def code_json(room: PretendRoom, code: PretendCode) -> dict[str, Any]:
    """A room code as it is answered."""
    return {
        "code": code.code,
        "room_id": room.id,
        "role": code.role,
        "enabled": code.enabled,
        "created_at": milli_stamp(room.created_at),
        "updated_at": milli_stamp(room.created_at),
    }
