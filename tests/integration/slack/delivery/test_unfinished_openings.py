"""Nothing unfinished stands for good: what was told elsewhere is said where the opening stands."""

import re
from pathlib import Path

import pytest

from tests.support.slack.edge_harness import Bench, check_all, part_of, shown
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack import Message

pytestmark = pytest.mark.timeout(300)
CHANNEL, ALICE = "C0ONCALL", "U0ALICE"
UNFINISHED = re.compile("so far|Still reading")


def unfinished(bench: Bench) -> list[Message]:
    return [
        message
        for message in bench.said()
        if UNFINISHED.search(shown(message) + str(message.blocks))
    ]


async def ended(bench: Bench) -> None:
    """Wait for what is tried again and again; a slow machine takes its time."""
    await bench.slack.until(lambda: bench.jobs.running_count == 0, 240)
    await bench.settled()


async def test_an_opening_found_late_says_where_its_end_is(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        bench.team.faults.add("chat.postMessage", "reset_after", part="opening")
        bench.team.faults.add("conversations.history", "http_500", times=8)  # two for each look
        await bench.slack.type_command(CHANNEL, ALICE, "/call-errors", "one-bad-user")
        await ended(bench)
        check_all(bench)
        (opening,) = [m for m in bench.said(CHANNEL) if part_of(m) == "ended"]
        assert opening.edits
        assert "apart-opening" in bench.parts(CHANNEL)
        assert not unfinished(bench)


async def test_a_passing_refusal_of_the_last_edit_is_waited_for(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        # Two tries of the answer and one of the words instead, each two calls; then all is well.
        bench.team.faults.add("chat.update", "http_503", times=6)
        await bench.slack.type_command(CHANNEL, ALICE, "/call-errors", "one-bad-user")
        await ended(bench)
        check_all(bench)
        assert not unfinished(bench)


@pytest.mark.parametrize("error", ["cant_update_message", "restricted_action", "missing_scope"])
async def test_an_edit_refused_for_good_is_said_in_the_thread(tmp_path: Path, error: str) -> None:
    async with open_whole(tmp_path) as bench:
        bench.team.faults.add("chat.update", error, times=None)
        await bench.slack.type_command(CHANNEL, ALICE, "/call-errors", "one-bad-user")
        await ended(bench)
        (stands,) = unfinished(bench)
        (said,) = [m for m in bench.said(CHANNEL) if part_of(m) == "stays"]
        assert said.thread_ts == stands.ts
        assert error in shown(said) + str(said.blocks)


async def test_an_opening_that_is_gone_is_not_spoken_of(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        bench.team.faults.add("chat.update", "message_not_found", times=None)
        await bench.slack.type_command(CHANNEL, ALICE, "/call-errors", "one-bad-user")
        await ended(bench)
        assert "stays" not in bench.parts()
        assert len([part for part in bench.parts(CHANNEL) if part == "opening"]) == 2
