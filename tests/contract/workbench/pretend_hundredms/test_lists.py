from datetime import timedelta
from typing import Any

import pytest

from tests.support.pretend_hundredms import NOW, bench, desk, whole_demo
from workbench.pretend_hundredms.ids import milli_stamp

DEMO = whole_demo()


def _names(listed: dict[str, Any]) -> set[str]:
    return {room["name"] for room in listed["data"]}


async def test_a_room_by_id() -> None:
    async with bench(DEMO) as b:
        room = DEMO.room("closed-desk")
        body = await b.read(f"/rooms/{room.id}")
        assert (body["id"], body["name"], body["enabled"]) == (room.id, "closed-desk", False)
        assert body["created_at"] == milli_stamp(room.created_at)


async def test_rooms_are_listed_enabled_first_of_all_and_newest_first() -> None:
    async with bench(DEMO) as b:
        listed = await b.read("/rooms", limit=100)
        created = [room["created_at"] for room in listed["data"]]
        assert created == sorted(created, reverse=True)
        assert "closed-desk" not in _names(listed)
        assert _names(await b.read("/rooms", enabled="false")) == {"closed-desk"}


async def test_rooms_by_name_template_and_time() -> None:
    async with bench(DEMO) as b:
        assert _names(await b.read("/rooms", name="STORM")) == {"storm"}
        assert _names(await b.read("/rooms", name="stor")) == set()
        b.stage.switches.room_names = "partial"
        assert _names(await b.read("/rooms", name="stor")) == {"storm"}
        room = DEMO.room("large")
        assert _names(await b.read("/rooms", template_id=room.template_id)) == {"large"}
        stamp = milli_stamp(NOW - timedelta(days=2, hours=1))
        assert _names(await b.read("/rooms", after=stamp)) == {"untouched"}
        assert "untouched" not in _names(await b.read("/rooms", before=stamp))


async def test_lists_page_by_last() -> None:
    async with bench(DEMO) as b:
        first = await b.read("/rooms", limit=10)
        assert first["last"] == first["data"][-1]["id"]
        second = await b.read("/rooms", limit=100, start=first["last"])
        assert second["last"] == ""
        assert not _names(first) & _names(second)
        assert len(first["data"]) + len(second["data"]) == len(DEMO.workspaces[0].rooms) - 1
        b.stage.switches.list_end = "null"
        assert (await b.read("/rooms", limit=100))["last"] is None


@pytest.mark.parametrize(
    "query",
    [{"limit": 9}, {"limit": 101}, {"start": "x"}, {"enabled": "maybe"}, {"after": "noon"}],
)
async def test_wrong_list_parameters_are_refused(query: dict[str, Any]) -> None:
    async with bench() as b:
        assert (await b.get("/rooms", **query)).status_code == 400


async def test_sessions_are_listed_going_on_unless_asked_otherwise() -> None:
    async with bench(DEMO) as b:
        live = await b.read("/sessions")
        assert {s["active"] for s in live["data"]} == {True}
        assert len(live["data"]) == 3
        ended = await b.read("/sessions", active="false", limit=100)
        starts = [session["created_at"] for session in ended["data"]]
        assert starts == sorted(starts, reverse=True)
        rest = await b.read("/sessions", active="false", limit=100, start=ended["last"])
        assert rest["data"]


async def test_sessions_by_room_and_time() -> None:
    async with bench(DEMO) as b:
        room = DEMO.room("support-desk")
        query = {"active": "false", "room_id": room.id, "limit": 100}
        assert len((await b.read("/sessions", **query))["data"]) == 75
        day = {"after": milli_stamp(NOW - timedelta(days=1)), "before": milli_stamp(NOW)}
        assert len((await b.read("/sessions", **query, **day))["data"]) == 3


async def test_a_session_by_id_has_its_peers_as_a_map() -> None:
    async with bench(DEMO) as b:
        room = DEMO.room("one-bad-user")
        body = await b.read(f"/sessions/{room.sessions[0].id}")
        assert (body["room_id"], body["active"], len(body["peers"])) == (room.id, False, 8)
        for identity, peer in body["peers"].items():
            assert peer["id"] == identity
            assert {"name", "role", "user_id", "joined_at", "left_at"} <= set(peer)


async def test_who_is_still_there_has_not_left() -> None:
    async with bench(DEMO) as b:
        session = DEMO.room("town-hall").sessions[0]
        peers = (await b.read(f"/sessions/{session.id}"))["peers"]
        assert len(peers) == 300
        assert not any("left_at" in peer for peer in peers.values())


@pytest.mark.parametrize(("answer", "status"), [("404", 404), ("400", 400), ("401", 401)])
async def test_an_id_of_the_wrong_kind(answer: str, status: int) -> None:
    room = desk()
    async with bench() as b:
        b.stage.switches.change({"wrong_kind": answer})
        wrong_session = await b.get(f"/sessions/{room.id}")
        wrong_room = await b.get(f"/rooms/{room.sessions[0].id}")
        assert wrong_session.status_code == wrong_room.status_code == status
        assert wrong_room.json()["code"] == status


async def test_room_codes() -> None:
    async with bench(DEMO) as b:
        room, closed = DEMO.room("storm"), DEMO.room("closed-desk")
        listed = await b.read(f"/room-codes/room/{room.id}")
        assert {row["code"] for row in listed["data"]} == {code.code for code in room.codes}
        assert {row["room_id"] for row in listed["data"]} == {room.id}
        one = await b.read(f"/room-codes/room/{room.id}", role="host", enabled="true")
        assert [row["role"] for row in one["data"]] == ["host"]
        assert (await b.get(f"/room-codes/room/{room.id}", role="x")).status_code == 404
        assert (await b.get(f"/room-codes/room/{closed.id}")).status_code == 403
        assert (await b.get(f"/room-codes/room/{'0' * 24}")).status_code == 404


async def test_recordings_are_none() -> None:
    async with bench() as b:
        assert await b.read("/recordings") == {"limit": 10, "data": [], "last": ""}


async def test_a_path_that_does_not_exist() -> None:
    async with bench() as b:
        answer = await b.get("/nowhere")
        assert (answer.status_code, answer.json()["code"]) == (404, 404)
