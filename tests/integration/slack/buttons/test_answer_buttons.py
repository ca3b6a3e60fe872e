"""The buttons under an answer, at the Slack edge: who sees what, how often, and in words."""

import asyncio
import json

import pytest

from bot.domain.answer_log import Claim
from bot.domain.errors import HundredMsUnreachable
from bot.slack.dedupe import digest_of
from bot.slack.listeners.registry import LOOKUP_BUTTONS as KNOWN
from tests.support.slack.edge_harness import Bench, check_all, open_bench, part_of, shown
from tests.support.slack.fakes import NOW, REOPENING, ROOM, button
from workbench.pretend_slack import Message

MODES = pytest.mark.parametrize("mode", ["http", "socket"])
BUTTONS = pytest.mark.parametrize("name", REOPENING)
PARTS = {
    "recovered": ["recovered-1", "recovered-2"],
    "timeline": ["timeline-1", "timeline-2"],
    "evidence": ["evidence"],
    "packet": ["packet"],
}
"""What comes of each press where the stand-in report has two failures."""
FOR_ALL = tuple(name for name in REOPENING if name != "evidence")


async def asked(bench: Bench, text: str = ROOM, channel: str = "C0ONCALL") -> Message:
    """The answer's opening, with its buttons."""
    await bench.slack.type_command(channel, "U0ALICE", "/call-errors", text)
    await bench.slack.until(lambda: "opening" in bench.parts())
    await bench.settled()
    return next(message for message in bench.said() if part_of(message) == "opening")


async def press(bench: Bench, message: Message, name: str, user: str = "U0ALICE") -> list[Message]:
    """What the bot says upon it."""
    before = len(bench.said())
    assert (await bench.slack.click(message, name, user)).acked
    await bench.slack.until(lambda: len(bench.said()) > before)
    await bench.settled()
    return bench.said()[before:]


def parts(messages: list[Message]) -> list[str]:
    """What an attached file is posted with has none."""
    return [part for part in map(part_of, messages) if part]


@MODES
@BUTTONS
async def test_a_public_answer_is_added_to_in_its_thread(mode: str, name: str) -> None:
    async with open_bench(mode) as bench:
        opening = await asked(bench)
        said = await press(bench, opening, name, "U0BOB")
        assert parts(said) == PARTS[name]
        if name == "evidence":
            assert {message.ephemeral_to for message in said} == {"U0BOB"}
        else:
            assert {(m.thread_ts, m.ephemeral_to) for m in said} == {(opening.ts, None)}
        assert bench.investigator.diagnoses == 2
        (handle,) = bench.investigator.reopened
        assert (handle.room_id, handle.as_of, handle.private) == (ROOM, NOW, False)
        check_all(bench)


@BUTTONS
async def test_a_private_answer_stays_private(name: str) -> None:
    async with open_bench() as bench:
        opening = await asked(bench, f"{ROOM} private")
        assert opening.ephemeral_to == "U0ALICE"
        said = await press(bench, opening, name)
        assert {message.ephemeral_to for message in said} == {"U0ALICE"}
        assert parts(said)[: len(PARTS[name])] == PARTS[name]
        assert bench.team.files == {}
        check_all(bench)


@pytest.mark.parametrize("name", FOR_ALL)
async def test_pressed_by_two_at_once_answers_once(name: str) -> None:
    async with open_bench() as bench:
        opening = await asked(bench)
        bench.investigator.seconds = 0.2
        clicks = [bench.slack.click(opening, name, user) for user in ("U0ALICE", "U0BOB")]
        await asyncio.gather(*clicks)
        await bench.slack.until(lambda: PARTS[name][-1] in bench.parts())
        await bench.settled(0.4)
        assert bench.parts().count(PARTS[name][0]) == 1
        assert len(bench.investigator.reopened) == 1


