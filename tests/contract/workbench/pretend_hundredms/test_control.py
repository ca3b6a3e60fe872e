import asyncio
import json
import re
import sys
from typing import Any

import httpx
import pytest

from tests.support.pretend_hundredms import KEY, SECRET, Bench, bearer, bench, desk
from workbench.pretend_hundredms.auth import management_token
from workbench.pretend_hundredms.stage import utc_now
from workbench.pretend_hundredms.switches import Switches

CONTROL = "http://pretend.test/_control"


async def _control(b: Bench, method: str, name: str, document: Any = None) -> httpx.Response:
    # No token: the control endpoints are not part of the API.
    async with httpx.AsyncClient(transport=httpx.ASGITransport(b.app)) as client:
        return await client.request(method, f"{CONTROL}/{name}", json=document)


async def test_each_call_is_logged_without_its_token() -> None:
    async with bench() as b:
        await b.get("/rooms", name="desk")
        await b.get("/analytics/events", room_id="x", type=["a", "b"])
        log = (await _control(b, "GET", "calls")).json()
        first, second = log["calls"]
        assert (first["method"], first["path"], first["status"]) == ("GET", "/v2/rooms", 200)
        assert (first["query"], first["workspace"]) == ([["name", "desk"]], "a")
        assert second["query"] == [["room_id", "x"], ["type", "a"], ["type", "b"]]
        assert first["started"] <= first["finished"] <= second["started"]
        token = b.client.headers["authorization"].removeprefix("Bearer ")
        assert token not in json.dumps(log)
        assert b.stage.calls.of("/v2/analytics")[0].values("type") == ["a", "b"]
        assert (await _control(b, "DELETE", "calls")).json()["count"] == 0
        assert b.stage.calls.calls == []


async def test_tokens_are_told_apart_but_not_kept() -> None:
    async with bench() as b:
        await b.get("/rooms")
        await b.client.get("http://pretend.test/v2/rooms", headers=bearer(jti="another"))
        await b.get("/rooms")
        assert [call.token for call in b.stage.calls.calls] == [1, 2, 1]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
async def test_whatever_is_no_read_is_refused_and_counted(method: str) -> None:
    async with bench() as b:
        answer = await b.client.request(method, f"http://pretend.test/v2/rooms/{desk().id}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
        assert [call.method for call in b.stage.calls.not_reads()] == [method]
        assert (await _control(b, "GET", "calls")).json()["not_reads"] == 1


async def test_switches_are_read_and_changed() -> None:
    async with bench() as b:
        assert (await _control(b, "GET", "switches")).json() == Switches().as_json()
        changed = await _control(b, "PUT", "switches", {"order": "shuffled", "latency_ms": 1})
        assert changed.json()["order"] == b.stage.switches.order == "shuffled"


@pytest.mark.parametrize(
    "changes",
    [{"nothing": 1}, {"order": "sideways"}, {"latency_ms": True}, {"repeated_cursor": 1}, [1]],
)
async def test_a_wrong_switch_changes_nothing(changes: Any) -> None:
    async with bench() as b:
        if isinstance(changes, dict):
            changes = {"last_next": "null", **changes}
        assert (await _control(b, "PUT", "switches", changes)).status_code == 400
        assert b.stage.switches == Switches()


async def test_faults_are_added_read_and_cleared() -> None:
    async with bench() as b:
        rules = [{"kind": "html", "path": "/v2/rooms", "times": 1}, {"kind": "hang", "page": 3}]
        assert (await _control(b, "POST", "faults", rules)).status_code == 201
        assert (await _control(b, "POST", "faults", {"kind": "slow"})).status_code == 201
        assert (await b.get("/rooms")).status_code == 502
        listed = (await _control(b, "GET", "faults")).json()["faults"]
        assert [(rule["kind"], rule["played"]) for rule in listed] == [
            ("html", 1),
            ("hang", 0),
            ("slow", 0),
        ]
        assert (await _control(b, "DELETE", "faults")).json() == {"faults": []}
        assert b.stage.faults.rules == []


@pytest.mark.parametrize("rule", [{}, {"kind": "fire"}, {"kind": "slow", "colour": 1}, 7])
async def test_a_wrong_fault_is_refused(rule: Any) -> None:
    async with bench() as b:
        assert (await _control(b, "POST", "faults", rule)).status_code == 400


async def test_rooms_are_described() -> None:
    async with bench() as b:
        room = (await _control(b, "GET", "rooms")).json()["rooms"][0]
        assert (room["name"], room["workspace"], room["id"]) == ("desk", "a", desk().id)
        assert (room["errors"], room["terminal"]) == (30, 3)
        assert room["by_type"]["client.join.failed"] == 6
        assert room["sessions"] == [desk().sessions[0].id]
        assert set(room["failed_peers"]) <= set(room["error_peers"])


async def test_events_can_arrive_late() -> None:
    async with bench() as b:
        late = {**desk().events[0], "id": "late"}
        document = {"room_id": desk().id, "events": [late]}
        assert (await _control(b, "POST", "events", document)).json() == {"added": 1}
        assert (await b.page(room_id=desk().id))["total"] == 43
        wrong = {"room_id": "0" * 24, "events": [late]}
        assert (await _control(b, "POST", "events", wrong)).status_code == 400


async def test_it_runs_as_a_process_of_its_own() -> None:
    command = ("-m", "workbench.pretend_hundredms", "--large", "100")
    credentials = ("--access-key", KEY, "--secret", SECRET)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, *credentials, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout
        url = (await process.stdout.readline()).decode().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v2", url)
        headers = {"Authorization": f"Bearer {management_token(KEY, SECRET, utc_now())}"}
        async with httpx.AsyncClient(base_url=url, headers=headers) as client:
            found = (await client.get("/rooms", params={"name": "large"})).json()
            room_id = found["data"][0]["id"]
            page = await client.get("/analytics/events", params={"room_id": room_id})
            assert page.json()["total"] == 100
    finally:
        process.terminate()
        await process.wait()
