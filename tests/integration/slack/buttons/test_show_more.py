"""`Show more`, link buttons, and people of other companies."""

import asyncio
from typing import Any

import pytest

from tests.support.slack.edge_harness import Bench, check_all, open_bench, part_of, shown
from tests.support.slack.fakes import ROOM
from workbench.pretend_slack import Message

MODES = pytest.mark.parametrize("mode", ["http", "socket"])


async def ask_for_many(bench: Bench, channel: str = "C0ONCALL", text: str = ROOM) -> Message:
    """The message with the `Show more` button."""
    bench.team.app.scopes.discard("files:write")
    bench.investigator.failures = 4
    bench.renderer.replies = 2
    await bench.slack.type_command(channel, "U0ALICE", "/call-errors", text)
    await bench.slack.until(lambda: with_button(bench))
    found = with_button(bench)
    assert found is not None
    return found


def with_button(bench: Bench) -> Message | None:
    return next((m for m in bench.said() if "show_more" in str(m.blocks)), None)


def without_files(mode: str = "http") -> Any:
    return open_bench(mode)


@MODES
async def test_each_press_shows_more_until_all_is_shown(mode: str) -> None:
    async with open_bench(mode) as bench:
        bench.team.faults.add("files.getUploadURLExternal", "file_uploads_disabled", times=None)
        pressed = await ask_for_many(bench)
        (opening,) = bench.team.in_channel("C0ONCALL")
        await bench.slack.click(pressed, "show_more")
        await bench.until_said("event-2")
        await bench.settled()
        assert "show_more" not in str(pressed.blocks)
        assert part_of(pressed) == "more"
        second = with_button(bench)
        assert second is not None
        await bench.slack.click(second, "show_more")
        await bench.until_said("event-3")
        await bench.settled()
        assert with_button(bench) is None
        parts = [part_of(m) for m in bench.team.thread("C0ONCALL", opening.ts)]
        assert parts == ["reply-1", "reply-2", "more", "more-event-2", "more-event-3"]
        check_all(bench)


async def test_a_button_pressed_twice_answers_once() -> None:
    async with open_bench() as bench:
        bench.team.faults.add("files.*", "file_uploads_disabled", times=None)
        pressed = await ask_for_many(bench)
        clicks = [bench.slack.click(pressed, "show_more", user) for user in ("U0ALICE", "U0BOB")]
        await asyncio.gather(*clicks)
        await bench.until_said("event-2")
        await bench.settled()
        assert bench.parts().count("more-event-2") == 1


async def test_a_press_that_failed_may_be_repeated() -> None:
    async with open_bench() as bench:
        bench.team.faults.add("files.*", "file_uploads_disabled", times=None)
        pressed = await ask_for_many(bench)
        bench.investigator.error = RuntimeError("a fault")
        await bench.slack.click(pressed, "show_more")
        assert (await bench.until_said("Reference CD-")).ephemeral_to == "U0ALICE"
        await bench.settled()
        bench.investigator.error = None
        await bench.slack.click(pressed, "show_more")
        await bench.until_said("event-2")


async def test_a_button_of_an_unknown_form_is_explained() -> None:
    async with open_bench() as bench:
        blocks = [
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": action,
                        "text": {"type": "plain_text", "text": "x"},
                        "value": "from another age",
                    }
                    for action in ("show_more", "choose-0", "open_dashboard")
                ],
            }
        ]
        message = bench.slack.say("C0ONCALL", "old", blocks=blocks)
        for number, action in enumerate(("show_more", "choose-0", "open_dashboard")):
            delivery = await bench.slack.click(message, action)
            assert delivery.acked
            await bench.settled()
            assert len(bench.said()) == min(number + 1, 2)
        assert all("Reference CD-" in shown(m) for m in bench.said())


@MODES
async def test_people_of_other_companies_get_no_data(mode: str) -> None:
    async with open_bench(mode) as bench:
        bench.team.faults.add("files.*", "file_uploads_disabled", times=None)
        pressed = await ask_for_many(bench, "C0SHARED", f"{ROOM} public")
        await bench.slack.click(pressed, "show_more", "U0OUT")
        refusal = await bench.until_said("another company")
        assert refusal.ephemeral_to == "U0OUT"
        await bench.settled()
        assert bench.investigator.reopened == []


async def test_files_are_attached_where_that_is_granted() -> None:
    async with open_bench() as bench:
        bench.investigator.failures, bench.renderer.replies = 4, 2
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
        await bench.slack.until(lambda: any(f.shared_in for f in bench.team.files.values()))
        await bench.settled()
        (opening,) = bench.team.in_channel("C0ONCALL")
        (file,) = bench.team.files.values()
        assert file.shared_in == [("C0ONCALL", opening.ts)]
        assert with_button(bench) is None


async def test_a_private_answer_shows_more_in_private() -> None:
    async with open_bench() as bench:
        bench.team.faults.add("files.*", "file_uploads_disabled", times=None)
        pressed = await ask_for_many(bench)
        copy = bench.team.app_message(
            "C0ONCALL", blocks=pressed.blocks, text="x", ephemeral_to="U0ALICE"
        )
        await bench.slack.click(copy, "show_more")
        found = await bench.until_said("event-2")
        assert found.ephemeral_to == "U0ALICE"
