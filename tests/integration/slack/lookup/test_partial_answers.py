"""A partial answer is tried again by itself, and one notice is edited or goes."""

from pathlib import Path

from bot.slack.slack_settings import Retries
from tests.integration.slack.lookup.test_diagnosis import asked, words
from tests.support.slack.edge_harness import Bench, check_all, part_of, shown
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_slack import Message

ROOM = "one-bad-user"
RETRYING = "I retry by myself until"
UNREAD = Fault(kind="error", path="/v2/analytics/events", status=500, times=None)
"""Publish events are read, others are not."""


def fail(bench: Bench) -> None:
    """From now on 100ms does not tell the events of three types."""
    for kind in ("client.join.failed", "client.disconnected", "client.connect.failed"):
        fault = Fault(kind="error", path="/v2/analytics/events", query={"type": kind}, times=None)
        bench.hundredms.faults.add(fault)


def openings(bench: Bench) -> list[Message]:
    return [message for message in bench.said() if part_of(message) == "opening"]


async def test_a_partial_answer_becomes_complete_in_the_same_message(tmp_path: Path) -> None:
    async with open_whole(tmp_path, retries=Retries(0.4, 100)) as bench:
        fail(bench)
        opening = await asked(bench, ROOM)
        assert RETRYING in words(opening)
        assert "Try again" in str(opening.blocks)
        bench.hundredms.faults.clear()
        await bench.slack.until(lambda: RETRYING not in words(opening), 60)
        await bench.settled(0.5)
        assert "Ask again" in str(opening.blocks)
        assert openings(bench) == [opening]
        check_all(bench)


def test_a_partial_answer_is_tried_every_30_seconds_for_15_minutes() -> None:
    retries = Retries()
    assert retries.pause == 30
    assert retries.pause * retries.times == 15 * 60


async def test_after_the_last_try_the_message_says_so(tmp_path: Path) -> None:
    async with open_whole(tmp_path, retries=Retries(0.1, 2)) as bench:
        fail(bench)
        opening = await asked(bench, ROOM)
        await bench.slack.until(lambda: "I stopped retrying at" in words(opening), 60)
        assert RETRYING not in words(opening)
        assert openings(bench) == [opening]


async def test_a_restart_goes_on_trying(tmp_path: Path) -> None:
    async with open_whole(tmp_path, retries=Retries(1.0, 100)) as bench:
        fail(bench)
        opening = await asked(bench, ROOM)
        await bench.restart()
        bench.hundredms.faults.clear()
        await bench.slack.until(lambda: RETRYING not in words(opening), 60)
        assert openings(bench) == [opening]


async def test_a_private_answer_promises_nothing(tmp_path: Path) -> None:
    async with open_whole(tmp_path, retries=Retries(0.1, 2)) as bench:
        fail(bench)
        opening = await asked(bench, f"{ROOM} private")
        assert RETRYING not in words(opening)


async def test_the_notice_of_a_command_goes_when_the_answer_stands(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        await asked(bench, ROOM)
        assert [m for m in bench.said() if m.ephemeral_to and not m.deleted] == []


async def test_waiting_is_said_in_the_notice_and_a_private_answer_takes_its_place(
    tmp_path: Path,
) -> None:
    async with open_whole(tmp_path) as bench:
        limited = Fault(kind="rate_limited", path="/v2/", times=3, seconds=1.0)
        bench.hundredms.faults.add(limited)
        await asked(bench, f"{ROOM} private")
        alone = [m for m in bench.said() if m.ephemeral_to and not m.deleted]
        assert part_of(alone[0]) == "opening"
        assert not any("Looking" in shown(message) for message in alone)
        assert not any("rate-limiting" in shown(message) for message in alone)
        assert "100ms is rate-limiting us. Continuing in 1 s." in str(alone[0].edits)


async def test_an_error_of_a_command_takes_the_place_of_its_notice(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        await bench.slack.type_command(
            "C0ONCALL", "U0ALICE", "/call-errors", "nobody-has-that-name"
        )
        told = await bench.until_said("Reference CD-")
        await bench.settled(0.4)
        assert [m for m in bench.said() if not m.deleted] == [told]


async def test_an_error_of_a_mention_is_for_the_asker_alone(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        root = bench.slack.say("C0ONCALL", "a ticket")
        for text in ("strom", "refresh"):
            await bench.slack.mention("C0ONCALL", text, thread_ts=root.ts)
            await bench.settled(0.6)
        standing = [message for message in bench.said() if not message.deleted]
        assert standing
        assert {message.ephemeral_to for message in standing} == {"U0ALICE"}
