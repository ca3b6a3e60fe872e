"""Each question and each press leaves one row and one line, refused ones too."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.access import AccessRules
from bot.domain.audit import Access, AuditOutcome
from bot.domain.errors import HundredMsUnreachable, NothingFound
from bot.domain.target import Candidate, Choices
from tests.support.slack.deliveries import ENTRIES, deliver, payload_of
from tests.support.slack.edge_harness import Bench, open_bench
from tests.support.slack.fakes import ROOM

PATH = Path(__file__).parents[3]
WHOSE = {
    "command": ("command", "/call-errors"),
    "mention": ("mention", ""),
    "message_shortcut": ("message_shortcut", "diagnose_message"),
    "global_shortcut": ("shortcut", "diagnose_call"),
    "form": ("form", "diagnose_form"),
    "button": ("button", "packet"),
}


async def ended(bench: Bench, number: int) -> list[Access]:
    """The rows, once so many have ended, in the order in which they did."""
    while True:
        rows = [row for row in await bench.memory.audit.find() if row.ended_at]
        if len(rows) == number:
            return sorted(rows, key=lambda row: row.ended_at or row.at)
        await asyncio.sleep(0.01)


async def test_each_entry_leaves_one_row_and_one_line() -> None:
    async with open_bench() as bench:
        with capture_logs() as lines:
            for number, entry in enumerate(ENTRIES, start=1):
                await deliver(bench, entry, payload_of(bench, entry, "C0ONCALL", "U0ALICE"))
                rows = await ended(bench, number)
        told = [line for line in lines if line["event"] == "audit"]
        assert len(rows) == len(told) == len(ENTRIES)
        for entry, row, line in zip(ENTRIES, rows, told, strict=True):
            assert (row.entry.value, row.action) == WHOSE[entry]
            assert (row.user, line["user"]) == ("U0ALICE", "U0ALICE")
            assert line["outcome"] == row.outcome.value
            if entry == "global_shortcut":
                assert (row.outcome, row.channel) == (AuditOutcome.FORM_OPENED, "")
                continue
            assert row.outcome is AuditOutcome.ANSWERED
            assert row.channel == line["channel"] == "C0ONCALL"
            assert [subject.id for subject in row.subjects] == [ROOM]
            assert row.room_id == line["room"] == ROOM
            assert row.reference == line["lookup_id"]


@pytest.mark.parametrize("stranger", [True, False])
async def test_what_was_refused_leaves_a_row_too(stranger: bool) -> None:  # noqa: FBT001
    user, channel = ("U0OUT", "C0SHARED") if stranger else ("U0BOB", "C0ONCALL")
    access = AccessRules(users=frozenset({"U0ALICE"}))
    async with open_bench(access=access) as bench:
        with capture_logs() as lines:
            for number, entry in enumerate(ENTRIES, start=1):
                await deliver(bench, entry, payload_of(bench, entry, channel, user))
                rows = await ended(bench, number)
        assert [row.entry.value for row in rows] == [WHOSE[entry][0] for entry in ENTRIES]
        assert {row.outcome for row in rows} == {AuditOutcome.REFUSED}
        assert {row.user for row in rows} == {user}
        asked = [row for row in rows if row.entry != "shortcut"]
        assert all([subject.id for subject in row.subjects] == [ROOM] for row in asked)
        assert [line["outcome"] for line in lines if line["event"] == "audit"] == ["refused"] * 6


def choices() -> Choices:
    return Choices((Candidate("room", ROOM, "Room a", "default"),))


@pytest.mark.parametrize(
    ("change", "text", "outcome"),
    [
        ({"error": NothingFound("nothing")}, ROOM, AuditOutcome.NOTHING_FOUND),
        ({"error": HundredMsUnreachable("down")}, ROOM, AuditOutcome.UNAVAILABLE),
        ({"error": ValueError("a fault of ours")}, ROOM, AuditOutcome.FAILED),
        ({"choices": choices()}, ROOM, AuditOutcome.CHOICES),
        ({}, "help", AuditOutcome.HELP),
        ({}, "since never", AuditOutcome.NOT_READ),
        ({}, "settings", AuditOutcome.ASKED_WRONGLY),  # this bench keeps no settings
    ],
)
@pytest.mark.parametrize("entry", ["command", "mention"])
async def test_how_it_ended_is_told(
    entry: str, change: dict[str, Any], text: str, outcome: AuditOutcome
) -> None:
    async with open_bench() as bench:
        for name, value in change.items():
            setattr(bench.investigator, name, value)
        if entry == "command":
            await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", text)
        else:
            await bench.slack.mention("C0ONCALL", text)
        (row,) = await ended(bench, 1)
        assert row.outcome is outcome


async def test_presses_in_vain_are_rows_as_well() -> None:
    async with open_bench() as bench:
        payload = payload_of(bench, "button", "C0ONCALL", "U0ALICE")
        for stamp in ("1.000001", "1.000002"):  # the same button again
            payload["actions"][0]["action_ts"] = stamp
            payload["trigger_id"] = stamp
            await deliver(bench, "button", payload)
            await bench.settled(0.02)
        payload["actions"][0] |= {"action_id": "open", "action_ts": "1.000003"}
        payload["trigger_id"] = "1.000003"
        await deliver(bench, "button", payload)
        rows = await ended(bench, 3)
        assert [row.outcome for row in rows] == [
            AuditOutcome.ANSWERED,
            AuditOutcome.REPEATED,
            AuditOutcome.LINK,
        ]


async def test_a_delivery_that_comes_twice_is_one_row() -> None:
    async with open_bench() as bench:
        delivery = await bench.slack.mention("C0ONCALL", ROOM)
        await bench.slack.redeliver(delivery)
        assert len(await ended(bench, 1)) == 1


async def test_a_question_has_its_row_before_it_is_acknowledged_and_through_a_crash() -> None:
    async with open_bench() as bench:
        bench.investigator.seconds = 60
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
        (row,) = await bench.memory.audit.find()
        assert (row.outcome, row.user, row.subjects[0].id) == (AuditOutcome.ASKED, "U0ALICE", ROOM)
        bench.investigator.seconds = 0
        await bench.restart()
        (row,) = await ended(bench, 1)
        assert (row.outcome, row.room_id) == (AuditOutcome.ANSWERED, ROOM)


async def test_addresses_and_join_codes_are_not_kept() -> None:
    async with open_bench() as bench:
        await bench.slack.type_command(
            "C0ONCALL", "U0ALICE", "/call-errors", "user:guest-203.0.113.77 code abc-defg-hij"
        )
        (row,) = await ended(bench, 1)
        assert row.subjects
        assert "203.0.113.77" not in str(row)
        assert "abc-defg-hij" not in str(row)


async def call_doctor(folder: str, *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "audit", *arguments),
        env={"PATH": os.defpath, "PYTHONPATH": str(PATH), "DATABASE_URL": folder},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_the_command_lists_the_rows() -> None:
    async with open_bench() as bench:
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
        await bench.slack.mention("C0ONCALL", "\x1b]52;c;eA==\x07 room", user="U0BOB")
        await ended(bench, 2)
        url = bench.database_url
        status, out, _ = await call_doctor(url, "--json")
        assert status == 0
        assert {row["user"] for row in json.loads(out)} == {"U0ALICE", "U0BOB"}
        status, out, _ = await call_doctor(url, "--json", "--user", "U0ALICE", "--room", ROOM)
        (row,) = json.loads(out)
        assert (row["id"], row["room_id"], row["channel"]) == (ROOM, ROOM, "C0ONCALL")
        assert (row["entry"], row["outcome"]) == ("command", "answered")
        status, out, _ = await call_doctor(url)
        assert (status, out.count("U0")) == (0, 2)
        assert "\x1b" not in out
        status, out, _ = await call_doctor(url, "--json", "--room", "unknown")
        assert (status, json.loads(out)) == (0, [])
        status, out, err = await call_doctor(url, "--since", "the day before")
        assert (status, out) == (2, "")
        assert "no time that I can read" in err
