"""What is kept of answers, for how long, and how it is forgotten: on both databases."""

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.answer_log import AnswerLog, PostedAnswer
from bot.domain.errors import StoreUnreachable
from bot.domain.metrics import LookupOutcome
from bot.domain.saved_lookup import SavedLookup
from bot.storage import Database, open_database, purge_hourly

PEER = "0b2f6c1e-9a3d-4c55-8e2b-7d1f0a6b9c11"
START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
HANDLE = SavedLookup(
    lookup_id="CD-AB234567",
    workspace="main",
    kind="room",
    room_id="room-1",
    as_of=START,
    since=START - timedelta(hours=2),
    types=("client.publish.failed",),
    private=True,
)
ANSWER = PostedAnswer(HANDLE, "U0ALICE", "C0ONCALL", "1795764312.053733", LookupOutcome.ANSWERED)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def another(lookup_id: str, *, asked_by: str = "U0BOB", **facts: str | None) -> PostedAnswer:
    handle = dataclasses.replace(HANDLE, lookup_id=lookup_id, **facts)  # type: ignore[arg-type]
    return dataclasses.replace(ANSWER, handle=handle, asked_by=asked_by)


def removed(lookups: int, peers: int) -> dict[str, int]:
    return {
        "look-ups": lookups,
        "watches": 0,
        "states of openings": 0,
        "peers": peers,
        "names under settings": 0,
        "ids in audit rows": 0,
    }


async def known(memory: Database, *references: str) -> list[str]:
    return [one for one in references if await memory.answer_log.find(one)]


async def test_an_answer_is_found_by_its_reference(database_url: str) -> None:
    async with open_database(database_url) as memory:
        answers: AnswerLog = memory.answer_log
        assert await answers.find("CD-AB234567") is None
        await answers.remember(ANSWER)
    async with open_database(database_url) as memory:
        assert await memory.answer_log.find("cd-ab234567") == ANSWER


