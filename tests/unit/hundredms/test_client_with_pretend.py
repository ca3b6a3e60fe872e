"""The client against the pretend 100ms, which enforces what the documentation says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.domain.errors import HundredMsBusy, HundredMsRefused, HundredMsUnreachable
from bot.domain.events import ERROR_TYPES, ErrorEvent
from bot.hundredms.workspaces import Credentials, HundredMsClient, open_workspaces
from bot.investigate.ports import EventQuery, ExpiredCursor
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET, demo_world
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_hundredms.stage import Stage
from workbench.pretend_hundredms.world import World

NOW = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)
WORLD: World = demo_world(NOW)


@asynccontextmanager
async def pretend(secret: str = SECRET) -> AsyncIterator[tuple[HundredMsClient, Stage]]:
    app = build(WORLD, clock=lambda: NOW)

    async def no_sleep(_seconds: float) -> None:
        return None

    async with open_workspaces(
        [Credentials("main", ACCESS_KEY, secret, url="http://pretend.test/v2")],
        clock=lambda: NOW,
        transport=httpx.ASGITransport(app),
        sleep=no_sleep,
    ) as clients:
        yield clients["main"], stage(app)


async def everything(
    client: HundredMsClient, room_id: str, kind: str
) -> tuple[list[ErrorEvent], int, int | None]:
    events: list[ErrorEvent] = []
    rows, start = 0, ""
    for _ in range(200):
        page = await client.events(EventQuery(room_id, kind), start)
        events += page.events
        rows += page.rows
        start = page.next
        if not start:
            break
    return events, rows, page.total


@pytest.mark.parametrize("name", ["storm", "hostile", "all-types", "odd-cases"])
async def test_every_event_of_a_room_is_read(name: str) -> None:
    room = WORLD.room(name)
    async with pretend() as (client, _):
        for kind in ERROR_TYPES:
            wanted = {event["id"]: event for event in room.events if event["type"] == kind}
            events, rows, total = await everything(client, room.id, kind)
            assert rows == total
            assert {event.id for event in events} == set(wanted)
            for event in events:
                data: dict[str, Any] = wanted[event.id].get("data") or {}
                assert event.stamp == wanted[event.id]["timestamp"]
                assert event.is_terminal == (data.get("is_terminal") in (True, "true"))


async def test_rooms_sessions_and_codes_are_found() -> None:
    room = WORLD.room("storm")
    async with pretend() as (client, at):
        found = await client.room(room.id)
        assert found
        assert (found.name, found.enabled) == ("storm", True)
        assert [each.id for each in await client.rooms_named("STORM")] == [room.id]
        (closed,) = await client.rooms_named("closed-desk")
        assert closed.enabled is False
        session = await client.session(room.sessions[0].id)
        assert session
        assert session.room_id == room.id
        assert {peer.id for peer in session.peers.values()} == {
            peer.id for peer in room.sessions[0].peers
        }
        listed = await client.sessions(
            active=False, room_id=room.id, after=NOW - timedelta(days=30), before=NOW
        )
        assert {each.id for each in listed.sessions} == {
            each.id for each in room.sessions if not each.active
        }
        codes = await client.room_codes(room.id)
        assert set(codes) <= {code.code for code in room.codes}
        assert not at.calls.not_reads()


async def test_a_thing_of_the_other_kind_is_not_there() -> None:
    room = WORLD.room("storm")
    async with pretend() as (client, at):
        for answer in ("404", "400"):
            at.switches.change({"wrong_kind": answer})
            assert await client.room(room.sessions[0].id) is None
            assert await client.session(room.id) is None


async def test_a_wrong_secret_is_refused() -> None:
    async with pretend(secret="another-made-up-secret-0123456789-0123456789") as (client, at):
        for answer in ("401", "403"):
            at.switches.change({"bad_token": answer})
            with pytest.raises(HundredMsRefused, match="100ms"):
                await client.check()


async def test_a_clock_behind_is_forgiven_by_thirty_seconds() -> None:
    async with pretend() as (client, at):
        at.switches.change({"token_clock_ahead_s": -25.0})
        await client.check()
        at.switches.change({"token_clock_ahead_s": -90.0})
        with pytest.raises(HundredMsRefused, match="clock"):
            await client.check()


@pytest.mark.parametrize("answer", ["400", "404"])
async def test_an_old_cursor_is_known_as_one(answer: str) -> None:
    room = WORLD.room("large")
    async with pretend() as (client, at):
        query = EventQuery(room.id, ERROR_TYPES[0])
        start = (await client.events(query)).next
        assert start
        at.switches.change({"clock_ahead_s": 90_000.0, "expired_cursor": answer})
        with pytest.raises(ExpiredCursor):
            await client.events(query, start)


@pytest.mark.parametrize(
    "changes",
    [
        {"last_next": "null", "empty_lists": "null", "list_end": "null"},
        {"last_next": "missing", "total": "absent"},
    ],
)
async def test_a_room_that_nobody_knows_has_no_events(changes: dict[str, str]) -> None:
    async with pretend() as (client, at):
        at.switches.change(changes)
        page = await client.events(EventQuery("f" * 24, ERROR_TYPES[0]))
        assert (page.events, page.next, page.total or 0) == ((), "", 0)
        assert (await client.sessions(active=True, room_id="f" * 24)).sessions == ()


@pytest.mark.parametrize("kind", ["error", "html", "reset", "truncated", "not_json"])
async def test_a_fault_that_passes_costs_nothing(kind: Any) -> None:
    room = WORLD.room("one-bad-user")
    async with pretend() as (client, at):
        at.faults.add(Fault(kind=kind, path=f"/v2/rooms/{room.id}", times=2, status=500))
        found = await client.room(room.id)
        assert found
        at.faults.add(Fault(kind=kind, path=f"/v2/rooms/{room.id}", status=500))
        with pytest.raises(HundredMsUnreachable):
            await client.room(room.id)


@pytest.mark.parametrize("kind", ["rate_limited", "rate_limited_header"])
async def test_a_rate_limit_is_sat_out_and_told(kind: Any) -> None:
    told: list[str] = []

    async def tell(sentence: str) -> None:
        told.append(sentence)

    async with pretend() as (client, at):
        at.faults.add(Fault(kind=kind, path="/v2/rooms", times=1, seconds=45))
        await client.reporting_to(tell).check()
        assert told
        assert told[0].startswith("100ms is rate-limiting us. Continuing in 4")
        at.faults.add(Fault(kind=kind, path="/v2/rooms", seconds=45))
        with pytest.raises(HundredMsBusy):
            await client.check()
