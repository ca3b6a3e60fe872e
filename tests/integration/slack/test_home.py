"""Home in the whole bot: a person's own answers, channels, accuracy, and what is missing."""

from dataclasses import replace
from pathlib import Path

from bot.domain.privacy.personal_names import Names
from tests.support.slack.edge_harness import Bench, lookup_of, part_of
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_slack.limits import check_view
from workbench.pretend_slack.limits.visible import visible_text
from workbench.pretend_slack.records import Json, View

ROOM = "one-bad-user"


def home_of(bench: Bench, user: str = "U0ALICE") -> View | None:
    views = bench.team.views.values()
    return next((view for view in views if view.kind == "home" and view.user == user), None)


def text_of(bench: Bench, user: str = "U0ALICE") -> str:
    view = home_of(bench, user)
    return visible_text(view.content["blocks"]) if view else ""


async def opened(bench: Bench, words: str, user: str = "U0ALICE") -> View:
    """Open the Home tab and return it when it shows these words."""
    await bench.slack.open_home(user)
    return await shows(bench, words, user)


async def shows(bench: Bench, words: str, user: str = "U0ALICE") -> View:
    await bench.slack.until(lambda: words in text_of(bench, user), 10)
    view = home_of(bench, user)
    assert view is not None
    assert check_view(view.content) == []
    return view


async def ask(bench: Bench, text: str = ROOM, channel: str = "C0ONCALL") -> str:
    """Ask as Alice; return the reference of the answer."""
    before = {lookup_of(message) for message in bench.said() if message.metadata}
    await bench.slack.type_command(channel, "U0ALICE", "/call-errors", text)
    await bench.slack.until(
        lambda: any(part_of(m) == "opening" and lookup_of(m) not in before for m in bench.said())
    )
    await bench.settled()
    new = {lookup_of(m) for m in bench.said() if part_of(m) == "opening"} - before
    return new.pop()


def buttons(view: View, action_id: str) -> list[Json]:
    rows = [block for block in view.content["blocks"] if block["type"] == "actions"]
    return [one for row in rows for one in row["elements"] if one["action_id"] == action_id]


