"""*I'm on it* and *Release*: one name in the opening's last line, and no edit undoes another."""

import asyncio
import copy
from pathlib import Path

import pytest

from tests.integration.slack.buttons.test_refresh import ROOM, ask_again
from tests.integration.slack.lookup.test_diagnosis import asked, words
from tests.support.slack.edge_harness import Bench, check_all
from tests.support.slack.live_errors import fail_again
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_slack import Message


async def test_one_takes_it_and_anybody_releases_it(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, ROOM)
        before, edits = words(opening), len(opening.edits)
        await asyncio.gather(
            *(bench.slack.click(opening, "take", user) for user in ("U0ALICE", "U0BOB"))
        )
        await bench.settled(0.4)
        last = words(opening).splitlines()[-1]
        assert last.endswith(" is on it.")
        assert len(opening.edits) == edits + 1
        (told,) = [m for m in bench.said() if "is on it already" in words(m)]
        assert told.ephemeral_to in ("U0ALICE", "U0BOB")
        assert "<@" not in words(opening)
        fail_again(bench, ROOM, 3)
        await ask_again(bench, opening)
        assert words(opening).splitlines()[-1] == last
        await bench.slack.click(opening, "release", "U0BOB")
        await bench.settled(0.4)
        assert "is on it" not in words(opening)
        assert "I'm on it" in words(opening)
        assert words(opening) != before
        check_all(bench)


async def test_presses_that_read_nothing_make_no_queue(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, ROOM)
        for name in ("take", "release") * 6:
            await bench.slack.click(opening, name, "U0BOB")
            await bench.settled(0.1)
        assert bench.find("too many look-ups") is None
        assert "I'm on it" in words(opening)


async def test_a_press_from_before_a_refresh_keeps_the_refresh(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, ROOM)
        earlier = copy.deepcopy(opening)
        fail_again(bench, ROOM, 2, "Asha Rao")
        await ask_again(bench, opening)
        refreshed = words(opening).replace("I'm on it", "Release")
        await bench.slack.click(earlier, "take", "U0BOB")
        await bench.settled(0.4)
        *above, last = words(opening).splitlines()
        assert last.endswith(" is on it.")
        assert above == refreshed.splitlines()
        assert "Asha" in refreshed
        check_all(bench)


@pytest.mark.parametrize("readable", [True, False])
async def test_an_opening_that_cannot_be_edited_gets_lines_that_undo(
    tmp_path: Path, *, readable: bool
) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, ROOM)
        bench.team.faults.add("chat.update", "edit_window_closed", times=None)
        line = await _line_of(bench, opening, "take", "U0BOB")
        assert " is on it." in words(line)
        if not readable:  # 100ms does not keep the events of an old call
            bench.hundredms.faults.add(Fault(kind="error", status=404))
            await bench.restart()
        undone = await _line_of(bench, line, "release", "U0ALICE")
        assert "Nobody is on it any more." in words(undone)
        again = await _line_of(bench, undone, "take", "U0ALICE")
        assert " is on it." in words(again)
        assert {m.thread_ts for m in (line, undone, again)} == {opening.ts}


async def test_a_line_does_not_stand_for_a_forgotten_opening(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, ROOM)
        bench.team.faults.add("chat.update", "edit_window_closed", times=None)
        line = await _line_of(bench, opening, "take", "U0BOB")
        bench.team.faults.clear()
        await bench.memory.forget_room(bench.hundredms.world.room(ROOM).id)
        await bench.restart()
        before = words(line)
        await bench.slack.click(line, "release", "U0ALICE")
        told = await bench.until_said("Nobody is on it.")
        assert told.ephemeral_to == "U0ALICE"
        assert words(line) == before


async def _line_of(bench: Bench, message: Message, name: str, user: str) -> Message:
    """Press a button; return the one line that everybody gets upon it."""
    before = len(bench.said())
    await bench.slack.click(message, name, user)
    await bench.settled(0.4)
    (line,) = bench.said()[before:]
    assert line.ephemeral_to is None
    return line
