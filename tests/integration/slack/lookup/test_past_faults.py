"""Faults that people saw in earlier answers, asked for again in the same way: B1 to B20.

The bot, Bolt and the engine are the real ones; both ends are pretend. Faults without a test here
have one where the part at fault is tested.
"""

from pathlib import Path

from tests.integration.slack.lookup.test_diagnosis import (
    asked,
    bench_of_scenarios,
    press,
    words,
)
from tests.integration.slack.lookup.test_partial_answers import fail
from tests.support.slack.edge_harness import Bench
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_hundredms.faults import Fault

ROOMS = ("network-one-firewall-among-ten", "network-office-never-finds-a-path", "healthy")
FALSE = (
    *("only participant", "only person", "All 4", "None of the 4", "1 of 1 ", "4 of 4 people"),
    *("nobody was in this room", "had no errors"),
)
"""Claims about everybody in a call, although nobody knows who was there."""
STEPS = {
    "nothing-room-switched-off": ("Enable the room", ("is it enabled", "Read the room")),
    "account-suspended": ("Check billing", ("room's settings", "enable the room")),
    "storm since 1h": ("/call-errors storm since 30d", ("Ask for the room",)),
}
"""The step of each question, and what was said in its place."""


async def told_alone(bench: Bench, text: str, command: str = "/call-errors") -> str:
    """What the asker alone is told."""
    before = len(bench.said())
    await bench.slack.type_command("C0ONCALL", "U0ALICE", command, text)
    await bench.slack.until(lambda: len(bench.said()) > before, 30)
    await bench.settled(0.4)
    *_, told = (message for message in bench.said() if not message.deleted)
    assert told.ephemeral_to == "U0ALICE"
    return words(told)


async def test_b1_without_sessions_no_first_sentence_counts_who_was_there(tmp_path: Path) -> None:
    async with bench_of_scenarios(tmp_path) as bench:
        bench.hundredms.faults.add(Fault(kind="error", path="/v2/sessions", status=500, times=None))
        for room in ROOMS:
            told = words(await asked(bench, room))
            assert "Partial answer: " in told.split("Read:", maxsplit=1)[0]
            assert [claim for claim in FALSE if claim in told] == []
            assert "who was in the call" in told
            assert "how many people were in the call" in told


async def test_b8_what_is_said_of_an_outage_does_not_speak_for_one_network(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10) as bench:
        opening = await asked(bench, "storm")
        assert "Looks like a 100ms outage" in opening.text
        told = words(opening, *await press(bench, opening, "evidence"))
        assert "10 of 25 people, 3 operating systems" in told
        assert "with one IP address" not in told
        assert "shared network" not in told


async def test_b9_the_step_is_about_what_was_found(tmp_path: Path) -> None:
    async with bench_of_scenarios(tmp_path) as bench:
        for question, (step, others) in STEPS.items():
            told = words(await asked(bench, question))
            assert step in told
            assert [other for other in (*others, "It would be") if other in told] == []


async def test_b13_what_is_not_understood_is_named_beside_the_answer(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10) as bench:
        for options, word in {
            "sinse 2h": "I understood the room storm but not “sinse”. Did you mean",
            "type foo": "I don't know the error type “foo”",
            "yesterday": "I read “yesterday” as from ",
        }.items():
            assert word in words(await asked(bench, f"storm {options}"))
        assert "I found 2 rooms. Which one?" in await told_alone(bench, "storm healthy")


async def test_b13_a_name_may_be_a_persons(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10) as bench:
        told = await told_alone(bench, "marta", "/peer-errors")
        assert "I found nothing by that name" in told
        assert "marta in <room>" in told
        await asked(bench, "one-bad-user")
        assert "Marta Lindqvist" in await told_alone(bench, "marta", "/peer-errors")


async def test_b14_what_is_outside_the_time_asked_about_is_not_counted(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10) as bench:
        told = words(await asked(bench, "storm since 1h"))
        assert "0 of 0 events read" in told
        assert "334" not in told


async def test_b17_numbers_have_one_form(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        opening = await asked(bench, "large")
        told = words(opening, *await press(bench, opening, "evidence"))
        assert "2,000 of 2,000 events read" in told
        assert "2,000 events: " in told
        assert "2000" not in told


async def test_b19_a_partial_answer_is_short_and_says_so_first(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10) as bench:
        fail(bench)
        opening = await asked(bench, "one-bad-user")
        told = words(opening)
        assert opening.text.startswith("Partial answer: ")
        assert told.index("Not read:") < told.index("So not known:")
        for jargon in ("client.", "more remarks", "again and again", "did not wait"):
            assert jargon not in told
        assert len(opening.blocks) <= 8
