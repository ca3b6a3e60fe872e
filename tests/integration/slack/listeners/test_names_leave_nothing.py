"""A name by which a person was looked up is in no database and no log once the work is done."""

from pathlib import Path

import pytest

from tests.integration.slack.listeners.test_follow_ups import ALICE, CHANNEL, by_command, said_after
from tests.support.slack.whole_bot import open_whole

SPELLINGS = ("hana", "visser", "vissr", "flibberti")
QUESTIONS = ("hana", "Hana V. since 20d", "vissr", "flibberti gibbet", "timeline", "evidence")
COMMANDS = (
    ("/call-errors", "hana in storm"),
    ("/peer-errors", "hana in storm"),
    ("/peer-errors", "hana"),
    ("/call-errors", "vissr"),
    ("/call-errors", "flibberti"),
)


def bytes_of(folder: Path) -> str:
    """Return everything in the files of the databases, logs that SQLite writes ahead included."""
    files = [file for file in sorted(folder.iterdir()) if file.name.startswith("bot")]
    return "".join(file.read_bytes().decode("utf-8", "replace") for file in files).lower()


def names_in(text: str) -> list[str]:
    return [name for name in SPELLINGS if name in text]


async def test_a_name_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with open_whole(tmp_path) as bench:
        first = await by_command(bench, "storm")
        for text in QUESTIONS:
            await said_after(bench, first.ts, text)
        await bench.slack.write_direct("hana in storm", ALICE)
        for command, text in COMMANDS:
            await bench.slack.type_command(CHANNEL, ALICE, command, text)
            await bench.settled(0.3)
        # Every heartbeat deletes the records of finished jobs.
        await bench.slack.until(lambda: not names_in(bytes_of(tmp_path)), 60)
        stored = bytes_of(tmp_path)
        assert '["name", "storm"]' in stored, "the audit names the room"
    written = capsys.readouterr()  # an earlier test may have sent the log to `logging`
    said = (written.out + written.err + caplog.text).lower()
    assert "answered" in said
    assert names_in(said) == []


async def test_a_restart_in_between_leaves_nothing_either(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        first = await by_command(bench, "storm")
        await bench.slack.mention(CHANNEL, "hana", thread_ts=first.ts)
        await bench.restart()
        await bench.until_said("Hana Visser in room storm", seconds=30)
        await bench.slack.until(lambda: not names_in(bytes_of(tmp_path)), 60)
