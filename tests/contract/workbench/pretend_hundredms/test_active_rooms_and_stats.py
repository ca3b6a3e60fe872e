from datetime import timedelta
from typing import Any

import pytest

from tests.support.pretend_hundredms import NOW, bench, desk, whole_demo
from workbench.pretend_hundredms.ids import milli_stamp

DEMO = whole_demo()
HEALTHY = DEMO.room("healthy")
LIVE = next(session for session in HEALTHY.sessions if session.active)


async def test_an_active_room_names_its_peers() -> None:
    async with bench(DEMO) as b:
        body = await b.read(f"/active-rooms/{HEALTHY.id}")
        assert (body["id"], body["session"]["id"]) == (HEALTHY.id, LIVE.id)
        assert body["session"]["peers"] == [peer.id for peer in LIVE.peers]


async def test_active_peers_can_be_narrowed() -> None:
    async with bench(DEMO) as b:
        path = f"/active-rooms/{HEALTHY.id}/peers"
        assert len((await b.read(path))["peers"]) == 5
        user = LIVE.peers[1].user_id
        assert list((await b.read(path, user_id=user))["peers"]) == [LIVE.peers[1].id]
        assert (await b.read(path, role="nobody"))["peers"] == {}


async def test_one_active_peer_has_tracks() -> None:
    async with bench(DEMO) as b:
        peer = LIVE.peers[0]
        body = await b.read(f"/active-rooms/{HEALTHY.id}/peers/{peer.id}")
        assert body["id"] == peer.id
        assert {track["type"] for track in body["tracks"].values()} == {"audio", "video"}
        unknown = await b.get(f"/active-rooms/{HEALTHY.id}/peers/nobody")
        assert unknown.status_code == 404


async def test_a_room_without_a_session_is_not_active() -> None:
    async with bench() as b:
        for path in ("", "/peers", "/peers/x"):
            assert (await b.get(f"/active-rooms/{desk().id}{path}")).status_code == 404


async def test_peer_stats_need_both_ids_and_an_ended_session() -> None:
    session = desk().sessions[0]
    both = {"peer_id": session.peers[0].id, "session_id": session.id}
    async with bench() as b:
        body = await b.read("/analytics/peer-stats", **both)
        series = body["publisher"]["video"][0]["time_series"]
        assert len(series["timestamps"]) == len(series["bitrate"]) == 6
        assert body["subscriber"]["video"][0]["time_series"]["bitrate"][0] is None
        for name in both:
            lacking = {key: value for key, value in both.items() if key != name}
            assert (await b.get("/analytics/peer-stats", **lacking)).status_code == 400
            wrong = {**both, name: "nobody"}
            assert (await b.get("/analytics/peer-stats", **wrong)).status_code == 404


@pytest.mark.parametrize(("answer", "status"), [("404", 404), ("409", 409), ("empty", 200)])
async def test_peer_stats_while_live(answer: str, status: int) -> None:
    async with bench(DEMO) as b:
        b.stage.switches.change({"live_peer_stats": answer})
        both = {"peer_id": LIVE.peers[0].id, "session_id": LIVE.id}
        got = await b.get("/analytics/peer-stats", **both)
        assert got.status_code == status
        if status == 200:
            assert got.json()["publisher"] == {"video": [], "audio": []}


async def test_webhooks_tell_of_joins() -> None:
    session = desk().sessions[0]
    async with bench() as b:
        body = await b.read("/analytics/webhooks", event_names="peer.join.success", limit=2)
        assert body["pagination"]["total_items"] == 3
        assert body["pagination"]["has_next"]
        assert len(body["events"]) == 2
        payload = body["events"][0]["payload"]
        assert payload["original_event_name"] == "peer.join.success"
        assert payload["event_data"]["session_id"] == session.id
        second = await b.read(
            "/analytics/webhooks", event_names="peer.join.success", limit=2, page=2
        )
        assert not second["pagination"]["has_next"]
        assert (await b.read("/analytics/webhooks"))["summary"]["total_events"] == 8
        assert (await b.read("/analytics/webhooks", status="failed"))["events"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"start_time": milli_stamp(NOW - timedelta(days=15))},
        {"start_time": milli_stamp(NOW - timedelta(days=31))},
        {"start_time": milli_stamp(NOW), "end_time": milli_stamp(NOW - timedelta(hours=1))},
        {"limit": 101},
        {"page": "x"},
    ],
)
async def test_webhook_ranges_are_enforced(query: dict[str, Any]) -> None:
    async with bench() as b:
        assert (await b.get("/analytics/webhooks", **query)).status_code == 400
