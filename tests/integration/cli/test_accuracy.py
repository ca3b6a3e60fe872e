"""`call-doctor accuracy` as a real process: the numbers, and judged answers as scenario files."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.votes import Vote
from bot.storage import open_database
from tests.integration.cli.test_forget import ROOT, call_doctor
from tests.support.scenarios.case import load, validate
from tests.support.slack.edge_harness import Bench, lookup_of, part_of
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET

ROOMS = ("one-bad-user", "storm")


async def voted(folder: Path, *votes: Vote) -> None:
    async with open_database(f"sqlite:///{folder / 'bot.db'}") as database:
        for vote in votes:
            await database.votes.cast(vote, datetime.now(UTC))


async def test_without_enough_votes_it_says_so_and_is_no_failure(tmp_path: Path) -> None:
    status, out, _ = await call_doctor(tmp_path, "accuracy")
    assert status == 0
    assert "not enough votes" in out
    await voted(tmp_path, Vote("CD-ABCD2345", "U0BOB", "app", 0.9, right=True))
    status, out, _ = await call_doctor(tmp_path, "accuracy", "--json")
    assert status == 0
    assert json.loads(out) == {
        "answers": 1,
        "judged": 1,
        "right": 1,
        "share": 1.0,
        "enough": False,
        "classes": [{"verdict": "app", "right": 1, "judged": 1}],
    }


async def test_the_table_is_by_class(tmp_path: Path) -> None:
    votes = [
        Vote(f"CD-ABCD234{number}", "U0BOB", "app" if number < 6 else "service", 0.9, number < 7)
        for number in range(10)
    ]
    await voted(tmp_path, *votes)
    status, out, _ = await call_doctor(tmp_path, "accuracy", "--since", "2d")
    assert status == 0
    assert "Right in 7 of 10 judged answers. 10 of 10 answers were judged (100%)." in out
    rows = [line.split() for line in out.splitlines()]
    assert any(row[-3:] == ["│", "4", "│"] or "service" in row for row in rows)
    status, _, err = await call_doctor(tmp_path, "accuracy", "--since", "whenever")
    assert status == 2
    assert "--since whenever" in err


async def answered(bench: Bench, room: str) -> str:
    """Ask for the room and return the reference of the answer."""
    before = {lookup_of(message) for message in bench.said() if message.metadata}
    await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", room)
    await bench.settled()
    openings = {lookup_of(m) for m in bench.said() if part_of(m) == "opening"}
    return (openings - before).pop()


async def test_judged_answers_become_scenarios_about_nobody(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        references = [await answered(bench, room) for room in ROOMS]
        for reference in references:
            answer = await bench.memory.answer_log.find(reference)
            assert answer is not None
            verdict = answer.verdict
            vote = Vote(reference, "U0BOB", verdict, answer.confidence, right=True)  # type: ignore[arg-type]
            await bench.memory.votes.cast(vote, datetime.now(UTC))
        gone = Vote("CD-GONE2222", "U0BOB", "app", 0.9, right=False, cause="device")
        await bench.memory.votes.cast(gone, datetime.now(UTC))
        hundredms = {
            "HMS_ACCESS_KEY": ACCESS_KEY,
            "HMS_SECRET": SECRET,
            "HMS_API_URL": bench.hms_url,
        }
        status, _, err = await call_doctor(tmp_path, "accuracy", "--export", "judged", **hundredms)
        assert status == 0, err
        assert "CD-GONE2222 could not be exported: 100ms and this bot keep its call" in err
        assert "2 scenarios written to judged." in err
        people = {
            value
            for room in map(bench.hundredms.world.room, ROOMS)
            for session in room.sessions
            for peer in session.peers
            for value in (peer.name, peer.user_id, peer.id)
            if len(value) > 3
        }
        assert people
        for path in (tmp_path / "judged").glob("*.yaml"):
            validate(path)
            text = path.read_text()
            assert [name for name in people if name in text] == []
            assert load(path).expect["verdict"] in path.stem
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "scripts/evaluate", str(tmp_path / "judged")),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    assert "✓ right verdicts: 100.0%" in out.decode()
