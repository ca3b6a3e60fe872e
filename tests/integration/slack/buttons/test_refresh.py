"""*Ask again*: the opening is edited in place, and one line in its thread says what changed."""

import asyncio
from pathlib import Path

import pytest

from bot.domain.privacy.personal_names import Names
from tests.integration.slack.lookup.test_diagnosis import asked, press, words
from tests.support.slack.edge_harness import Bench, check_all, lookup_of, part_of
from tests.support.slack.live_errors import fail_again
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack import Message

ROOM = "one-bad-user"
GONE = ("edit_window_closed", "message_not_found", "cant_update_message")


async def ask_again(bench: Bench, opening: Message, user: str = "U0BOB") -> list[Message]:
    """Press the button; return what the bot says upon it."""
    before = len(bench.said())
    await bench.slack.click(opening, "ask_again", user)
    await bench.settled(0.4)
    return bench.said()[before:]


async def test_new_errors_edit_the_opening_and_make_one_line(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, ROOM)
        edits = len(opening.edits)
        fail_again(bench, ROOM, 3)
        fail_again(bench, ROOM, 2, "Asha Rao")
        (line,) = await ask_again(bench, opening)
        assert words(line).startswith("+5 errors, Asha Rao is new; verdict unchanged")
        assert (line.thread_ts, line.ephemeral_to) == (opening.ts, None)
        assert len(opening.edits) == edits + 1
        assert "Asha" in words(opening)
        assert "13 of 13 events read · as of" in words(opening)
        assert lookup_of(line) == lookup_of(opening)
        assert bench.parts().count("opening") == 1
        check_all(bench)


async def test_new_failures_are_shown_by_the_button_of_the_line(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, ROOM)
        fail_again(bench, ROOM, 1)
        (line,) = await ask_again(bench, opening)
        assert "Show new failures" not in words(line)
        fail_again(bench, ROOM, 1, now=True)
        (line,) = await ask_again(bench, opening)
        assert "Show new failures" in words(line)
        (shown,) = await press(bench, line, "show_more")
        assert (shown.thread_ts, "Marta" in words(shown)) == (opening.ts, True)
        assert "Show new failures" not in words(line)


async def test_no_change_is_one_line_for_the_presser(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, ROOM)
        before = words(opening)
        for _ in range(2):
            (line,) = await ask_again(bench, opening)
            assert words(line).startswith("No change as of ")
            assert line.ephemeral_to == "U0BOB"
        assert words(opening) == before
        check_all(bench)


async def test_a_second_press_compares_with_the_first(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, ROOM)
        fail_again(bench, ROOM, 3)
        await ask_again(bench, opening)
        fail_again(bench, ROOM, 1)
        (line,) = await ask_again(bench, opening)
        assert words(line).startswith("+1 error; verdict unchanged")


async def test_two_presses_at_once_give_one_refresh(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, ROOM)
        fail_again(bench, ROOM, 3)
        before = len(bench.said())
        users = ("U0ALICE", "U0BOB", "U0BOB")
        await asyncio.gather(*(bench.slack.click(opening, "ask_again", user) for user in users))
        await bench.settled(0.6)
        said = bench.said()[before:]
        public = [message for message in said if message.ephemeral_to is None]
        assert [words(line).partition(";")[0] for line in public] == ["+3 errors"]
        assert len(said) == len(users)
        check_all(bench)


@pytest.mark.parametrize("error", GONE)
async def test_an_opening_that_cannot_be_edited_says_it_in_the_line(
    tmp_path: Path, error: str
) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, ROOM)
        fail_again(bench, ROOM, 3)
        bench.team.faults.add("chat.update", error, times=None)
        (line,) = await ask_again(bench, opening)
        assert words(line).startswith("+3 errors; verdict unchanged")
        assert "As of " in words(line)
        assert "Marta Lindqvist" in words(line)
        assert line.thread_ts == opening.ts
        bench.team.faults.clear()
        (again,) = await ask_again(bench, opening)
        assert words(again).startswith("No change as of ")


async def test_a_private_answer_is_replaced(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, f"{ROOM} private")
        (same,) = await ask_again(bench, opening, "U0ALICE")
        assert words(same).startswith("No change as of ")
        fail_again(bench, ROOM, 2, "Asha Rao")
        said = await ask_again(bench, opening, "U0ALICE")
        assert {message.ephemeral_to for message in said} == {"U0ALICE"}
        assert "Asha" in words(opening)
        assert "opening" not in [part_of(message) for message in said]
        assert not [m for m in bench.said() if m.ephemeral_to is None]


async def test_a_private_answer_without_an_address_is_sent_anew(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, f"{ROOM} private")
        fail_again(bench, ROOM, 2, "Asha Rao")
        bench.team.faults.add("response_url", "expired_url", times=None)
        said = await ask_again(bench, opening, "U0ALICE")
        assert part_of(said[0]) == "opening"
        assert {message.ephemeral_to for message in said} == {"U0ALICE"}
        assert "Asha" in words(said[0])


@pytest.mark.parametrize(
    ("names", "told"), [(Names.SHORT, "Asha R. is new"), (Names.NONE, "1 person is new")]
)
async def test_the_line_names_people_as_the_channel_does(
    tmp_path: Path, names: Names, told: str
) -> None:
    async with open_whole(tmp_path, show_names=names) as bench:
        opening = await asked(bench, ROOM)
        fail_again(bench, ROOM, 2, "Asha Rao")
        (line,) = await ask_again(bench, opening)
        assert f"+2 errors, {told}; verdict unchanged" in words(line)
        assert "Asha Rao" not in words(*bench.said())


async def test_an_answer_from_before_the_upgrade_is_reopened_to_compare(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, ROOM)
        assert (await bench.memory.forget_room(bench.hundredms.world.room(ROOM).id))[
            "states of openings"
        ] == 1
        await bench.restart()
        fail_again(bench, ROOM, 3, now=True)
        (line,) = await ask_again(bench, opening)
        assert words(line).startswith("+3 errors")
        assert bench.parts().count("opening") == 1


async def test_refreshes_are_in_the_audit(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, ROOM)
        await ask_again(bench, opening)
        rows = await bench.memory.audit.find()
        told = {(row.action, row.outcome.value, row.reference) for row in rows}
        assert ("ask_again", "answered", lookup_of(opening)) in told


async def test_what_happened_a_moment_ago_is_read_in_a_running_call(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        stage, room = bench.hundredms, bench.hundredms.live()
        room.retry_seconds = 1
        room.start(stage.now())
        await asked(bench, room.name)
        room.break_network(0, stage.now())
        await asyncio.sleep(3.2)  # until they are listed as gone
        opening = await asked(bench, room.name)
        stale = words(opening)
        assert "No errors reported" in stale, "answered from what was read"
        person = room.people[0].name
        (line,) = await ask_again(bench, opening)
        assert "verdict changed: no errors → their network (1 person by now)" in words(line)
        assert person in words(opening)
        room.mend(0, stage.now())
        (line,) = await ask_again(bench, opening)
        assert f"{person} recovered" in words(line)


@pytest.mark.parametrize("text", ["again", "again since 29d", "again private"])
async def test_the_word_reads_anew_with_and_without_more(tmp_path: Path, text: str) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, ROOM)
        fail_again(bench, ROOM, 3)
        before = len(bench.said())
        await bench.slack.mention("C0ONCALL", text, thread_ts=opening.ts, user="U0ALICE")
        await bench.slack.until(lambda: len(bench.said()) > before, 20)
        await bench.settled(0.4)
        assert "11 of 11 events" in words(opening, *bench.said()[before:])
