"""*Reply to customer* at the Slack edge: the form, what is chosen in it, and the copy."""

import asyncio
from pathlib import Path

import pytest

from tests.integration.slack.lookup.test_diagnosis import asked, words
from tests.support.slack.edge_harness import Bench, check_all, part_of, shown
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_slack import Message, View
from workbench.pretend_slack.limits import check_view

MODES = pytest.mark.parametrize("mode", ["http", "socket"])


def form_of(bench: Bench) -> View:
    """The form that was opened last."""
    return list(bench.team.views.values())[-1]


def letter_in(view: View) -> str:
    """The draft in a form; "" before somebody is chosen."""
    inputs = [block for block in view.content["blocks"] if block["type"] == "input"]
    return str(inputs[0]["element"]["initial_value"]) if inputs else ""


async def opened(bench: Bench, opening: Message, user: str = "U0BOB") -> View:
    """The form once the call was read again."""
    before = len(bench.team.views)
    await bench.slack.click(opening, "reply", user)
    await bench.slack.until(lambda: len(bench.team.views) > before)
    view = form_of(bench)
    await bench.slack.until(lambda: "reply_choice" in str(view.content), 30)
    return view


@MODES
async def test_a_draft_for_the_one_person_is_edited_and_copied(tmp_path: Path, mode: str) -> None:
    async with open_whole(tmp_path, mode) as bench:
        opening = await asked(bench, "one-bad-user")
        view = await opened(bench, opening)
        assert "Reading the call" in str(view.edits[0])
        assert letter_in(view).startswith("Hi Marta,")
        await bench.slack.submit(view, {"reply_text": "Hi Marta,\n\nall is well. <!channel>"})
        copy = next(message for message in bench.said() if part_of(message) == "reply")
        assert not view.is_open
        assert copy.ephemeral_to == "U0BOB"
        assert "all is well." in words(copy)
        assert "<!channel>" not in str(copy.blocks)
        check_all(bench)


