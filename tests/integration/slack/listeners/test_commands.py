"""Slash commands: acknowledged at once, answered in the channel with the detail in a thread."""

import re

import pytest

from bot.domain.target import Candidate, Choices
from tests.support.slack.edge_harness import check_all, lookup_of, open_bench, part_of, shown
from tests.support.slack.fakes import ROOM

MODES = pytest.mark.parametrize("mode", ["http", "socket"])
COMMANDS = pytest.mark.parametrize("command", ["/call-errors", "/room-errors", "/peer-errors"])
PEER = "0f8fad5b-d9cb-469f-a165-70867728950e"


@MODES
@COMMANDS
async def test_a_command_is_answered_in_the_channel_and_its_thread(mode: str, command: str) -> None:
    async with open_bench(mode) as bench:
        text = PEER if command == "/peer-errors" else ROOM
        delivery = await bench.slack.type_command("C0ONCALL", "U0ALICE", command, text)
        assert delivery.acked
        await bench.until_said("event-1", "C0ONCALL")
        opening = bench.team.in_channel("C0ONCALL")[-1]
        replies = bench.team.thread("C0ONCALL", opening.ts)
        assert [part_of(m) for m in (opening, *replies)] == ["opening", "reply-1", "reply-2"]
        assert len({lookup_of(m) for m in (opening, *replies)}) == 1
        assert re.search(r"CD-[A-Z0-9]{6,}", lookup_of(opening))
        assert lookup_of(opening) in str(delivery.body)
        assert bench.find("Looking up") is None
        for message in (opening, *replies):
            assert message.options["unfurl_links"] in (False, "0", "false")
            assert message.options["parse"] == "none"
        check_all(bench)
    assert bench.status == 0


@MODES
@pytest.mark.parametrize("text", ["", "   ", "help"])
async def test_help_and_an_empty_text_answer_only_the_asker(mode: str, text: str) -> None:
    async with open_bench(mode) as bench:
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", text)
        await bench.settled()
        (only,) = bench.said()
        assert only.ephemeral_to == "U0ALICE"
        assert "How to ask" in shown(only)


async def test_what_cannot_be_read_is_said_to_the_asker_with_a_reference() -> None:
    async with open_bench() as bench:
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "since never")
        (only,) = bench.said()
        assert only.ephemeral_to == "U0ALICE"
        assert re.search(r"CD-[A-Z0-9]{6,}", shown(only))
        assert bench.investigator.asked == []


async def test_private_answers_only_the_asker() -> None:
    async with open_bench() as bench:
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", f"{ROOM} private")
        await bench.until_said("event-1")
        assert bench.team.in_channel("C0ONCALL") == []
        assert all(m.ephemeral_to == "U0ALICE" for m in bench.said())
        assert bench.parts() == ["opening", "reply-1"]
        check_all(bench)


@pytest.mark.parametrize("channel", ["C0SECRET", "D0PAIR", "C0ARCHIVE", "C0READONLY"])
async def test_where_the_bot_may_not_post_the_asker_alone_is_answered(channel: str) -> None:
    async with open_bench() as bench:
        await bench.slack.type_command(channel, "U0BOB", "/call-errors", ROOM)
        await bench.until_said("event-1")
        assert all(m.ephemeral_to == "U0BOB" for m in bench.said())
        opening = next(m for m in bench.said() if part_of(m) == "opening")
        assert "Shown only to you" in shown(opening)
        assert lookup_of(opening) in shown(opening)
        check_all(bench)


async def test_a_public_channel_needs_no_invitation() -> None:
    async with open_bench() as bench:
        await bench.slack.type_command("C0GENERAL", "U0ALICE", "/call-errors", ROOM)
        await bench.until_said("event-1")
        assert len(bench.team.in_channel("C0GENERAL")) == 1


async def test_several_matches_are_offered_and_the_choice_is_answered() -> None:
    async with open_bench() as bench:
        one = Candidate("room", ROOM, "standup", "default")
        bench.investigator.choices = Choices((one, Candidate("room", ROOM, "other", "eu")))
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
        asked = await bench.until_said("Which one?")
        assert asked.ephemeral_to == "U0ALICE"
        bench.investigator.choices = None
        await bench.slack.click(asked, "choose-1")
        await bench.slack.click(asked, "choose-1")
        await bench.until_said("event-1")
        await bench.settled()
        assert len(bench.team.in_channel("C0ONCALL")) == 1
        assert len(bench.investigator.asked) == 2
        check_all(bench)
