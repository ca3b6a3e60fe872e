"""What the audit keeps, for how long, and what forgetting leaves of it: on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.audit import Access, AuditOutcome, Ending, EntryPoint, Subject
from bot.storage import open_database

START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
ROOM, PEER = "64c8d6a1f0b1a2c3d4e5f601", "0b2f6c1e-9a3d-4c55-8e2b-7d1f0a6b9c11"
ROW = Access(
    key="a",
    at=START,
    user="U0ALICE",
    channel="C0ONCALL",
    entry=EntryPoint.COMMAND,
    action="/call-errors",
    subjects=(Subject("object", ROOM), Subject("peer", PEER)),
)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


async def test_a_row_stands_before_its_end_and_is_completed(database_url: str) -> None:
    clock = Clock()
    async with open_database(database_url, clock=clock) as memory:
        await memory.audit.begin(ROW)
    async with open_database(database_url, clock=clock) as memory:
        assert await memory.audit.find() == [ROW]
        await memory.audit.begin(replace(ROW, user="U0OTHER"))  # the same delivery again
        clock.now += timedelta(seconds=5)
        ended = await memory.audit.end(
            "a", Ending(AuditOutcome.ANSWERED, "CD-AB234567", "main", ROOM)
        )
        assert ended == replace(
            ROW,
            reference="CD-AB234567",
            workspace="main",
            room_id=ROOM,
            outcome=AuditOutcome.ANSWERED,
            ended_at=clock.now,
        )
        assert await memory.audit.find() == [ended]
        assert await memory.audit.end("unknown", Ending(AuditOutcome.FAILED)) is None


async def test_many_at_once_are_all_kept(database_url: str) -> None:
    async with open_database(database_url) as memory:
        rows = [replace(ROW, key=str(number)) for number in range(1200)]
        await asyncio.gather(*(memory.audit.begin(row) for row in rows))
        assert len(await memory.audit.find()) == len(rows)


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        ({}, "abc"),
        ({"user": "U0ALICE"}, "ab"),
        ({"user": PEER.upper()}, "a"),
        ({"user": "U0"}, ""),
        ({"room": ROOM}, "ab"),
        ({"room": "%"}, ""),
        ({"since": START + timedelta(hours=1)}, "bc"),
        ({"since": START + timedelta(hours=1), "user": "U0ALICE"}, "b"),
    ],
)
async def test_rows_are_found(database_url: str, wanted: dict[str, object], keys: str) -> None:
    later = START + timedelta(hours=1)
    async with open_database(database_url, clock=Clock()) as memory:
        await memory.audit.begin(ROW)
        await memory.audit.begin(replace(ROW, key="b", at=later, subjects=(), room_id=ROOM))
        await memory.audit.begin(replace(ROW, key="c", at=later, user="U0BOB", subjects=()))
        found = await memory.audit.find(**wanted)  # type: ignore[arg-type]
        assert [row.key for row in found] == list(keys)


async def test_forgetting_keeps_the_rows_and_no_id(database_url: str) -> None:
    async with open_database(database_url, clock=Clock()) as memory:
        quoted = 'an "odd" \\ id'
        await memory.audit.begin(replace(ROW, room_id=ROOM))
        await memory.audit.begin(replace(ROW, key="b", subjects=(Subject("user", quoted),)))
        await memory.audit.begin(replace(ROW, key="c", user="U0BOB"))
        assert (await memory.forget_user("U0ALICE"))["ids in audit rows"] == 2
        assert (await memory.forget_user(quoted))["ids in audit rows"] == 1
        assert (await memory.forget_user(PEER.upper()))["ids in audit rows"] == 2
        assert (await memory.forget_room(ROOM))["ids in audit rows"] == 2
        rows = await memory.audit.find()
        for name in ("U0ALICE", quoted, PEER, ROOM):
            assert name not in str(rows)
            assert (await memory.forget_user(name))["ids in audit rows"] == 0
        first, second, third = rows
        assert first.user == second.user != third.user == "U0BOB"
        assert first.room_id == first.subjects[0].id == third.subjects[0].id
        assert {len(row.subjects) for row in rows} == {1, 2}


async def test_the_same_id_forgotten_twice_cannot_be_told(database_url: str) -> None:
    """The digest's key is thrown away: an id that is tried out gives another digest."""
    async with open_database(database_url, clock=Clock()) as memory:
        await memory.audit.begin(ROW)
        await memory.forget_user("U0ALICE")
        await memory.audit.begin(replace(ROW, key="b"))
        await memory.forget_user("U0ALICE")
        first, second = await memory.audit.find()
        assert first.user.startswith("forgotten-")
        assert first.user != second.user


async def test_an_end_does_not_name_a_room_that_was_just_forgotten(database_url: str) -> None:
    async with open_database(database_url, clock=Clock()) as memory:
        await memory.audit.begin(replace(ROW, subjects=(Subject("name", "standup"),)))
        await memory.forget_room(ROOM)
        await memory.audit.end("a", Ending(AuditOutcome.ANSWERED, "", "main", ROOM))
        (row,) = await memory.audit.find()
        assert (row.outcome, row.room_id) == (AuditOutcome.ANSWERED, "")


async def test_rows_are_kept_for_400_days(database_url: str) -> None:
    clock = Clock()
    async with open_database(database_url, clock=clock) as memory:
        await memory.audit.begin(ROW)
        clock.now += timedelta(days=400)
        await memory.purge()
        await memory.purge(clock.now - timedelta(days=30))
        assert await memory.audit.find() == [ROW]
        clock.now += timedelta(seconds=1)
        await memory.purge()
        assert await memory.audit.find() == []