@pytest.mark.parametrize("name", FOR_ALL)
async def test_pressed_again_later_says_where_it_is(name: str) -> None:
    async with open_bench() as bench:
        opening = await asked(bench)
        await press(bench, opening, name)
        (word,) = await press(bench, opening, name, "U0BOB")
        assert word.ephemeral_to == "U0BOB"
        assert "see the thread" in shown(word)
        assert bench.parts().count(PARTS[name][0]) == 1


@pytest.mark.parametrize("name", FOR_ALL)
async def test_pressed_again_after_a_restart_says_where_it_is(name: str) -> None:
    async with open_bench() as bench:
        opening = await asked(bench)
        await press(bench, opening, name)
        await bench.restart()
        for _ in range(2):
            (word,) = await press(bench, opening, name, "U0BOB")
            assert word.ephemeral_to == "U0BOB"
            assert "see the thread" in shown(word)
        assert bench.parts().count(PARTS[name][0]) == 1
        assert len(bench.investigator.reopened) == 1


async def test_pressed_while_another_process_answers_a_press_says_that_it_comes() -> None:
    async with open_bench() as bench:
        opening = await asked(bench)
        elements = [each for block in opening.blocks for each in block.get("elements", ())]
        value = next(each["value"] for each in elements if each.get("action_id") == "recovered")
        what = digest_of(("recovered", "C0ONCALL", opening.ts, value, "")).hex()
        assert await bench.memory.post_claims.claim(what, "press:elsewhere") is Claim.ACQUIRED
        (word,) = await press(bench, opening, "recovered")
        assert word.ephemeral_to == "U0ALICE"
        assert "on its way, see the thread" in shown(word)
        assert bench.investigator.reopened == []
        await bench.memory.post_claims.release(what, "press:elsewhere")
        assert parts(await press(bench, opening, "recovered")) == PARTS["recovered"]


async def test_what_failed_may_be_pressed_again_also_after_a_restart() -> None:
    async with open_bench() as bench:
        opening = await asked(bench)
        bench.investigator.error = HundredMsUnreachable()
        (word,) = await press(bench, opening, "recovered")
        assert "100ms did not answer" in shown(word)
        bench.investigator.error = None
        await bench.restart()
        assert parts(await press(bench, opening, "recovered", "U0BOB")) == PARTS["recovered"]


async def test_everybody_gets_the_evidence_and_again_if_it_is_gone() -> None:
    async with open_bench() as bench:
        opening = await asked(bench)
        for user in ("U0ALICE", "U0BOB", "U0BOB"):
            (evidence,) = await press(bench, opening, "evidence", user)
            assert evidence.ephemeral_to == user
            assert "Evidence of" in shown(evidence)
        bench.investigator.seconds = 0.2
        await asyncio.gather(*(bench.slack.click(opening, "evidence") for _ in range(3)))
        await bench.settled(0.4)
        assert bench.parts().count("evidence") == 4


@BUTTONS
async def test_after_a_restart_the_button_knows_everything(name: str) -> None:
    async with open_bench() as bench:
        opening = await asked(bench)
        await bench.restart()
        assert parts(await press(bench, opening, name)) == PARTS[name]


@BUTTONS
async def test_people_of_other_companies_get_no_data(name: str) -> None:
    async with open_bench() as bench:
        opening = await asked(bench, f"{ROOM} public", channel="C0SHARED")
        (refusal,) = await press(bench, opening, name, "U0OUT")
        assert "another company" in shown(refusal)
        assert refusal.ephemeral_to == "U0OUT"
        assert bench.investigator.reopened == []
        said = await press(bench, opening, name, "U0BOB")
        assert {message.ephemeral_to for message in said} == {"U0BOB"}
        assert parts(said)[:1] == PARTS[name][:1]