async def test_among_many_somebody_is_chosen_first_and_all_choices_hold(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        view = await opened(bench, await asked(bench, "storm"))
        assert letter_in(view) == ""
        assert "submit" not in view.content
        (row,) = (block for block in view.content["blocks"] if block["type"] == "actions")
        person = row["elements"][0]["options"][1]
        await bench.slack.act_in_view(view, "reply_person", person["value"])
        await bench.slack.until(lambda: "We" in letter_in(view) or "Hi" in letter_in(view))
        english = letter_in(view)
        await bench.slack.act_in_view(view, "reply_language", "de")
        await bench.slack.until(lambda: "Es tut uns leid" in letter_in(view))
        long = letter_in(view)
        await bench.slack.act_in_view(view, "reply_length", "short")
        await bench.slack.until(lambda: len(letter_in(view)) < len(long))
        assert "Es tut uns leid" in letter_in(view)
        assert english != long
        assert len(bench.said()) == len([m for m in bench.said() if part_of(m) != "reply"])
        assert check_view(view.content) == []


async def test_the_ticket_chooses_who_is_named_in_it(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        ticket = bench.slack.say("C0ONCALL", "<@U0DOCTOR> storm: Asha Rao was thrown out")
        await bench.slack.mention("C0ONCALL", "storm", thread_ts=ticket.ts)
        await bench.slack.until(lambda: "opening" in bench.parts(), 30)
        await bench.settled(0.4)
        opening = next(m for m in bench.said() if part_of(m) == "opening")
        view = await opened(bench, opening)
        assert letter_in(view).startswith("Hi Asha,")


async def test_a_form_that_was_closed_is_left_alone(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, "one-bad-user")
        before = len(bench.said())
        await bench.slack.click(opening, "reply", "U0BOB")
        await bench.slack.close_view(form_of(bench))
        await bench.settled(0.4)
        assert len(bench.said()) == before


async def test_without_a_form_the_letter_comes_as_a_message(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, "one-bad-user")
        bench.team.faults.add("views.open", "internal_error", times=1)
        await bench.slack.click(opening, "reply", "U0BOB")
        told = await bench.until_said("Your reply, ready to copy")
        assert told.ephemeral_to == "U0BOB"
        assert "Hi Marta," in words(told)


async def test_what_cannot_be_read_is_said_in_the_form_and_to_the_presser(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, "one-bad-user")
        bench.hundredms.faults.add(Fault(kind="error", status=500, times=None))
        await bench.slack.click(opening, "reply", "U0BOB")
        await bench.slack.until(lambda: len(form_of(bench).edits) > 0, 60)
        await bench.settled(0.4)
        assert "Reading the call" not in str(form_of(bench).content)


async def test_a_copy_that_slack_refuses_keeps_the_text_in_the_form(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        view = await opened(bench, await asked(bench, "one-bad-user"))
        for method in ("chat.postEphemeral", "chat.postMessage"):
            bench.team.faults.add(method, "internal_error", times=None)
        await bench.slack.submit(view)
        assert view.is_open
        assert "Copy the text from here" in str(view.errors)


async def test_people_of_other_companies_get_no_form(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, "one-bad-user")
        bench.team.channels["C0ONCALL"].members.add("U0OUT")
        await bench.slack.click(opening, "reply", "U0OUT")
        refusal = await bench.until_said("another company")
        assert refusal.ephemeral_to == "U0OUT"
        assert bench.team.views == {}


async def test_the_form_and_the_copy_are_in_the_audit(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        view = await opened(bench, await asked(bench, "one-bad-user"))
        await bench.slack.submit(view)
        await bench.settled(0.4)
        rows = await bench.memory.audit.find()
        told = [(row.action, row.outcome and row.outcome.value, row.reference) for row in rows]
        actions = [(action, outcome) for action, outcome, _ in told]
        assert ("reply", "answered") in actions
        assert ("reply_form", "answered") in actions
        assert len({reference for *_, reference in told}) == 1


async def test_a_private_answer_is_posted_for_everybody_once(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, "one-bad-user private")
        assert opening.ephemeral_to == "U0ALICE"
        for _ in range(2):
            await bench.slack.click(opening, "post_in_channel")
        await bench.slack.until(lambda: bench.parts().count("opening") == 2, 30)
        await bench.settled(0.6)
        public = [m for m in bench.said() if part_of(m) == "opening" and not m.ephemeral_to]
        assert [message.channel for message in public] == ["C0ONCALL"]
        assert "post_in_channel" not in str(public[0].blocks)


async def test_posted_where_others_read_it_names_nobody(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        await bench.slack.type_command("C0SHARED", "U0ALICE", "/call-errors", "one-bad-user")
        await bench.slack.until(lambda: "opening" in bench.parts(), 30)
        await bench.settled(0.4)
        opening = next(m for m in bench.said() if part_of(m) == "opening")
        assert opening.ephemeral_to == "U0ALICE"
        await bench.slack.click(opening, "post_in_channel")
        await bench.slack.until(lambda: bench.parts().count("opening") == 2, 30)
        await bench.settled(0.4)
        told = words(*(m for m in bench.said() if m.ephemeral_to is None))
        assert "one-bad-user" in told
        assert "Marta" not in told
        assert "@example.com" not in told


async def test_details_of_one_person_are_for_the_presser(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, "one-bad-user")
        (menu,) = (
            element
            for block in opening.blocks
            if block["type"] == "actions"
            for element in block["elements"]
            if element["type"] == "static_select"
        )
        entry = next(o["value"] for o in menu["options"] if o["value"].startswith("details:"))
        await bench.slack.click(opening, "more", "U0BOB", entry)
        await bench.slack.until(lambda: any("details-" in part for part in bench.parts()), 30)
        await bench.settled(0.4)
        said = [m for m in bench.said() if part_of(m).startswith("details-")]
        assert {message.ephemeral_to for message in said} == {"U0BOB"}
        assert "Marta" in words(*said)


async def test_an_unknown_entry_of_the_menu_is_explained(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, "one-bad-user")
        option = {"text": {"type": "plain_text", "text": "x"}, "value": "from another age"}
        menu = {"type": "static_select", "action_id": "more", "options": [option]}
        blocks = [{"type": "actions", "block_id": "b", "elements": [menu]}]
        old = bench.slack.say("C0ONCALL", "old", blocks=blocks)
        await asyncio.wait_for(bench.slack.click(old, "more", "U0ALICE", "from another age"), 5)
        told = await bench.until_said("older answer")
        assert told.ephemeral_to == "U0ALICE"
        assert "Reference CD-" in shown(told)
        assert opening.ts != told.ts
