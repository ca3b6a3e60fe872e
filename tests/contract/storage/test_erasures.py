"""What was forgotten is marked, heeded by whoever runs, and not learned anew at once."""

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.answer_log import PostedAnswer
from bot.domain.errors import StoreUnreachable
from bot.domain.metrics import LookupOutcome
from bot.domain.privacy.erasures import ErasureLog, ErasureMarks
from bot.domain.saved_lookup import SavedLookup
from bot.storage import Database, open_database, watch_erasures

START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
MOMENT = START.timestamp()
PEER = "0b2f6c1e-9a3d-4c55-8e2b-7d1f0a6b9c11"
HANDLE = SavedLookup("CD-AB234567", "main", "room", "room-1", START)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


async def test_another_process_hears_of_it_and_lets_go_once(database_url: str) -> None:
    clock, gone, let_go = Clock(), asyncio.Event(), []
    forgotten = ErasureLog()

    def note() -> None:
        let_go.append(clock.now)
        gone.set()

    async with (
        open_database(database_url, clock=clock) as cli,
        open_database(database_url, clock=clock) as bot,
    ):
        await cli.forget_user("U0EARLIER")
        async with watch_erasures(bot.recent_erasures, forgotten, note, every=0.01):
            assert forgotten.erased_since(["u0earlier"], MOMENT), "known from the first moment on"
            assert not forgotten.erased_since(["U0ALICE", "room-1"], MOMENT)
            clock.move(seconds=5)
            await cli.forget_user("U0ALICE")
            await gone.wait()
            await asyncio.sleep(0.1)
            assert len(let_go) == 1
            assert forgotten.erased_since(["room-1", "U0ALICE"], MOMENT)
            assert not forgotten.erased_since(["U0ALICE"], MOMENT + 6), "asked after that"
            gone.clear()
            await cli.forget_room("room-1")
            await gone.wait()
            assert forgotten.erased_since(["room-1"], MOMENT)


async def test_who_forgets_again_means_later_questions_too(database_url: str) -> None:
    clock, forgotten = Clock(), ErasureLog()
    async with open_database(database_url, clock=clock) as memory:
        await memory.forget_user("U0ALICE")
        forgotten.update(await memory.recent_erasures(timedelta(days=30)))
        clock.move(hours=2)
        await memory.forget_user("U0ALICE")
        assert forgotten.update(await memory.recent_erasures(timedelta(hours=1)))
        assert forgotten.erased_since(["U0ALICE"], MOMENT + 3600)


async def test_a_database_that_is_away_for_a_while_ends_no_heeding() -> None:
    asked, forgotten, gone = 0, ErasureLog(), asyncio.Event()

    async def read(_: timedelta) -> ErasureMarks:
        nonlocal asked
        asked += 1
        if asked in (2, 3):
            raise StoreUnreachable
        return {"a": 1.0} if asked > 3 else {}

    async with watch_erasures(read, forgotten, gone.set, every=0.01):
        await gone.wait()
    assert asked > 3


async def test_nothing_is_learned_anew_of_it_for_a_quarter_of_an_hour(database_url: str) -> None:
    clock = Clock()
    async with open_database(database_url, clock=clock) as memory:
        await memory.forget_user(PEER.upper())
        await memory.forget_room("room-2")
        await _learn(memory)
        assert await memory.rooms_of_peer(PEER) == ()
        assert await memory.rooms_of_peer("somebody-else") == (("main", "room-1"),)
        assert await memory.rooms_of_code("code-2") == ()
        assert not await memory.knows_codes_of("main", "room-2")
        assert await memory.answer_log.find("CD-PEER2222") is None
        assert await memory.answer_log.find("CD-ROOM2222") is None
        assert await memory.answer_log.find("CD-AB234567") is not None
        clock.move(minutes=16)
        await _learn(memory)
        assert len(await memory.rooms_of_peer(PEER)) == 2
        assert await memory.rooms_of_code("code-2") == (("main", "room-2"),)
        assert await memory.answer_log.find("CD-PEER2222") is not None


async def _learn(memory: Database) -> None:
    await memory.learn_peers("main", "room-1", [PEER, "somebody-else"])
    await memory.learn_peers("main", "room-2", [PEER])
    await memory.learn_codes("main", "room-2", ["code-2"])
    about_peer = dataclasses.replace(HANDLE, lookup_id="CD-PEER2222", kind="peer", peer_id=PEER)
    about_room = dataclasses.replace(HANDLE, lookup_id="CD-ROOM2222", room_id="room-2")
    for handle in (HANDLE, about_peer, about_room):
        answered = PostedAnswer(handle, "U0BOB", "C0ONCALL", "1.0", LookupOutcome.ANSWERED)
        await memory.answer_log.remember(answered)


async def test_a_mark_names_nobody_and_goes_after_thirty_days(tmp_path: Path) -> None:
    path, clock = tmp_path / "doctor.db", Clock()
    async with open_database(f"sqlite:///{path}", clock=clock) as memory:
        await memory.forget_user("U0ALICE")
        await memory.forget_room("room-1")
        assert len(await memory.recent_erasures(timedelta(days=30))) == 2
        clock.move(days=31)
        await memory.purge()
        clock.move(days=-31)
        assert await memory.recent_erasures(timedelta(days=30)) == {}
    assert b"U0ALICE" not in path.read_bytes()
    assert b"room-1" not in path.read_bytes()
