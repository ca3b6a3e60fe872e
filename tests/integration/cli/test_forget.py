"""`call-doctor forget` and the way from a reference back to its look-up, as real processes."""

import asyncio
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from tests.support.slack.edge_harness import Bench, lookup_of
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET

ROOT = Path(__file__).parents[3]
REMOVED = (
    "Removed of user U0ALICE: {0} look-ups, 0 watches, {0} states of openings, 0 peers, "
    "0 names under settings, {0} ids in audit rows.\n"
)


async def call_doctor(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        env={
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
        }
        | environment,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def files_with(folder: Path, text: bytes) -> list[str]:
    """Names of the databases' files, logs included, that hold this text."""
    return [file.name for file in folder.glob("bot*.db*") if text in file.read_bytes()]


async def answered(bench: Bench) -> str:
    """The reference of an answer that stands."""
    await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "one-bad-user")
    await bench.slack.until(lambda: "opening" in bench.parts(), 20)
    await bench.settled(0.3)
    return next(lookup_of(message) for message in bench.said() if message.metadata)


async def test_an_answer_leads_back_and_is_forgotten(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        reference = await answered(bench)
        hundredms = {
            "HMS_ACCESS_KEY": ACCESS_KEY,
            "HMS_SECRET": SECRET,
            "HMS_API_URL": bench.hms_url,
        }
        status, out, err = await call_doctor(
            tmp_path, "lookup", reference.lower(), "--json", **hundredms
        )
        assert status == 0, err
        document = json.loads(out)
        assert document["completeness"]["complete"]
        room = document["target"]["room_id"]
        assert any(room in str(message.blocks) for message in bench.said())

        status, out, _ = await call_doctor(tmp_path, "forget", "--user", "U0ALICE")
        assert (status, out) == (0, REMOVED.format(1))
        status, out, _ = await call_doctor(tmp_path, "forget", "--user", "U0ALICE")
        assert (status, out) == (0, REMOVED.format(0))
        status, out, _ = await call_doctor(tmp_path, "forget", "--room", room)
        assert status == 0
        assert "0 look-ups" in out
        assert "0 peers" not in out

        status, out, _ = await call_doctor(tmp_path, "lookup", reference, "--json", **hundredms)
        assert status == 2
        assert "No answer of the last 30 days" in out


async def test_nothing_of_who_is_forgotten_stays_in_the_files(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        await answered(bench)
        # A finished job's contents are cleared within seconds, out of the log as well.
        await bench.slack.until(
            lambda: not any("jobs" in name for name in files_with(tmp_path, b"U0ALICE")), 40
        )
        assert files_with(tmp_path, b"U0ALICE") != []
        status, _, err = await call_doctor(tmp_path, "forget", "--user", "U0ALICE")
        assert status == 0, err
        assert files_with(tmp_path, b"U0ALICE") == [], "while the bot goes on"


async def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    file.touch(0o666)
    file.chmod(0o666)
    status, _, err = await call_doctor(tmp_path, "forget", "--user", "U0ALICE")
    assert status == 0, err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("arguments", [(), ("--user", " "), ("--room", "")])
async def test_it_wants_to_know_whom(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    status, out, err = await call_doctor(tmp_path, "forget", *arguments)
    assert (status, out) == (2, "")
    assert "--user" in err
    assert not (tmp_path / "bot.db").exists()


async def test_a_database_in_trouble_is_told_as_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"no database " * 100)
    status, out, err = await call_doctor(tmp_path, "forget", "--user", "U0ALICE")
    assert (status, out) == (1, "")
    assert "DATABASE_URL" in err
    assert "Reference: CD-" in err
    assert "Traceback" not in err
