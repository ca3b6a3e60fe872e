"""Control endpoints: another process reads the call log and turns switches and faults."""

import json
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from workbench.pretend_hundredms.answers import Refusal
from workbench.pretend_hundredms.book import WorkspaceBook
from workbench.pretend_hundredms.faults import fault_from
from workbench.pretend_hundredms.stage import Stage, stage_of
from workbench.pretend_hundredms.webhooks.control import send_webhooks
from workbench.pretend_hundredms.world import ERROR_TYPES, Event, PretendRoom

_NAMES_SHOWN = 25


async def read_calls(request: Request) -> JSONResponse:
    """Every call since the last clearing."""
    return JSONResponse(stage_of(request).calls.as_json())


async def clear_calls(request: Request) -> JSONResponse:
    """Start the log anew."""
    stage_of(request).calls.clear()
    return JSONResponse(stage_of(request).calls.as_json())


async def read_switches(request: Request) -> JSONResponse:
    """Every switch."""
    return JSONResponse(stage_of(request).switches.as_json())


async def change_switches(request: Request) -> JSONResponse:
    """Set some switches; the others stay."""
    changes = await _document(request)
    if not isinstance(changes, dict):
        raise Refusal(400, "switches are an object")
    try:
        stage_of(request).switches.change(changes)
    except ValueError as error:
        raise Refusal(400, str(error)) from None
    return JSONResponse(stage_of(request).switches.as_json())


async def read_faults(request: Request) -> JSONResponse:
    """The rules in force, with their counts."""
    return JSONResponse({"faults": stage_of(request).faults.as_json()})


async def add_faults(request: Request) -> JSONResponse:
    """Put one rule or a list of rules in force."""
    document = await _document(request)
    rules = document if isinstance(document, list) else [document]
    try:
        stage_of(request).faults.add(*[fault_from(rule) for rule in rules])
    except ValueError as error:
        raise Refusal(400, str(error)) from None
    return JSONResponse({"faults": stage_of(request).faults.as_json()}, 201)


async def clear_faults(request: Request) -> JSONResponse:
    """Everything works again."""
    stage_of(request).faults.clear()
    return JSONResponse({"faults": []})


async def read_rooms(request: Request) -> JSONResponse:
    """Return every room, with the ids that an asker may want to paste."""
    return JSONResponse({"rooms": rooms_of(stage_of(request))})


def rooms_of(stage: Stage) -> list[dict[str, Any]]:
    """Every room of every workspace with its ids, codes, sessions and counts."""
    return [_room_json(book, room) for book in stage.books for room in book.rooms.values()]


async def add_events(request: Request) -> JSONResponse:
    """Let events arrive: ``{"room_id": ..., "events": [...]}``."""
    document = await _document(request)
    try:
        stage_of(request).add_events(document["room_id"], document["events"])
    except (KeyError, TypeError, ValueError):
        raise Refusal(400, "needs a known room_id and whole events") from None
    return JSONResponse({"added": len(document["events"])}, 201)


async def read_live(request: Request) -> JSONResponse:
    """Return the live room: its session, and who is broken or gone."""
    stage = stage_of(request)
    return JSONResponse(stage.live().as_json(stage.now()))


async def change_live(request: Request) -> JSONResponse:
    """Do one thing in the live room.

    ``{"do": "start" | "break" | "mend" | "leave" | "end", "person": 0, "people": 8,
    "retry_seconds": 60}``
    """
    stage, document = stage_of(request), await _document(request)
    room, now = stage.live(), stage.now()
    try:
        room.retry_seconds = float(document.get("retry_seconds", room.retry_seconds))
        if document["do"] == "start":
            room.start(now, int(document.get("people", 8)))
        elif document["do"] == "end":
            room.end(now)
        else:
            deeds = {"break": room.break_network, "mend": room.mend, "leave": room.leave}
            deeds[document["do"]](int(document["person"]), now)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise Refusal(400, f"that cannot be done: {error}") from None
    return JSONResponse(room.as_json(now))


async def _document(request: Request) -> Any:  # noqa: ANN401  JSON can be anything
    try:
        return await request.json()
    except json.JSONDecodeError:
        raise Refusal(400, "the body is not JSON") from None


def _room_json(book: WorkspaceBook, room: PretendRoom) -> dict[str, Any]:
    errors = [e for e in book.shelves[room.id.lower()].events if e["type"] in ERROR_TYPES]
    terminal = [event for event in errors if event["data"].get("is_terminal")]
    return {
        "workspace": book.workspace.alias,
        "id": room.id,
        "name": room.name,
        "enabled": room.enabled,
        "codes": [code.code for code in room.codes],
        "sessions": [session.id for session in room.sessions][:_NAMES_SHOWN],
        "errors": len(errors),
        "terminal": len(terminal),
        "by_type": {kind: sum(e["type"] == kind for e in errors) for kind in ERROR_TYPES},
        "failed_peers": _peers(terminal),
        "error_peers": _peers(errors),
    }


def _peers(events: Sequence[Event]) -> list[str]:
    found = dict.fromkeys(event["data"].get("peer_id") for event in events)
    return [peer for peer in found if peer][:_NAMES_SHOWN]


ROUTES = [
    Route("/_control/calls", read_calls, methods=["GET"]),
    Route("/_control/calls", clear_calls, methods=["DELETE"]),
    Route("/_control/switches", read_switches, methods=["GET"]),
    Route("/_control/switches", change_switches, methods=["PUT"]),
    Route("/_control/faults", read_faults, methods=["GET"]),
    Route("/_control/faults", add_faults, methods=["POST"]),
    Route("/_control/faults", clear_faults, methods=["DELETE"]),
    Route("/_control/rooms", read_rooms, methods=["GET"]),
    Route("/_control/events", add_events, methods=["POST"]),
    Route("/_control/webhooks", send_webhooks, methods=["POST"]),
    Route("/_control/live", read_live, methods=["GET"]),
    Route("/_control/live", change_live, methods=["POST"]),
]
