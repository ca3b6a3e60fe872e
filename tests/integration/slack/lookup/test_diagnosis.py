"""A scenario's room asked about in Slack: what leads, what the thread holds, what buttons bring.

The bot, Bolt and the engine are the real ones; both ends are pretend.
"""

import asyncio
import contextlib
import functools
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.scenarios.case import FOLDER
from tests.support.slack.edge_harness import Bench, check_all, part_of
from tests.support.slack.fakes import button
from tests.support.slack.whole_bot import open_whole, reborn
from workbench.pretend_slack import Message
from workbench.pretend_slack.limits import visible_length, visible_text

BLIPS = "device-blips-of-others-weigh-nothing"
BRINGS = {
    "recovered": "5 failures recovered",
    "timeline": "Timeline: 6 people with 6 failures\n",
    "evidence": "Confidence of the verdict",
    "it_note": "34.23.87.177/32",
}
"""Of that room."""
FOR_ONE = ("evidence", "it_note")
"""What only the one who presses is shown."""


@contextlib.asynccontextmanager
async def bench_of_scenarios(folder: Path) -> AsyncIterator[Bench]:
    async with open_whole(folder, large=100, scenarios=FOLDER) as bench:
        yield bench


def words(*messages: Message) -> str:
    return "\n".join(m.text + "\n" + visible_text(m.blocks) for m in messages)


def more_than(bench: Bench, messages: int) -> bool:
    return len(bench.said()) > messages


async def asked(bench: Bench, text: str) -> Message:
    """The answer's opening, once its look-up has said all."""
    before = bench.parts().count("opening")
    await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", text)
    await bench.slack.until(lambda: bench.parts().count("opening") > before, 30)
    await bench.settled(0.4)
    return [m for m in bench.said() if part_of(m) == "opening"][-1]


async def press(bench: Bench, message: Message, name: str, user: str = "U0ALICE") -> list[Message]:
    """What the bot says upon it; the post of an attached file is left out."""
    before = len(bench.said())
    await bench.slack.click(message, name, user)
    await bench.slack.until(lambda: len(bench.said()) > before, 30)
    await bench.settled(0.4)
    return [message for message in bench.said()[before:] if not message.files]


@pytest.mark.parametrize(
    ("room", "lead", "details", "told"),
    [
        (
            "network-office-never-finds-a-path",
            "4 of 9 people could not receive audio or video: a network they share blocks audio and",
            4,
            ["Never found a path", "did not recover", "4 failures of 4 people"],
        ),
        (
            BLIPS,
            "Ann could not use the microphone: it is blocked in the browser (3001).",
            1,
            [": still blocked", "Camera or microphone blocked"],
        ),
        (
            "outcome-terminal-drop-and-back-in-ten-minutes",
            "Ann lost the connection but joined again 10 min later: their connection to",
            1,
            ["1 of them terminal", ": recovered", "joined again"],
        ),
        (
            "none-quiet-call",
            "No errors reported: 1 call, 6 people in the last 30 days.",
            0,
            [],
        ),
    ],
)
async def test_the_sentence_leads_and_the_thread_tells_what_did_not_go_away(
    tmp_path: Path, room: str, lead: str, details: int, told: list[str]
) -> None:
    async with bench_of_scenarios(tmp_path) as bench:
        opening = await asked(bench, room)
        assert lead in opening.text.split("Room ")[0]
        assert lead in visible_text(opening.blocks[:1])
        assert len(opening.blocks) <= 8
        assert visible_length(opening.blocks) <= 2500
        asker = bench.team.people["U0ALICE"].name
        assert visible_text(opening.blocks[-1:]).endswith(f" · asked by {asker}")
        thread = words(*bench.team.thread("C0ONCALL", opening.ts))
        assert thread.count("What happened: ") == details
        for each in told:
            assert each in thread
        check_all(bench)


