"""An answer links the one about the same target that stands in the channel since a few minutes."""

from pathlib import Path

import pytest

from tests.integration.slack.buttons.test_refresh import ask_again
from tests.integration.slack.listeners.test_follow_ups import by_command, continue_with
from tests.integration.slack.lookup.test_diagnosis import asked, words
from tests.support.slack.edge_harness import Bench, check_all, part_of
from tests.support.slack.live_errors import fail_again
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack import Message

ROOM = "one-bad-user"
LINE = "Answered here already at "


def link_of(opening: Message) -> str:
    """Return the mrkdwn of the line; "" without one."""
    texts = [
        element["text"]
        for block in opening.blocks
        if block.get("block_id") == "earlier"
        for element in block["elements"]
    ]
    return texts[0] if texts else ""


def permalink(message: Message) -> str:
    return f"/archives/{message.channel}/p{message.ts.replace('.', '')}"


async def test_the_new_answer_links_the_standing_one_and_keeps_the_link(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        first = await asked(bench, ROOM)
        second = await asked(bench, f"room {ROOM}")
        assert link_of(first) == ""
        assert permalink(first) in link_of(second)
        as_of = words(first).partition(" · as of ")[2][:9]
        assert f"|{LINE}{as_of}>" in link_of(second)
        fail_again(bench, ROOM, 3)
        await ask_again(bench, second)
        await bench.slack.click(second, "take", "U0BOB")
        await bench.settled(0.4)
        assert "11 of 11 events" in words(second)
        *_, line, taken = words(second).splitlines()
        assert (line.startswith(LINE), taken.endswith(" is on it.")) == (True, True)
        await bench.slack.click(second, "release", "U0BOB")
        await bench.settled(0.4)
        assert words(second).count(LINE) == 1
        check_all(bench)


@pytest.mark.parametrize("text", ["sample-publish", f"marta in {ROOM}", f"{ROOM} private"])
async def test_another_target_and_a_private_answer_link_nothing(tmp_path: Path, text: str) -> None:
    async with open_whole(tmp_path) as bench:
        await asked(bench, ROOM)
        assert link_of(await asked(bench, text)) == ""


async def test_a_thread_and_direct_messages_are_not_linked_from_within(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        first = await by_command(bench)
        assert link_of(await continue_with(bench, first.ts, "room")) == ""
        await bench.slack.write_direct(ROOM)
        await bench.slack.write_direct(f"room {ROOM}")
        await bench.slack.until(lambda: len(_direct_openings(bench)) == 2, 30)
        await bench.settled(0.4)
        assert [link_of(opening) for opening in _direct_openings(bench)] == ["", ""]


def _direct_openings(bench: Bench) -> list[Message]:
    channel = bench.team.direct_channel("U0ALICE").id
    return [m for m in bench.said(channel) if part_of(m) == "opening" and "So far" not in m.text]


@pytest.mark.parametrize("fault", ["message_not_found", "timeout"])
async def test_without_a_permalink_the_answer_stands_alone(tmp_path: Path, fault: str) -> None:
    async with open_whole(tmp_path, call_seconds=30) as bench:
        await asked(bench, ROOM)
        bench.team.faults.add("chat.getPermalink", fault, times=None)
        assert link_of(await asked(bench, ROOM)) == ""


async def test_a_crash_before_the_opening_keeps_what_was_found(tmp_path: Path) -> None:
    async with open_whole(tmp_path, drain_seconds=0.1, call_seconds=60) as bench:
        first = await asked(bench, ROOM)
        hangs = bench.team.faults.add("*", "timeout", part="reply-1", times=1)
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
        await bench.slack.until(lambda: hangs.hits > 0, 10)
        await bench.life.aclose()
        bench.team.faults.add("chat.getPermalink", "message_not_found", times=None)
        await bench.begin(bench.life)
        await bench.settled(0.4)
        second = [m for m in bench.said() if part_of(m) == "opening"][-1]
        assert permalink(first) in link_of(second)
        await bench.slack.click(second, "take", "U0BOB")
        await bench.settled(0.4)
        assert words(second).count(LINE) == 1
        check_all(bench)
