from itertools import pairwise
from typing import Any

import pytest

from tests.support.pretend_hundredms import bench, desk, ids
from workbench.pretend_hundredms.ids import nanoseconds

ROOM = desk().id
QUERY = {"room_id": ROOM, "error": "true"}


async def _walked(**switches: Any) -> list[dict[str, Any]]:
    async with bench() as b:
        b.stage.switches.change(switches)
        return await b.walk(**QUERY, limit=10)


@pytest.mark.parametrize("order", ["ascending", "descending", "shuffled"])
async def test_order(order: str) -> None:
    pages = await _walked(order=order)
    events = [event for page in pages for event in page["events"]]
    times = [nanoseconds(event["timestamp"]) for event in events]
    assert len({event["id"] for event in events}) == 30
    assert (times == sorted(times)) == (order == "ascending")
    assert (times == sorted(times, reverse=True)) == (order == "descending")


async def test_total_absent() -> None:
    assert all("total" not in page for page in await _walked(total="absent"))


async def test_total_of_the_page_only() -> None:
    async with bench() as b:
        b.stage.switches.total = "page_only"
        assert [p["total"] for p in await b.walk(**QUERY, limit=20)] == [20, 10]


async def test_total_without_duplicates() -> None:
    pages = await _walked(total="distinct", duplicates="across_pages")
    assert pages[0]["total"] == 30
    assert sum(page["limit"] for page in pages) > 30


@pytest.mark.parametrize(("asked", "given"), [("0", 1), ("1000", 30)])
async def test_limit_clamped(asked: str, given: int) -> None:
    async with bench() as b:
        b.stage.switches.limit_out_of_range = "clamp"
        assert (await b.page(**QUERY, limit=asked))["limit"] == given


@pytest.mark.parametrize(("answer", "status"), [("400", 400), ("404", 404), ("empty", 200)])
async def test_expired_cursor(answer: str, status: int) -> None:
    async with bench() as b:
        b.stage.switches.change({"expired_cursor": answer})
        cursor = (await b.page(**QUERY))["next"]
        b.stage.switches.clock_ahead_s = 25 * 3600.0
        late = await b.get("/analytics/events", **QUERY, start=cursor)
        assert late.status_code == status
        if status == 200:
            assert late.json() == {"limit": 0, "total": 0, "next": "", "events": []}


async def test_cursor_that_ignores_changed_filters() -> None:
    async with bench() as b:
        b.stage.switches.cursor_ignores_filters = True
        cursor = (await b.page(**QUERY))["next"]
        page = await b.page(room_id=ROOM, type="client.join.failed", start=cursor)
        assert page["total"] == 30


async def test_last_page_without_next() -> None:
    assert (await _walked(last_next="null"))[-1]["next"] is None
    assert "next" not in (await _walked(last_next="missing"))[-1]


async def test_null_instead_of_an_empty_list() -> None:
    async with bench() as b:
        b.stage.switches.empty_lists = "null"
        assert (await b.page(room_id="0" * 24))["events"] is None
        assert (await b.read("/recordings"))["data"] is None


@pytest.mark.parametrize(
    ("answer", "status", "keys"),
    [
        ("404_new", 404, {"code", "message"}),
        ("404_old", 404, {"code", "message", "data"}),
        ("400", 400, {"code", "message", "details"}),
    ],
)
async def test_unknown_room(answer: str, status: int, keys: set[str]) -> None:
    async with bench() as b:
        b.stage.switches.change({"unknown_room": answer})
        refused = await b.get("/analytics/events", room_id="0" * 24)
        assert (refused.status_code, set(refused.json())) == (status, keys)
        assert (await b.page(**QUERY))["total"] == 30


async def test_duplicates_inside_a_page() -> None:
    pages = await _walked(duplicates="within_page")
    assert any(len(set(ids(page))) < len(ids(page)) for page in pages)
    assert pages[0]["total"] == sum(page["limit"] for page in pages) > 30
    assert len({event for page in pages for event in ids(page)}) == 30


async def test_duplicates_across_pages() -> None:
    pages = await _walked(duplicates="across_pages")
    assert all(len(set(ids(page))) == len(ids(page)) for page in pages)
    assert all(ids(a)[-1] == ids(b)[0] for a, b in pairwise(pages))
    assert len({event for page in pages for event in ids(page)}) == 30


async def test_a_stray_row_of_another_type() -> None:
    async with bench() as b:
        b.stage.switches.stray_row = True
        page = await b.page(room_id=ROOM, type="client.join.failed", limit=4)
        assert [event["type"] for event in page["events"][:4]] == ["client.join.failed"] * 4
        assert page["events"][4]["type"] != "client.join.failed"
        assert (page["limit"], page["total"]) == (5, 6)


async def test_repeated_cursor() -> None:
    pages = await _walked(repeated_cursor=True)
    assert len(pages) == 2
    assert pages[0]["next"] == pages[1]["next"]


async def test_empty_page_in_the_midst() -> None:
    pages = await _walked(empty_page_with_next=True)
    assert [page["limit"] for page in pages] == [10, 0, 10, 10]
    assert pages[1]["next"]


async def test_case_of_ids() -> None:
    async with bench() as b:
        shouted = ROOM.upper()
        assert (await b.page(room_id=shouted))["total"] == 42
        assert (await b.get(f"/rooms/{shouted}")).status_code == 200
        b.stage.switches.case_sensitive_ids = True
        assert (await b.page(room_id=shouted))["total"] == 0
        assert (await b.get(f"/rooms/{shouted}")).status_code == 404
        assert (await b.page(room_id=ROOM))["total"] == 42


async def test_case_of_peer_ids() -> None:
    peer = desk().sessions[0].peers[0].id.upper()
    async with bench() as b:
        assert (await b.page(**QUERY, peer_id=peer))["total"] == 10
        b.stage.switches.exact_peer_case = True
        assert (await b.page(**QUERY, peer_id=peer))["total"] == 0
