"""A sample of other rooms: which are asked, in which order, and which count."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.catalogue import load_catalogue
from bot.domain.diagnosis.other_rooms import FailureTime, OtherRooms
from bot.domain.errors import BotError, HundredMsBusy
from bot.domain.rooms import Room
from bot.hundredms.workspaces import Credentials, open_workspaces
from bot.investigate.other_rooms import MOST_CALLS, OtherRoomsReader
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET
from workbench.pretend_hundredms.faults import Fault, fault_from
from workbench.pretend_hundredms.scenes.neighbours import neighbour, neighbours
from workbench.pretend_hundredms.stage import Stage
from workbench.pretend_hundredms.world import PretendRoom, PretendWorkspace, World

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
AT = NOW - timedelta(hours=1)
FAILURE = FailureTime(AT, AT, AT)
ACCOUNT = "0123456789abcdef000000a1"
CATALOGUE = load_catalogue()


class Bench:
    """A reader of a pretend 100ms, and the room that failed."""

    def __init__(self, reader: OtherRoomsReader, stage_: Stage, own: PretendRoom) -> None:
        self.reader, self.stage, self.own = reader, stage_, own

    async def sample(self, region: str | None = "in") -> OtherRooms:
        room = Room(self.own.id, "main", self.own.name, region=region)
        return await self.reader.sample(room, FAILURE)

    @property
    def calls(self) -> int:
        return len(self.stage.calls.calls)

    def rooms_read(self) -> list[str]:
        """Return the names of the rooms whose events were read, in order."""
        names = {room.id: room.name for room in self.stage.world.workspaces[0].rooms}
        paths = (c for c in self.stage.calls.calls if c.path.endswith("/events"))
        return list(dict.fromkeys(names[next(iter(call.values("room_id")))] for call in paths))


@asynccontextmanager
async def bench(others: Sequence[PretendRoom]) -> AsyncIterator[Bench]:
    own = neighbour(NOW, ACCOUNT, "focus", at=AT, trouble="storm")
    workspace = PretendWorkspace("main", ACCESS_KEY, SECRET, ACCOUNT, (own, *others))
    app = build(World((workspace,)), clock=lambda: NOW)
    credentials = Credentials("main", access_key=ACCESS_KEY, secret=SECRET, url="http://p.test/v2")
    transport = httpx.ASGITransport(app)
    async with open_workspaces([credentials], clock=lambda: NOW, transport=transport) as clients:
        yield Bench(OtherRoomsReader(clients, CATALOGUE, lambda: NOW), stage(app), own)


async def test_failing_and_healthy_rooms_are_counted() -> None:
    rooms = neighbours(NOW, ACCOUNT, at=AT, failing=6, healthy=3)
    async with bench(rooms) as run:
        assert await run.sample() == OtherRooms(hit=6, clear=3)


async def test_a_5xx_of_one_person_is_a_hit_and_one_drop_is_none() -> None:
    rooms = (
        *(neighbour(NOW, ACCOUNT, f"e{n}", at=AT, trouble="server_error") for n in range(2)),
        neighbour(NOW, ACCOUNT, "drop", at=AT, trouble="one_drop"),
    )
    async with bench(rooms) as run:
        assert await run.sample() == OtherRooms(hit=2, clear=1)


async def test_never_more_than_twenty_calls_and_the_same_region_first() -> None:
    far = [neighbour(NOW, ACCOUNT, f"eu-{n}", at=AT, region="eu") for n in range(30)]
    near = [
        neighbour(NOW, ACCOUNT, f"in-{n}", at=AT, began_before=timedelta(hours=2), minutes=180)
        for n in range(10)
    ]
    async with bench([*far, *near]) as run:
        found = await run.sample()
        assert run.calls <= MOST_CALLS
        assert found.clear == len(run.rooms_read())
        assert {name[:2] for name in run.rooms_read()[:10]} == {"in"}


async def test_active_and_ended_sessions_that_began_hours_before_count() -> None:
    rooms = [
        neighbour(NOW, ACCOUNT, "live", at=AT, minutes=None, began_before=timedelta(hours=9)),
        neighbour(NOW, ACCOUNT, "long", at=AT, minutes=600, began_before=timedelta(hours=9)),
        neighbour(NOW, ACCOUNT, "over", at=AT - timedelta(hours=3)),
        neighbour(NOW, ACCOUNT, "later", at=AT + timedelta(minutes=40)),
    ]
    async with bench(rooms) as run:
        assert await run.sample() == OtherRooms(clear=2)


async def test_a_room_that_cannot_be_read_does_not_count() -> None:
    rooms = neighbours(NOW, ACCOUNT, at=AT, failing=0, healthy=4)
    async with bench(rooms) as run:
        run.stage.faults.add(
            fault_from({"kind": "error", "path": "/v2/analytics/events", "times": 1})
        )
        assert await run.sample() == OtherRooms(clear=3, unread=1)


async def test_a_429_ends_the_sample() -> None:
    rooms = neighbours(NOW, ACCOUNT, at=AT, failing=0, healthy=9)
    async with bench(rooms) as run:
        run.stage.faults.add(fault_from({"kind": "rate_limited", "path": "/v2/analytics/events"}))
        found = await run.sample()
        assert found.counted == 0
        assert run.calls < 9


@pytest.mark.parametrize(
    ("path", "query"), [("/v2/sessions", {"active": "true"}), ("/v2/rooms", {})]
)
async def test_a_429_before_a_room_is_read_leaves_no_sample(path: str, query: Any) -> None:
    rooms = neighbours(NOW, ACCOUNT, at=AT, failing=0, healthy=9)
    async with bench(rooms) as run:
        run.stage.faults.add(Fault(kind="rate_limited", path=path, query=query))
        with pytest.raises(HundredMsBusy):
            await run.sample()
        assert run.rooms_read() == []


async def test_a_list_that_failed_does_not_show_that_nobody_else_had_calls() -> None:
    async with bench([]) as run:
        assert await run.sample() == OtherRooms()
        run.reader.clear()
        run.stage.faults.add(Fault(kind="error", path="/v2/sessions", query={"active": "true"}))
        with pytest.raises(BotError):
            await run.sample()


async def test_without_any_list_of_sessions_there_is_no_sample() -> None:
    async with bench(neighbours(NOW, ACCOUNT, at=AT, failing=0, healthy=3)) as run:
        run.stage.faults.add(fault_from({"kind": "error", "path": "/v2/sessions"}))
        with pytest.raises(BotError):
            await run.sample()


async def test_samples_of_the_same_minutes_read_each_room_and_list_once() -> None:
    rooms = neighbours(NOW, ACCOUNT, at=AT, failing=2, healthy=3)
    async with bench(rooms) as run:
        later = AT + timedelta(seconds=20)
        asked = [run.own, *rooms]
        samples = await asyncio.gather(
            *(
                run.reader.sample(Room(room.id, "main", room.name, region="in"), failure)
                for room in asked
                for failure in (FAILURE, FailureTime(later, later, later))
            )
        )
        assert samples[:2] == [OtherRooms(hit=2, clear=3)] * 2
        paths = [(call.path, tuple(sorted(call.query))) for call in run.stage.calls.calls]
        assert len(paths) == len(set(paths))
        read = len(paths)

        assert await run.sample() == OtherRooms(hit=2, clear=3)
        assert run.calls == read
        run.reader.clear()
        assert await run.sample() == OtherRooms(hit=2, clear=3)
        assert run.calls > read