@pytest.mark.parametrize("value", ["from another age", "{}", '{"v":9,"kind":"room"}', "[1]"])
async def test_a_value_that_nobody_can_read_is_explained(value: str) -> None:
    async with open_bench() as bench:
        elements = [button(name, name, value) for name in REOPENING]
        blocks = [{"type": "actions", "elements": elements}]
        old = bench.slack.say("C0ONCALL", "old", blocks=blocks)
        for name in REOPENING:
            (told,) = await press(bench, old, name)
            assert told.ephemeral_to == "U0ALICE"
            assert "older answer" in shown(told)
            assert "Reference CD-" in shown(told)
        assert bench.investigator.reopened == []


@BUTTONS
async def test_a_press_that_failed_is_explained_and_may_be_repeated(name: str) -> None:
    async with open_bench() as bench:
        opening = await asked(bench)
        bench.investigator.error = RuntimeError("a fault")
        (told,) = await press(bench, opening, name)
        assert told.ephemeral_to == "U0ALICE"
        assert "Reference CD-" in shown(told)
        bench.investigator.error = None
        assert parts(await press(bench, opening, name)) == PARTS[name]


async def test_the_packet_is_attached_as_json() -> None:
    async with open_bench() as bench:
        opening = await asked(bench)
        await press(bench, opening, "packet")
        (file,) = bench.team.files.values()
        assert file.shared_in == [("C0ONCALL", opening.ts)]
        assert "packet-json" not in bench.parts()


@pytest.mark.parametrize("why", ["no scope", "refused", "private"])
async def test_where_no_file_may_be_the_packet_is_json_in_words(why: str) -> None:
    async with open_bench() as bench:
        if why == "refused":
            bench.team.faults.add("files.*", "file_uploads_disabled", times=None)
        opening = await asked(bench, f"{ROOM} private" if why == "private" else ROOM)
        if why == "no scope":
            bench.team.app.scopes.discard("files:write")
        said = await press(bench, opening, "packet")
        assert parts(said) == ["packet", "packet-json"]
        assert json.loads(said[1].text) == ["event-0", "event-1"]
        assert bench.team.files == {} or why == "refused"


async def test_a_file_that_slack_does_not_confirm_is_named() -> None:
    async with open_bench() as bench:
        opening = await asked(bench)
        bench.team.faults.add("files.completeUploadExternal", "internal_error", times=None)
        said = await press(bench, opening, "packet")
        assert parts(said)[0] == "packet"
        assert any("didn't confirm" in shown(message) for message in said)
        assert "packet-json" not in parts(said)


@pytest.mark.parametrize("name", FOR_ALL)
async def test_where_the_bot_may_not_post_the_presser_alone_reads_it(name: str) -> None:
    async with open_bench() as bench:
        opening = await asked(bench)
        bench.team.faults.add("chat.postMessage", "restricted_action", times=None)
        said = await press(bench, opening, name, "U0BOB")
        assert {message.ephemeral_to for message in said} == {"U0BOB"}
        assert parts(said)[: len(PARTS[name])] == PARTS[name]


async def test_a_message_that_slack_does_not_confirm_is_named_and_not_repeated() -> None:
    async with open_bench(blind=True) as bench:
        opening = await asked(bench)
        bench.team.faults.add("chat.postMessage", "internal_error", times=1)
        said = await press(bench, opening, "timeline", "U0BOB")
        assert "timeline-1" not in parts(said)
        assert "timeline-2" in parts(said)
        (told,) = [message for message in said if message.ephemeral_to]
        assert "timeline-1" in shown(told)


async def test_a_private_form_that_all_can_see_answers_each_presser_alone() -> None:
    async with open_bench() as bench:
        opening = await asked(bench, f"{ROOM} private")
        copy = bench.team.app_message("C0ONCALL", blocks=opening.blocks, text="x")
        for user in ("U0ALICE", "U0BOB"):
            said = await press(bench, copy, "timeline", user)
            assert {message.ephemeral_to for message in said} == {user}


def test_the_stand_ins_have_every_button() -> None:
    assert {one.name for one in KNOWN} == {
        *REOPENING,
        "show_more",
        "reply",
        "it_note",
        "details",
        "ticket",
        "take",
        "release",
        "watch",
        "others",
    }
