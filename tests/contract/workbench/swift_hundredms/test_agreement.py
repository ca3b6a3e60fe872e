"""The swift pretend 100ms says what the pretend 100ms beside it says of the same rooms."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from workbench.pretend_hundredms.app import build
from workbench.pretend_hundredms.auth import management_token
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET
from workbench.pretend_hundredms.world import ERROR_TYPES, PretendWorkspace, World
from workbench.swift_hundredms.answers import Answers
from workbench.swift_hundredms.plan import plans_of
from workbench.swift_hundredms.shelves import ACCOUNT, Shelves, fill
from workbench.swift_hundredms.wire import Swift, listening

NOW = datetime.now(UTC)
PLANS = plans_of(
    [
        {"name": "even", "events": 430, "sessions": 3, "people": 4, "terminal": 17},
        {"name": "one", "events": 250, "types": ["client.publish.failed"], "sessions": 2},
        {"name": "quiet", "sessions": 130, "people": 2, "days": 29},
    ]
)
TOKEN = {"Authorization": f"Bearer {management_token(ACCESS_KEY, SECRET, NOW)}"}


@pytest.fixture(scope="module")
def shelves() -> Shelves:
    return fill(PLANS, NOW)


@pytest.fixture
async def plain(shelves: Shelves) -> AsyncIterator[httpx.AsyncClient]:
    rooms = tuple(
        replace(shelf.room, events=tuple(json.loads(row.body) for row in shelf.rows.every))
        for shelf in shelves.rooms.values()
    )
    world = World((PretendWorkspace("main", ACCESS_KEY, SECRET, ACCOUNT, rooms),))
    transport = httpx.ASGITransport(build(world, clock=lambda: NOW))
    base = "http://pretend.test/v2"
    async with httpx.AsyncClient(transport=transport, base_url=base, headers=TOKEN) as client:
        yield client


@pytest.fixture
async def swift(shelves: Shelves) -> AsyncIterator[httpx.AsyncClient]:
    end = Swift(Answers(shelves), ACCESS_KEY, SECRET)
    async with (
        listening(end) as base,
        httpx.AsyncClient(base_url=base, headers=TOKEN, trust_env=False) as client,
    ):
        yield client


async def whole(client: httpx.AsyncClient, path: str, query: dict[str, Any]) -> list[Any]:
    """Status and body of each page of a question; cursors are each end's own."""
    pages, asked = [], dict(query)
    while True:
        answer = await client.get(path, params=asked)
        body = answer.json()
        following = body.pop("next", "") or body.get("last", "")
        pages.append((answer.status_code, body))
        if not following:
            return pages
        asked["start"] = following


def questions(shelves: Shelves) -> list[tuple[str, dict[str, Any]]]:
    even, one, quiet = (shelves.named[name][0].room for name in ("even", "one", "quiet"))
    session = even.sessions[1]
    peer = session.peers[2]
    between = quiet.sessions[40].created_at, quiet.sessions[90].created_at
    events = "/analytics/events"
    return [
        *((events, {"room_id": even.id, "type": kind, "limit": 100}) for kind in ERROR_TYPES),
        (events, {"room_id": even.id}),
        (events, {"room_id": even.id, "error": "true", "limit": 7}),
        (events, {"room_id": even.id.upper(), "session_id": session.id, "limit": 50}),
        (events, {"room_id": even.id, "peer_id": peer.id.upper(), "limit": 100}),
        (events, {"room_id": even.id, "user_id": peer.user_id, "limit": 100}),
        (events, {"room_id": even.id, "type": ["track.add.success", "track.remove.success"]}),
        (events, {"room_id": one.id, "type": "client.publish.failed", "limit": 100}),
        (f"/rooms/{even.id}", {}),
        (f"/rooms/{session.id}", {}),
        ("/rooms", {"name": "One", "enabled": "true", "limit": 100}),
        ("/rooms", {"name": "one", "enabled": "false", "limit": 100}),
        (f"/sessions/{session.id}", {}),
        (f"/sessions/{even.id}", {}),
        ("/sessions", {"active": "true", "limit": 100}),
        ("/sessions", {"active": "false", "limit": 100}),
        ("/sessions", {"active": "false", "room_id": even.id, "limit": 10}),
        (
            "/sessions",
            {
                "active": "false",
                "limit": 20,
                "after": between[0].isoformat(timespec="milliseconds"),
                "before": between[1].isoformat(timespec="milliseconds"),
            },
        ),
        ("/analytics/peer-stats", {"peer_id": peer.id, "session_id": session.id}),
        ("/analytics/peer-stats", {"peer_id": peer.id, "session_id": one.sessions[0].id}),
        (f"/room-codes/room/{even.id}", {"limit": 100}),
        ("/nothing", {}),
    ]


async def test_both_ends_say_the_same(
    shelves: Shelves, plain: httpx.AsyncClient, swift: httpx.AsyncClient
) -> None:
    for path, query in questions(shelves):
        assert await whole(swift, path, query) == await whole(plain, path, query), (path, query)


async def test_a_planned_room_has_what_the_plan_says(shelves: Shelves) -> None:
    events = [json.loads(row.body) for row in shelves.named["even"][0].rows.every]
    errors = [event for event in events if event["type"] in ERROR_TYPES]
    assert len(errors) == 430
    assert sum(event["data"]["is_terminal"] for event in errors) == 17
    assert {sum(event["type"] == kind for event in errors) for kind in ERROR_TYPES} == {86}
    assert len({event["id"] for event in events}) == len(events)
    stamps = [event["timestamp"] for event in errors]
    assert stamps == sorted(stamps)
    inside = {event["data"].get("session_id") for event in errors}
    assert inside == {None, *(s.id for s in shelves.named["even"][0].room.sessions)}


async def test_without_a_good_token_nothing_is_said(swift: httpx.AsyncClient) -> None:
    for token in ("", "Bearer no.good.token", f"{TOKEN['Authorization']}x"):
        answer = await swift.get("/sessions", headers={"Authorization": token})
        assert answer.status_code == 401


async def test_calls_are_written_down_and_forgotten(swift: httpx.AsyncClient) -> None:
    control = str(swift.base_url).replace("/v2/", "/_control/calls")
    await swift.get("/sessions", params={"active": "false"})
    (call,) = (await swift.get(control)).json()["calls"]
    assert call[:2] == ["/v2/sessions", "active=false"]
    assert call[2] <= call[3]
    assert (await swift.delete(control)).json()["calls"] == []


async def test_a_delay_holds_answers_back(swift: httpx.AsyncClient) -> None:
    control = str(swift.base_url).replace("/v2/", "/_control")
    assert (await swift.put(f"{control}/delay", params={"seconds": 0.02})).json()["delay"] == 0.02
    await swift.get("/sessions")
    (call,) = (await swift.get(f"{control}/calls")).json()["calls"]
    assert call[3] - call[2] >= 0.02
