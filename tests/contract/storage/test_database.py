"""What a memory promises, held against both databases."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.database import knows_codes
from bot.domain.errors import StoreUnreachable
from bot.investigate.ports import RoomIndex
from bot.storage import open_database

PEER = "0b2f6c1e-9a3d-4c55-8e2b-7d1f0a6b9c11"
START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_nothing_is_known_at_first(database_url: str) -> None:
    async with open_database(database_url) as opened:
        memory: RoomIndex = opened
        assert await memory.rooms_of_peer(PEER) == ()
        assert await memory.rooms_of_code("abc-defg-hij") == ()
        assert not await memory.knows_codes_of("main", "room-1")


async def test_a_peer_is_found_whatever_its_case(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await memory.learn_peers("main", "room-1", [PEER.upper()])
        assert await memory.rooms_of_peer(PEER) == (("main", "room-1"),)
        assert await memory.rooms_of_peer(PEER.upper()) == (("main", "room-1"),)


async def test_rooms_of_several_workspaces_are_all_named(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await memory.learn_peers("main", "room-1", [PEER])
        await memory.learn_peers("other", "room-2", [PEER])
        assert set(await memory.rooms_of_peer(PEER)) == {("main", "room-1"), ("other", "room-2")}


async def test_learning_twice_changes_nothing(database_url: str) -> None:
    async with open_database(database_url) as memory:
        for _ in range(2):
            await memory.learn_peers("main", "room-1", [PEER, PEER, PEER.upper()])
        assert await memory.rooms_of_peer(PEER) == (("main", "room-1"),)


async def test_a_large_room_is_learned_whole(database_url: str) -> None:
    peers = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(2_345)]
    async with open_database(database_url) as memory:
        await memory.learn_peers("main", "room-1", iter(peers))
        for peer in (peers[0], peers[499], peers[500], peers[-1]):
            assert await memory.rooms_of_peer(peer) == (("main", "room-1"),)


async def test_codes_lead_to_their_room(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await memory.learn_codes("main", "room-1", ["abc-defg-hij", "xyz-uvwx-rst"])
        assert await memory.rooms_of_code("abc-defg-hij") == (("main", "room-1"),)
        assert await memory.rooms_of_code("XYZ-UVWX-RST") == (("main", "room-1"),)
        assert await memory.knows_codes_of("main", "room-1")
        assert not await memory.knows_codes_of("other", "room-1")


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_file_says_which_codes_are_known_without_being_opened(
    tmp_path: Path, clock: Clock
) -> None:
    url, start = f"sqlite:///{tmp_path}/data of mine.db", int(START.timestamp())
    assert not knows_codes(url, "main", "room-1", start - 1)
    assert _names(tmp_path) == []
    async with open_database(url, clock=clock) as memory:
        await memory.learn_codes("main", "room-1", ["abc-defg-hij"])
        assert knows_codes(url, "main", "room-1", start - 1)
    files = _names(tmp_path)
    assert knows_codes(url, "main", "room-1", start - 1)
    assert not knows_codes(url, "main", "room-1", start)
    assert not knows_codes(url, "other", "room-1", start - 1)
    assert not knows_codes(url, "main", "room-2", start - 1)
    assert _names(tmp_path) == files


def test_no_other_database_is_asked_for_codes(postgres_url: str) -> None:
    assert not knows_codes(postgres_url, "main", "room-1", 0)


async def test_a_room_without_codes_is_not_asked_again_for_a_day(
    database_url: str, clock: Clock
) -> None:
    async with open_database(database_url, clock=clock) as memory:
        await memory.learn_codes("main", "room-1", [])
        clock.move(hours=23)
        assert await memory.knows_codes_of("main", "room-1")
        clock.move(hours=2)
        assert not await memory.knows_codes_of("main", "room-1")


async def test_a_peer_is_forgotten_after_thirty_days(database_url: str, clock: Clock) -> None:
    async with open_database(database_url, clock=clock) as memory:
        await memory.learn_peers("main", "room-1", [PEER])
        clock.move(days=29)
        assert await memory.rooms_of_peer(PEER)
        clock.move(days=2)
        assert await memory.rooms_of_peer(PEER) == ()
    clock.move(days=-2)
    async with open_database(database_url, clock=clock) as memory:
        assert await memory.rooms_of_peer(PEER), "opening drops only what is too old"
    clock.move(days=2)
    async with open_database(database_url, clock=clock):
        clock.move(days=-2)
    async with open_database(database_url, clock=clock) as memory:
        assert await memory.rooms_of_peer(PEER) == (), "it was dropped, not only hidden"


async def test_a_peer_seen_again_is_kept_longer(database_url: str, clock: Clock) -> None:
    async with open_database(database_url, clock=clock) as memory:
        await memory.learn_peers("main", "room-1", [PEER])
        clock.move(days=20)
        await memory.learn_peers("main", "room-1", [PEER])
        clock.move(days=20)
        assert await memory.rooms_of_peer(PEER) == (("main", "room-1"),)


async def test_a_process_that_runs_for_weeks_drops_old_rows_too(
    database_url: str, clock: Clock
) -> None:
    async with open_database(database_url, clock=clock) as memory:
        await memory.learn_peers("main", "room-1", [PEER])
        clock.move(days=31)
        await memory.learn_peers("main", "room-2", ["another"])
        clock.move(days=-31)
        assert await memory.rooms_of_peer(PEER) == ()


async def test_what_was_learned_survives_a_restart(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await memory.learn_peers("main", "room-1", [PEER])
    async with open_database(database_url) as memory:
        assert await memory.rooms_of_peer(PEER) == (("main", "room-1"),)


@pytest.mark.parametrize(
    "value", ["", "\x00", "a\x00b", "x" * 5_000, "\ud800", "'; DROP TABLE peers; --", "%_\\"]
)
async def test_hostile_ids_are_harmless(database_url: str, value: str) -> None:
    async with open_database(database_url) as memory:
        await memory.learn_peers("main", "room-1", [value, PEER])
        await memory.learn_codes("main", "room-1", [value])
        await memory.rooms_of_peer(value)
        await memory.rooms_of_code(value)
        assert await memory.rooms_of_peer(PEER) == (("main", "room-1"),)


async def test_several_open_an_empty_database_at_once(new_database: Callable[[], str]) -> None:
    url = new_database()

    async def start(number: int) -> None:
        async with open_database(url) as memory:
            await memory.learn_peers("main", f"room-{number}", [PEER])

    await asyncio.gather(*(start(number) for number in range(6)))
    async with open_database(url) as memory:
        assert len(await memory.rooms_of_peer(PEER)) == 6


async def test_writers_at_once_do_not_stop_each_other(database_url: str) -> None:
    peers = [f"peer-{number}" for number in range(700)]
    async with open_database(database_url) as one, open_database(database_url) as other:
        await asyncio.gather(
            *(memory.learn_peers("main", "room-1", peers) for memory in (one, other) * 4),
            *(memory.learn_peers("main", "room-1", peers[::-1]) for memory in (one, other) * 4),
        )
        assert await other.rooms_of_peer("peer-699") == (("main", "room-1"),)


async def test_a_ping_is_answered(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await memory.ping()


async def test_a_database_of_a_newer_version_is_not_touched(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await memory.learn_peers("main", "room-1", [PEER])
        async with memory._engine.execution_options(writes=True).begin() as connection:
            await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnreachable, match="newer version"):
        async with open_database(database_url):
            pass