async def test_home_lists_my_own_answers_and_is_rebuilt_after_each(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        view = await opened(bench, "Nothing yet.")
        assert buttons(view, "ask_again") == []
        reference = await ask(bench)
        opening = next(m for m in bench.said() if lookup_of(m) == reference)
        view = await shows(bench, "Open answer")
        answer = await bench.memory.answer_log.find(reference)
        assert answer is not None
        assert f"Room {ROOM}:\n {answer.sentence}" in text_of(bench)
        assert "Marta" in visible_text(opening.blocks)
        assert "Marta" not in str(view.content)
        assert f"/archives/C0ONCALL/p{opening.ts.replace('.', '')}" in str(view.content)
        assert "C0ONCALL" in str(view.content)
        assert "answers to the channel, names full, since 30d" in text_of(bench)
        assert len(buttons(view, "ask_again")) == 1
        assert "Nothing yet." in text_of(bench, "U0BOB") or home_of(bench, "U0BOB") is None
        await opened(bench, "Nothing yet.", "U0BOB")


async def test_a_person_is_nobody_in_home_and_ten_answers_are_the_most(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        answer = await bench.memory.answer_log.find(await ask(bench, f"marta in {ROOM}"))
        assert answer is not None
        await opened(bench, f"Participant 1 in room {ROOM}:")
        for letter in "BCDEFGHJKL":
            handle = replace(answer.handle, lookup_id=f"CD-AAAAAAA{letter}")
            ts = f"{9_999_999_999}.0000{ord(letter)}"
            again = replace(answer, handle=handle, ts=ts, subject=f"Room {letter}")
            await bench.memory.answer_log.remember(again)
        view = await opened(bench, "Room L:")
        assert len(buttons(view, "ask_again")) == 10
        assert "Participant" not in text_of(bench)
        assert "Marta" not in str(view.content)
        assert len(view.content["blocks"]) <= 100


async def test_a_private_answer_has_no_link_and_is_asked_anew_for_me_alone(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        first = await ask(bench, f"{ROOM} private")
        view = await opened(bench, "participant")
        assert "Open answer" not in text_of(bench)
        (button,) = buttons(view, "ask_again")
        before = len(bench.said())
        await bench.slack.act_in_view(view, "ask_again", value=button["value"])
        await bench.slack.until(
            lambda: any(part_of(m) == "opening" for m in bench.said()[before:]), 20
        )
        await bench.settled()
        channels = {m.channel for m in bench.said()[before:] if not m.ephemeral_to}
        assert channels <= {bench.team.direct_channel("U0ALICE").id}
        rows = [row for row in await bench.memory.audit.find() if row.action == "ask_again"]
        answer = await bench.memory.answer_log.find(first)
        assert answer is not None
        assert [row.room_id for row in rows] == [answer.handle.room_id]


async def test_the_form_opens_from_home(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        view = await opened(bench, "Nothing yet.")
        (button,) = buttons(view, "home_diagnose")
        assert button["text"]["text"] == "Diagnose a call"
        await bench.slack.act_in_view(view, "home_diagnose")
        await bench.slack.until(lambda: len(bench.team.views) == 2)
        form = list(bench.team.views.values())[-1]
        assert form.content["callback_id"] == "diagnose_form"
        (row,) = await bench.memory.audit.find()
        assert (row.action, row.outcome.value) == ("home_diagnose", "form_opened")


async def test_votes_settings_and_forget_rebuild_it(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        await ask(bench)
        await opened(bench, "0 of 1 answers were judged (0%)")
        opening = next(m for m in bench.said() if part_of(m) == "opening")
        await bench.slack.click(opening, "feedback", value="positive")
        await shows(bench, "1 of 1 answers were judged (100%)")
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "settings private")
        await shows(bench, "answers to the asker alone")
        await bench.memory.forget_user("U0ALICE")
        view = await shows(bench, "Nothing yet.")
        assert "Open answer" not in text_of(bench)
        assert buttons(view, "ask_again") == []


async def test_a_forgotten_room_leaves_every_home(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        reference = await ask(bench)
        await opened(bench, "Open answer")
        answer = await bench.memory.answer_log.find(reference)
        assert answer is not None
        await bench.memory.forget_room(answer.handle.room_id)
        view = await shows(bench, "Nothing yet.")
        assert answer.handle.room_id not in str(view.content)


async def test_it_names_scopes_that_are_missing_now(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100, without="files:write") as bench:
        await opened(bench, "no CSV, JSON or picture is attached")
        assert "100ms cannot be reached" not in text_of(bench)


async def test_it_says_when_100ms_cannot_be_reached(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100, setup_seconds=0.3) as bench:
        await opened(bench, "Nothing yet.")
        bench.hundredms.faults.add(Fault(kind="reset"))
        await shows(bench, "100ms cannot be reached: 100ms did not")  # without being opened again
        bench.hundredms.faults.clear()
        await bench.slack.until(lambda: "100ms cannot be reached" not in text_of(bench), 20)


async def test_the_messages_tab_gets_no_home(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        await bench.slack.open_home(tab="messages")
        await bench.settled()
        assert bench.team.views == {}


async def test_names_stay_hidden_whatever_the_setting(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100, show_names=Names.SHORT) as bench:
        await ask(bench, "storm")
        view = await opened(bench, "Open answer")
        assert "names short" in text_of(bench)
        assert len(view.content["blocks"]) < 100


async def test_ask_again_says_in_home_that_nothing_changed(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        await ask(bench)
        view = await opened(bench, "Open answer")
        before = len(bench.said())
        (button,) = buttons(view, "ask_again")
        await bench.slack.act_in_view(view, "ask_again", value=button["value"])
        await shows(bench, "No change as of")
        assert len(bench.said()) == before