async def test_an_answer_remembered_again_stands_where_it_stands_now(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await memory.answer_log.remember(dataclasses.replace(ANSWER, ts=""))
        await asyncio.gather(*(memory.answer_log.remember(ANSWER) for _ in range(5)))
        assert await memory.answer_log.find(HANDLE.lookup_id) == ANSWER


async def test_the_last_answer_of_a_thread_is_found_after_a_restart(database_url: str) -> None:
    clock = Clock()
    async with open_database(database_url, clock=clock) as memory:
        for lookup_id, ts in (("CD-FIRST222", "10.1"), ("CD-SECOND22", "10.3")):
            await memory.answer_log.remember(in_thread(lookup_id, ts))
        await memory.answer_log.remember(in_thread("CD-APART222", "10.4", thread="11.0"))
        clock.now += timedelta(minutes=5)
        await memory.answer_log.remember(in_thread("CD-FIRST222", "10.1"))  # a retry completed it
    async with open_database(database_url, clock=clock) as memory:
        assert await last(memory, "U0BOB") == "CD-SECOND22"
        in_dm = await memory.answer_log.last_in_dm("C0ONCALL")
        assert in_dm is not None
        assert in_dm.handle.lookup_id == "CD-APART222"
        assert await memory.answer_log.last_in_thread("C0OTHER", "10.1", "U0BOB") is None
        clock.now = START + timedelta(days=31)
        assert await last(memory, "U0BOB") is None


async def test_a_private_answer_in_a_thread_is_its_askers_alone(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await memory.answer_log.remember(in_thread("CD-PUBLIC22", "10.1"))
        await memory.answer_log.remember(in_thread("CD-PRIVATE2", "10.2", private=True))
        assert await last(memory, "U0BOB") == "CD-PRIVATE2"
        assert await last(memory, "U0ALICE") == "CD-PUBLIC22"


def in_thread(
    lookup_id: str, ts: str, *, thread: str = "10.1", private: bool = False
) -> PostedAnswer:
    handle = dataclasses.replace(HANDLE, lookup_id=lookup_id, private=private)
    return dataclasses.replace(ANSWER, handle=handle, asked_by="U0BOB", ts=ts, thread=thread)


async def last(memory: Database, user: str) -> str | None:
    answer = await memory.answer_log.last_in_thread("C0ONCALL", "10.1", user)
    return answer.handle.lookup_id if answer else None


@pytest.mark.parametrize("user", ["", "user 7", "Jürgen 🎧", "'; DROP TABLE answers; --", "%"])
async def test_an_answer_about_any_user_is_kept(database_url: str, user: str) -> None:
    async with open_database(database_url) as memory:
        await memory.answer_log.remember(another("CD-USER2222", kind="user", user_id=user))
        found = await memory.answer_log.find("CD-USER2222")
        assert found is not None
        assert found.handle.user_id == (user or found.handle.user_id)


@pytest.mark.parametrize("user", ["a\x00b", "x" * 5_000, "\ud800"])
async def test_what_no_button_could_carry_is_not_kept(database_url: str, user: str) -> None:
    async with open_database(database_url) as memory:
        await memory.answer_log.remember(another("CD-USER2222", kind="user", user_id=user))
        assert await known(memory, "CD-USER2222") == []
        assert await memory.forget_user(user) == {}
        assert await memory.forget_room(user) == {}


async def test_a_person_is_forgotten_by_any_of_their_ids(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await memory.learn_peers("main", "room-1", [PEER, "somebody-else"])
        for answered in (
            ANSWER,
            another("CD-USER2222", kind="user", user_id="customer-7"),
            another("CD-PEER2222", kind="peer", peer_id=PEER),
            another("CD-OTHER222"),
        ):
            await memory.answer_log.remember(answered)
        assert await memory.forget_user("U0ALICE") == removed(1, 0)
        assert await memory.forget_user("customer-7") == removed(1, 0)
        assert await memory.forget_user(PEER.upper()) == removed(1, 1)
        references = ("CD-AB234567", "CD-USER2222", "CD-PEER2222", "CD-OTHER222")
        assert await known(memory, *references) == ["CD-OTHER222"]
        assert await memory.rooms_of_peer(PEER) == ()
        assert await memory.rooms_of_peer("somebody-else") == (("main", "room-1"),)
        assert await memory.forget_user("U0ALICE") == removed(0, 0)


async def test_a_room_is_forgotten_with_its_peers_and_codes(database_url: str) -> None:
    async with open_database(database_url) as memory:
        for room in ("room-1", "room-2"):
            await memory.learn_peers("main", room, [PEER, f"peer-of-{room}"])
            await memory.learn_codes("main", room, [f"code-{room}"])
        await memory.answer_log.remember(ANSWER)
        await memory.answer_log.remember(another("CD-OTHER222", room_id="room-2"))
        removed = await memory.forget_room("room-1")
        assert removed == {
            "look-ups": 1,
            "watches": 0,
            "states of openings": 0,
            "peers": 2,
            "room codes": 1,
            "ids in audit rows": 0,
        }
        assert await memory.rooms_of_peer(PEER) == (("main", "room-2"),)
        assert await memory.rooms_of_code("code-room-1") == ()
        assert not await memory.knows_codes_of("main", "room-1")
        assert await known(memory, "CD-AB234567", "CD-OTHER222") == ["CD-OTHER222"]
        assert set((await memory.forget_room("room-1")).values()) == {0}


async def test_nothing_outlives_thirty_days(database_url: str) -> None:
    clock = Clock()
    async with open_database(database_url, clock=clock) as memory:
        await memory.answer_log.remember(ANSWER)
        clock.now = START + timedelta(days=29)
        assert await known(memory, "CD-AB234567")
        clock.now = START + timedelta(days=31)
        assert not await known(memory, "CD-AB234567")
        await memory.purge()
        clock.now = START
        assert not await known(memory, "CD-AB234567"), "it was dropped, not only hidden"


async def test_a_running_process_purges_again_and_again(database_url: str) -> None:
    clock, purged = Clock(), asyncio.Event()

    async def purge(before: datetime) -> None:
        await memory.purge(before)
        purged.set()

    async def down(_: datetime) -> None:
        raise StoreUnreachable

    async with open_database(database_url, clock=clock) as memory:
        await memory.answer_log.remember(ANSWER)
        async with purge_hourly([down, purge], clock, every=0.01):
            await purged.wait()
            assert await known(memory, "CD-AB234567")
            clock.now = START + timedelta(days=31)
            purged.clear()
            await purged.wait()
            purged.clear()
            await purged.wait()
        clock.now = START
        assert not await known(memory, "CD-AB234567")


async def test_what_was_forgotten_is_not_left_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "doctor.db"
    async with open_database(f"sqlite:///{path}") as memory:
        await memory.answer_log.remember(ANSWER)
    assert b"U0ALICE" in path.read_bytes()
    async with open_database(f"sqlite:///{path}") as memory:
        await memory.forget_user("U0ALICE")
    assert b"U0ALICE" not in path.read_bytes()
