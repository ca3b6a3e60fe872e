"""A database that is not there, or not ours, ends in one plain sentence."""

import asyncio
import gc
import socket
import sqlite3
import stat
import sys
from pathlib import Path

import pytest

from bot.domain.errors import Misconfigured, StoreUnreachable
from bot.storage import open_database
from workbench.postgres import PostgresServer


async def test_the_file_and_its_folder_belong_to_us_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "down" / "doctor.db"
    async with open_database(f"sqlite:///{path}") as memory:
        await memory.learn_peers("main", "room-1", ["peer"])
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_connection_in_use_at_the_end_is_closed_as_well(tmp_path: Path) -> None:
    async with open_database(f"sqlite:///{tmp_path}/doctor.db") as memory:
        writing = asyncio.create_task(memory.learn_peers("main", "room-1", ["peer"]))
        await asyncio.sleep(0)
    assert writing.done()
    await writing
    gc.collect()  # pytest fails for a connection that was not closed


async def test_two_processes_start_at_once(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from bot.storage import open_database\n"
        "async def main():\n"
        "    async with open_database(sys.argv[1]) as memory:\n"
        "        await memory.learn_peers('main', sys.argv[2], ['peer'])\n"
        "asyncio.run(main())\n"
    )
    url = f"sqlite:///{tmp_path}/doctor.db"
    command = [sys.executable, "-W", "error", "-c", script, url]
    started = [
        await asyncio.create_subprocess_exec(*command, f"room-{number}") for number in range(3)
    ]
    assert [await process.wait() for process in started] == [0, 0, 0]
    async with open_database(url) as memory:
        assert len(await memory.rooms_of_peer("peer")) == 3


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "doctor.db"
    path.write_bytes(b"not a database at all " * 100)
    with pytest.raises(StoreUnreachable, match="DATABASE_URL"):
        async with open_database(f"sqlite:///{path}"):
            pass


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnreachable):
        async with open_database(f"sqlite:///{tmp_path}/file/doctor.db"):
            pass


async def test_a_database_somebody_else_locked_for_good(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/doctor.db"
    async with open_database(url) as memory:
        async with memory._engine.connect() as connection:
            await connection.exec_driver_sql("PRAGMA busy_timeout=50")
        holder = sqlite3.connect(tmp_path / "doctor.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnreachable):
            await memory.learn_peers("main", "room-1", ["peer"])
        holder.close()
        await memory.learn_peers("main", "room-1", ["peer"])


async def test_a_server_that_is_not_there_and_no_password_shown() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(StoreUnreachable) as caught:
        async with open_database(f"postgresql://doctor:hush-hush@127.0.0.1:{port}/calls"):
            pass
    assert "hush-hush" not in f"{caught.value} {caught.value.next_step}"


async def test_a_server_that_refuses_the_password(postgres: PostgresServer) -> None:
    url = postgres.url("postgres").replace("secret-word", "hush-hush")
    with pytest.raises(StoreUnreachable) as caught:
        async with open_database(url):
            pass
    assert "hush-hush" not in str(caught.value)


async def test_a_connection_the_server_cut_is_replaced(postgres: PostgresServer) -> None:
    url = postgres.database("cut")
    async with open_database(url) as memory:
        await memory.learn_peers("main", "room-1", ["peer"])
        postgres.cut("cut")
        assert await memory.rooms_of_peer("peer") == (("main", "room-1"),)


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://u:hush-hush@h/d", "sqlite", "postgresql://u:hush-hush@h:x/d"]
)
async def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(Misconfigured, match="DATABASE_URL") as caught:
        async with open_database(url):
            pass
    assert "hush-hush" not in str(caught.value)
