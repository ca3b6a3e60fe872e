import re
from datetime import timedelta
from typing import Any

import pytest

from tests.support.pretend_hundredms import (
    EVENTS,
    NOW,
    OTHER_KEY,
    OTHER_SECRET,
    bearer,
    bench,
    desk,
    whole_demo,
)
from workbench.pretend_hundredms.ids import nanoseconds, uuid_of
from workbench.pretend_hundredms.world import ERROR_TYPES, TRACK_TYPES

ROOM = desk().id
CURSOR = re.compile(r"[0-9a-f-]{36}:[0-9A-Za-z]{7}:0~[0-9A-Za-z_-]+==")


async def test_a_room_id_is_required() -> None:
    async with bench() as b:
        answer = await b.get("/analytics/events")
        assert answer.status_code == 400
        assert set(answer.json()) == {"code", "message", "details"}


async def test_the_envelope_counts_page_and_query() -> None:
    async with bench() as b:
        page = await b.page(room_id=ROOM)
        assert set(page) == {"limit", "total", "next", "events"}
        assert (page["limit"], page["total"], len(page["events"])) == (10, 42, 10)
        assert set(page["events"][0]) == {"version", "id", "timestamp", "type", "data"}


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many"])
async def test_a_limit_out_of_range_is_refused(limit: str) -> None:
    async with bench() as b:
        assert (await b.get("/analytics/events", room_id=ROOM, limit=limit)).status_code == 400


async def test_pages_follow_each_other_and_the_last_has_no_cursor() -> None:
    async with bench() as b:
        pages = await b.walk(room_id=ROOM, limit=12)
        assert [page["limit"] for page in pages] == [12, 12, 12, 6]
        assert [page["total"] for page in pages] == [42] * 4
        assert all(CURSOR.fullmatch(page["next"]) for page in pages[:-1])
        assert pages[-1]["next"] == ""
        events = [event for page in pages for event in page["events"]]
        assert len({event["id"] for event in events}) == 42
        times = [nanoseconds(event["timestamp"]) for event in events]
        assert times == sorted(times)


async def test_asking_again_for_a_page_gives_the_same_page() -> None:
    async with bench() as b:
        first = await b.page(room_id=ROOM)
        again = [await b.page(room_id=ROOM, start=first["next"]) for _ in range(2)]
        assert again[0] == again[1]


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ({"error": "true"}, 30),
        ({"error": "false"}, 42),
        ({"type": "client.join.failed"}, 6),
        ({"type": ["client.join.failed", "client.disconnected"]}, 12),
        ({"type": list(TRACK_TYPES)}, 12),
        ({"type": list(TRACK_TYPES), "error": "true"}, 0),
        ({"type": "client.nothing"}, 0),
        ({"session_id": desk().sessions[0].id, "error": "true"}, 24),
        ({"peer_id": uuid_of("peer", "desk", 0), "error": "true"}, 10),
        ({"user_id": "user-desk-1", "type": "client.join.failed"}, 2),
        ({"user_id": "user-desk-1", "peer_id": uuid_of("peer", "desk", 0)}, 0),
        ({"beam_id": "0123456789abcdef00000001"}, 0),
    ],
)
async def test_filters_narrow_together_and_types_widen(query: dict[str, Any], total: int) -> None:
    async with bench() as b:
        assert (await b.page(room_id=ROOM, **query))["total"] == total


async def test_a_wrong_error_flag_is_refused() -> None:
    async with bench() as b:
        assert (await b.get("/analytics/events", room_id=ROOM, error="1x")).status_code == 400


async def test_a_snapshot_never_shows_what_came_later() -> None:
    async with bench() as b:
        first = await b.page(room_id=ROOM, error="true", limit=20)
        late = {**first["events"][0], "id": "late"}
        b.stage.add_events(ROOM, [late])
        second = await b.page(room_id=ROOM, error="true", limit=20, start=first["next"])
        assert (second["total"], second["limit"]) == (30, 10)
        assert (await b.page(room_id=ROOM, error="true"))["total"] == 31


async def test_events_are_kept_for_thirty_days() -> None:
    async with bench(whole_demo()) as b:
        room = whole_demo().room("retention-edge")
        assert (await b.page(room_id=room.id))["total"] == 2
        b.clock.now = NOW + timedelta(minutes=1)
        assert (await b.page(room_id=room.id))["total"] == 1


async def test_a_cursor_works_for_a_day() -> None:
    async with bench() as b:
        cursor = (await b.page(room_id=ROOM))["next"]
        b.stage.switches.clock_ahead_s = 24 * 3600 - 1
        assert (await b.get("/analytics/events", room_id=ROOM, start=cursor)).status_code == 200
        b.stage.switches.clock_ahead_s = 24 * 3600
        assert (await b.get("/analytics/events", room_id=ROOM, start=cursor)).status_code == 400


async def test_a_cursor_belongs_to_its_query() -> None:
    async with bench() as b:
        cursor = (await b.page(room_id=ROOM))["next"]
        changed = await b.get("/analytics/events", room_id=ROOM, error="true", start=cursor)
        assert changed.status_code == 400
        made_up = await b.get("/analytics/events", room_id=ROOM, start="x:y:0~z")
        assert made_up.status_code == 400


async def test_a_cursor_belongs_to_its_workspace() -> None:
    async with bench() as b:
        cursor = (await b.page(room_id=ROOM))["next"]
        answer = await b.client.get(
            EVENTS,
            params={"room_id": ROOM, "start": cursor},
            headers=bearer(OTHER_KEY, OTHER_SECRET),
        )
        assert answer.status_code == 400


@pytest.mark.parametrize("room_id", ["0" * 24, desk("desk-of-b").id, desk().sessions[0].id])
async def test_a_room_that_is_none_here_has_no_events(room_id: str) -> None:
    async with bench() as b:
        page = await b.page(room_id=room_id)
        assert page == {"limit": 0, "total": 0, "next": "", "events": []}


async def test_a_room_of_twelve_thousand_is_served_whole() -> None:
    async with bench(whole_demo()) as b:
        room = whole_demo().room("large")
        fetched = dict.fromkeys(ERROR_TYPES, 0)
        for kind in ERROR_TYPES:
            for page in await b.walk(room_id=room.id, type=kind, limit=100):
                fetched[kind] += page["limit"]
                assert page["total"] == 2400
        assert sum(fetched.values()) == 12_000