async def test_every_button_brings_what_it_promises_once_to_whom_it_may(tmp_path: Path) -> None:
    async with bench_of_scenarios(tmp_path) as bench:
        opening = await asked(bench, BLIPS)
        for name, brought in BRINGS.items():
            said = await press(bench, opening, name, "U0BOB")
            assert brought in words(*said)
            alone = {message.ephemeral_to for message in said}
            assert alone == {"U0BOB" if name in FOR_ONE else None}
            assert name in FOR_ONE or {m.thread_ts for m in said} == {opening.ts}
            again = await press(bench, opening, name)
            assert {message.ephemeral_to for message in again} == {"U0ALICE"}
            assert (brought in words(*again)) is (name in FOR_ONE)
        (picture,) = bench.team.files.values()
        assert picture.shared_in == [("C0ONCALL", opening.ts)]
        assert picture.name.endswith("-timeline.png")


async def test_a_report_to_100ms_holds_no_personal_data(tmp_path: Path) -> None:
    async with bench_of_scenarios(tmp_path) as bench:
        opening = await asked(bench, "app-deploy-broke-one-version")
        said = await press(bench, opening, "packet", "U0BOB")
        told = words(*said)
        for line in ("Subject: ", "Impact: 5 of 6 in the room", "Observed: ", "Question: "):
            assert line in told
        file = next(f for f in bench.team.files.values() if f.name.endswith("-packet.json"))
        assert file.shared_in == [("C0ONCALL", opening.ts)]
        report = json.loads(file.content or b"")
        assert len(report["failures"]) == 5
        assert "Member" not in told + str(report)


async def test_buttons_of_a_private_answer_show_nothing_to_others(tmp_path: Path) -> None:
    async with bench_of_scenarios(tmp_path) as bench:
        opening = await asked(bench, f"{BLIPS} private")
        assert opening.ephemeral_to == "U0ALICE"
        assert "asked by" not in words(opening)
        for name, brought in BRINGS.items():
            said = await press(bench, opening, name)
            assert {message.ephemeral_to for message in said} == {"U0ALICE"}
            assert brought in words(*said)
        assert bench.team.files == {}
        check_all(bench)


async def test_buttons_pressed_twice_by_strangers_and_after_a_restart(tmp_path: Path) -> None:
    async with bench_of_scenarios(tmp_path) as bench:
        opening = await asked(bench, BLIPS)
        bench.team.channels["C0ONCALL"].members.add("U0OUT")
        await reborn(bench, tmp_path)
        for name, brought in BRINGS.items():
            (refusal,) = await press(bench, opening, name, "U0OUT")
            assert refusal.ephemeral_to == "U0OUT"
            assert "another company" in words(refusal)
            before = len(bench.said())
            await asyncio.gather(*(bench.slack.click(opening, name) for _ in range(2)))
            await bench.slack.until(functools.partial(more_than, bench, before), 30)
            await bench.settled(0.4)
            said = [message for message in bench.said()[before:] if not message.files]
            assert words(*said).count(brought) >= 1
            assert len({part_of(message) for message in said}) == len(said)


async def test_buttons_that_nobody_can_read_or_of_a_workspace_that_is_gone(tmp_path: Path) -> None:
    async with bench_of_scenarios(tmp_path) as bench:
        opening = await asked(bench, BLIPS)
        value = next(
            str(element["value"])
            for block in opening.blocks
            if block["type"] == "actions"
            for element in block["elements"]
        )
        gone = value.replace('"workspace":"default"', '"workspace":"sold"')
        assert gone != value
        for text, reason in (("from another age", "older answer"), (gone, "no longer configured")):
            elements = [button(name, name, text) for name in BRINGS]
            old = bench.slack.say(
                "C0ONCALL", "old", blocks=[{"type": "actions", "elements": elements}]
            )
            for name in BRINGS:
                (told,) = await press(bench, old, name)
                assert told.ephemeral_to == "U0ALICE"
                assert reason in words(told)
                assert "CD-" in words(told)
