"""A pretend public status page, in the form of an Atlassian Statuspage.

Set STATUS_URL to `<address of this server>/status-page`.
"""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from workbench.pretend_hundredms.answers import Refusal
from workbench.pretend_hundredms.incidents import MOODS, Json, Mood
from workbench.pretend_hundredms.stage import stage_of

PREFIX = "/status-page/"


async def list_incidents(request: Request) -> Response:
    """The latest incidents, resolved ones too."""
    page = stage_of(request).status_page
    page.reads += 1
    if page.mood == "slow":
        await asyncio.sleep(page.seconds)
    body = {
        "page": {"id": "pretend", "name": "100ms", "url": str(request.base_url)},
        "incidents": page.incidents,
    }
    if page.mood in ("well", "slow"):
        return JSONResponse(body)
    return _misbehave(page.mood, body)


def _misbehave(mood: Mood, body: Json) -> Response:
    if mood == "broken":
        return JSONResponse({"error": "unavailable"}, 503)
    if mood == "redirect":
        return RedirectResponse("/_control/calls")
    if mood == "drip":
        return StreamingResponse(_drip(), media_type="application/json")
    whole = json.dumps(body)
    texts = {
        "html": "<html><body>All Systems Operational</body></html>",
        "odd": '{"incidents": {"none": true}}',
        "deep": '{"incidents": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "cut": whole[: len(whole) // 2],
        "huge": whole + " " * 3_000_000,
    }
    kind = "text/html" if mood == "html" else "application/json"
    return Response(texts[mood], media_type=kind)


async def _drip() -> AsyncIterator[bytes]:
    while True:
        yield b" "
        await asyncio.sleep(0.05)


async def change_status_page(request: Request) -> JSONResponse:
    """Set `incidents`, `mood` and `seconds` of the page; what is left out stays."""
    try:
        changes = await request.json()
    except json.JSONDecodeError:
        raise Refusal(400, "the body is not JSON") from None
    page = stage_of(request).status_page
    if not isinstance(changes, dict) or not changes.keys() <= {"incidents", "mood", "seconds"}:
        raise Refusal(400, "a status page has incidents, mood and seconds")
    if changes.get("mood", "well") not in MOODS:
        raise Refusal(400, "there is no such mood")
    for name, value in changes.items():
        setattr(page, name, value)
    return await read_status_page(request)


async def read_status_page(request: Request) -> JSONResponse:
    """The page's state, and how often it was read."""
    page = stage_of(request).status_page
    return JSONResponse(
        {
            "incidents": page.incidents,
            "mood": page.mood,
            "seconds": page.seconds,
            "reads": page.reads,
        }
    )


ROUTES = [
    Route(f"{PREFIX}api/v2/incidents.json", list_incidents),
    Route("/_control/status-page", read_status_page, methods=["GET"]),
    Route("/_control/status-page", change_status_page, methods=["PUT"]),
]
