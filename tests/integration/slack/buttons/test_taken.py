"""*I'm on it* and *Release*: one name in the opening's last line, and no edit undoes another."""

import asyncio
from pathlib import Path

from tests.integration.slack.buttons.test_refresh import ROOM, ask_again
from tests.integration.slack.lookup.test_diagnosis import asked, words
from tests.support.slack.edge_harness import check_all
from tests.support.slack.live_errors import fail_again
from tests.support.slack.whole_bot import open_whole


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


async def test_an_opening_that_cannot_be_edited_gets_a_line(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, ROOM)
        bench.team.faults.add("chat.update", "edit_window_closed", times=None)
        await bench.slack.click(opening, "take", "U0BOB")
        line = await bench.until_said(" is on it.")
        assert (line.thread_ts, line.ephemeral_to) == (opening.ts, None)
