"""After an answer that names 100ms, other rooms and the status page change its opening."""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.storage import open_database
from tests.integration.cli.test_forget import call_doctor
from tests.integration.slack.buttons.test_reply_form import letter_in, opened
from tests.support.reports.plain_text import plain_text
from tests.support.slack.edge_harness import Bench, check_all, lookup_of, part_of
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_hundredms.incidents import incident
from workbench.pretend_hundredms.scenes.neighbours import neighbour, neighbours
from workbench.pretend_hundredms.world import PretendRoom
from workbench.pretend_slack import Message

ACCOUNT = "0123456789abcdef000000a1"
AGO = timedelta(hours=5, minutes=30)

Rooms = Callable[[datetime], Iterable[PretendRoom]]


def storm_among(failing: int, healthy: int) -> Rooms:
    """Return the room `focus` with a storm, and its neighbours of the same minutes."""

    def rooms(now: datetime) -> Iterable[PretendRoom]:
        yield neighbour(now, ACCOUNT, "focus", at=now - AGO, trouble="storm")
        yield from neighbours(now, ACCOUNT, at=now - AGO, failing=failing, healthy=healthy)

    return rooms


async def ask(bench: Bench, text: str = "focus") -> Message:
    """Ask about a room by mention; return the opening once everything has ended."""
    await bench.slack.mention("C0ONCALL", f"<@{bench.team.app.bot_user}> {text}")
    await bench.settled()
    opening = bench.said("C0ONCALL")[0]
    check_all(bench)
    return opening


def shown(message: Message) -> str:
    return plain_text([block for block in message.blocks if block["type"] != "context_actions"])


def sampling_calls(bench: Bench) -> list[Any]:
    """Return the calls that only a sample makes."""
    return [
        call
        for call in bench.hundredms.calls.calls
        if "true" in call.values("error")
        or (call.path == "/v2/sessions" and not list(call.values("room_id")))
        or (call.path == "/v2/rooms" and not list(call.values("name")))
    ]


@pytest.mark.parametrize(
    ("failing", "healthy", "sentence", "lead"),
    [
        (0, 9, "9 other rooms had calls and no such error.", "in this room only"),
        (6, 3, "In the same minutes 6 of 9 other rooms had server errors, too.", "100ms outage"),
        (0, 2, "2 other rooms had calls and no such error: too few to tell.", "100ms outage"),
        (1, 8, "In the same minutes 1 of 9 other rooms had server errors, too.", "100ms outage"),
    ],
)
async def test_other_rooms_limit_or_confirm_a_verdict(
    tmp_path: Path, failing: int, healthy: int, sentence: str, lead: str
) -> None:
    async with open_whole(tmp_path, large=100, rooms=storm_among(failing, healthy)) as bench:
        text = shown(await ask(bench))
        assert sentence in text
        assert lead in text.splitlines()[0]
        assert ("Likely" in text) == (lead == "in this room only")
        assert 0 < len(sampling_calls(bench)) <= 20
        assert "Status page" not in text
        assert "status.100ms.live" in text


async def test_the_terminal_opens_the_verdict_that_others_led_to(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100, rooms=storm_among(0, 9)) as bench:
        reference = lookup_of(await ask(bench))
        hundredms = {
            "HMS_ACCESS_KEY": ACCESS_KEY,
            "HMS_SECRET": SECRET,
            "HMS_API_URL": bench.hms_url,
        }
        status, out, err = await call_doctor(tmp_path, "lookup", reference, **hundredms)
    assert status == 0, err
    assert "in this room only" in " ".join(out.split())


async def test_an_incident_stands_in_the_answer_with_its_link(tmp_path: Path) -> None:
    rooms = storm_among(0, 9)
    async with open_whole(tmp_path, large=100, rooms=rooms, status_page=True) as bench:
        at = bench.hundredms.now() - AGO
        bench.hundredms.status_page.incidents = [
            incident("abc", "Joins <!here> fail", created=at.isoformat(), resolved=None)
        ]
        opening = await ask(bench)
        assert "Status page: Joins \u2039!here> fail" in shown(opening).replace("*", "")
        links = [leaf for leaf in leaves(opening) if leaf.get("type") == "link"]
        assert "https://stspg.io/abc" in {leaf["url"] for leaf in links}
        assert not any("status.100ms.live" in str(message.blocks) for message in bench.said())


@pytest.mark.parametrize(
    "mood", ["slow", "drip", "broken", "html", "cut", "huge", "redirect", "odd", "deep"]
)
async def test_a_page_that_cannot_be_read_is_not_mentioned(tmp_path: Path, mood: Any) -> None:
    rooms = storm_among(0, 9)
    async with open_whole(tmp_path, large=100, rooms=rooms, status_page=True) as bench:
        bench.hundredms.status_page.mood, bench.hundredms.status_page.seconds = mood, 60
        text = shown(await ask(bench))
        assert "9 other rooms" in text
        assert "status" not in text.lower()


async def test_a_page_without_an_incident_proves_nothing(tmp_path: Path) -> None:
    rooms = storm_among(6, 3)
    async with open_whole(tmp_path, large=100, rooms=rooms, status_page=True) as bench:
        text = shown(await ask(bench))
        assert "shows nothing for that time, which proves nothing" in text
        assert bench.hundredms.status_page.reads == 1


async def test_a_slow_page_delays_no_opening(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100, rooms=storm_among(0, 9), status_page=True) as bench:
        page = bench.hundredms.status_page
        page.mood, page.seconds = "slow", 60
        await bench.slack.mention("C0ONCALL", f"<@{bench.team.app.bot_user}> focus")
        await bench.slack.until(
            lambda: any("100ms outage" in shown(said) for said in bench.said("C0ONCALL")), 40
        )
        assert page.reads == 1
        assert "other rooms" not in shown(bench.said("C0ONCALL")[0])  # that waits for the page
        await bench.settled()
        assert "9 other rooms" in shown(bench.said("C0ONCALL")[0])


def stored(folder: Path) -> str:
    """Return every row of the bot's databases, as text."""
    text = []
    for file in folder.glob("*.db"):
        with contextlib.closing(sqlite3.connect(file)) as connection:
            text += list(connection.iterdump())
    return "\n".join(text)


def pass_hours(folder: Path, hours: int, sleeps: int = 1) -> None:
    """Let so many hours pass for a job in the last of its sleeps; the bot is stopped."""
    with contextlib.closing(sqlite3.connect(folder / "bot-jobs.db")) as connection, connection:
        moved = connection.execute(
            "UPDATE operation_outputs SET output = output - ? WHERE function_name = 'DBOS.sleep'",
            (hours * 3600,),
        )
        assert moved.rowcount == sleeps


async def ask_and_stop(bench: Bench, folder: Path) -> Message:
    """Ask, and stop the bot once it waits to read the status page again; return the opening."""
    opening = await ask(bench)
    await bench.slack.until(lambda: "DBOS.sleep" in stored(folder), 40)
    await bench.life.aclose()
    return opening


@pytest.mark.parametrize(
    ("named", "told"), [("Joins <!here> fail *now*", True), ("", False), ("known", False)]
)
async def test_an_incident_that_appears_later_is_told_in_one_line(
    tmp_path: Path, named: str, *, told: bool
) -> None:
    rooms = storm_among(0, 9)
    async with open_whole(tmp_path, large=100, rooms=rooms, status_page=True) as bench:
        page, at = bench.hundredms.status_page, (bench.hundredms.now() - AGO).isoformat()
        before = incident("old", "Old", created=at, resolved=None)
        page.incidents = [before] if named == "known" else []
        opening = await ask_and_stop(bench, tmp_path)
        pass_hours(tmp_path, 3)
        page.incidents += [incident("new", named, created=at, resolved=None)] * told
        said = len(bench.said())
        await bench.begin(bench.life)
        await bench.slack.until(lambda: page.reads == 2, 40)
        await bench.settled()
        lines = bench.said()[said:]
        assert len(lines) == told
        for line in lines:
            assert line.thread_ts == opening.thread_ts
            assert "an incident of that time has appeared: Joins" in shown(line).replace("*", "")
            links = [leaf for leaf in leaves(line) if leaf.get("type") == "link"]
            assert {leaf["url"] for leaf in links} == {"https://stspg.io/new"}
            assert "<!here>" not in str(line.blocks)
        check_all(bench)


async def test_a_page_that_cannot_be_read_then_is_read_again_after_a_while(tmp_path: Path) -> None:
    rooms = storm_among(0, 9)
    async with open_whole(tmp_path, large=100, rooms=rooms, status_page=True) as bench:
        page, at = bench.hundredms.status_page, (bench.hundredms.now() - AGO).isoformat()
        page.incidents = []
        opening = await ask_and_stop(bench, tmp_path)
        pass_hours(tmp_path, 3)
        page.mood, page.incidents = "broken", [incident("new", "Joins", created=at, resolved=None)]
        said = len(bench.said())
        await bench.begin(bench.life)
        await bench.slack.until(lambda: stored(tmp_path).count("'DBOS.sleep'") == 2, 40)
        assert (page.reads, len(bench.said())) == (2, said)
        await bench.life.aclose()
        pass_hours(tmp_path, 1, sleeps=2)
        page.mood = "well"
        await bench.begin(bench.life)
        await bench.slack.until(lambda: len(bench.said()) > said, 40)
        (line,) = bench.said()[said:]
        assert line.thread_ts == opening.thread_ts
        assert "an incident of that time has appeared: Joins" in shown(line)
        check_all(bench)


async def test_of_a_room_that_was_forgotten_nothing_is_told_later(tmp_path: Path) -> None:
    rooms = storm_among(0, 9)
    async with open_whole(tmp_path, large=100, rooms=rooms, status_page=True) as bench:
        page, at = bench.hundredms.status_page, (bench.hundredms.now() - AGO).isoformat()
        page.incidents = []
        await ask_and_stop(bench, tmp_path)
        room = next(
            room for room in bench.hundredms.world.workspaces[0].rooms if room.name == "focus"
        )
        async with open_database(f"sqlite:///{tmp_path}/bot.db") as database:
            await database.forget_room(room.id)
        pass_hours(tmp_path, 3)
        page.incidents = [incident("new", "Outage", created=at, resolved=None)]
        said = len(bench.said())
        await bench.begin(bench.life)
        await bench.slack.until(lambda: room.id not in stored(tmp_path), 40)
        assert len(bench.said()) == said
        assert page.reads == 1


async def test_nobodys_name_is_stored_while_the_page_is_waited_for(tmp_path: Path) -> None:
    rooms = storm_among(0, 9)
    async with open_whole(tmp_path, large=100, rooms=rooms, status_page=True) as bench:
        opening = await ask(bench, "bram rao in focus")
        assert "Bram Rao" in shown(opening)
        assert bench.hundredms.status_page.reads == 1
        await bench.slack.until(lambda: "DBOS.sleep" in stored(tmp_path), 40)
        await bench.slack.until(lambda: "bram" not in stored(tmp_path).lower(), 40)
        text = stored(tmp_path)
        for name in ("Asha", "Bram", "Chen", "Dalia", "Emre", " Rao"):
            assert name not in text


async def others(bench: Bench, thread: str, text: str = "others") -> list[Message]:
    """Ask for the other rooms in a thread; return what the bot said then."""
    before = len(bench.said())
    mention = f"<@{bench.team.app.bot_user}> {text}"
    await bench.slack.mention("C0ONCALL", mention, thread_ts=thread, user="U0BOB")
    await bench.settled()
    check_all(bench)
    return bench.said()[before:]


@pytest.mark.parametrize(
    ("failing", "healthy", "confidence", "letter", "elsewhere"),
    [
        (0, 9, 0.6, "We can't be certain", "9 other rooms had calls and no such error."),
        (6, 3, 0.8, "your device and network are fine", "6 of 9 other rooms had server errors"),
    ],
)
async def test_what_is_pressed_later_has_the_verdict_of_the_opening(
    tmp_path: Path, failing: int, healthy: int, confidence: float, letter: str, elsewhere: str
) -> None:
    async with open_whole(tmp_path, large=100, rooms=storm_among(failing, healthy)) as bench:
        opening = await ask(bench)
        lead = shown(opening).splitlines()[0]
        await bench.slack.click(opening, "packet", "U0BOB")
        await bench.settled()
        file = next(f for f in bench.team.files.values() if f.name.endswith("-packet.json"))
        packet = json.loads(file.content or b"")
        assert packet["reading"] == {"class": "service", "confidence": confidence}
        assert elsewhere in packet["summary"]["observed"]
        assert packet["summary"]["question"] == "What was the cause?"
        view = await opened(bench, opening)
        (row,) = (block for block in view.content["blocks"] if block["type"] == "actions")
        person = row["elements"][0]["options"][1]["value"]
        await bench.slack.act_in_view(view, "reply_person", person)
        await bench.slack.until(lambda: letter in letter_in(view))
        thread = opening.thread_ts or opening.ts
        assert elsewhere in shown((await others(bench, thread))[0])
        assert shown(opening).splitlines()[0] == lead


async def test_a_letter_after_a_private_answer_has_the_verdict_of_its_second_message(
    tmp_path: Path,
) -> None:
    async with open_whole(tmp_path, large=100, rooms=storm_among(0, 9)) as bench:
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "focus private")
        await bench.settled()
        opening = next(message for message in bench.said() if part_of(message) == "opening")
        assert "in this room only" in shown(await bench.until_said("9 other rooms"))
        await bench.slack.click(opening, "packet", "U0ALICE")
        await bench.settled()
        packet = next(message for message in bench.said() if part_of(message) == "packet")
        assert packet.ephemeral_to == "U0ALICE"
        assert "9 other rooms had calls" in shown(packet)
        assert "Question: What was the cause?" in shown(packet)


def unread_rooms(bench: Bench) -> None:
    """Let no other room be read, and no room's list of errors."""
    bench.hundredms.faults.add(Fault(kind="error", status=404, query={"error": "true"}))


async def test_others_asks_anew_and_edits_the_opening(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100, rooms=storm_among(0, 9)) as bench:
        unread_rooms(bench)
        opening = await ask(bench)
        assert "too few to tell" in shown(opening)
        assert "100ms outage" in shown(opening).splitlines()[0]
        bench.hundredms.faults.clear()
        before = len(sampling_calls(bench))
        (line,) = await others(bench, opening.thread_ts or opening.ts)
        assert line.thread_ts == (opening.thread_ts or opening.ts)
        assert line.ephemeral_to is None
        assert shown(line).strip() == "9 other rooms had calls and no such error."
        assert "in this room only" in shown(opening).splitlines()[0]
        assert "9 other rooms had calls and no such error." in shown(opening)
        assert 0 < len(sampling_calls(bench)) - before <= 20


async def test_others_for_oneself_shows_the_verdict_to_nobody_else(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100, rooms=storm_among(0, 9)) as bench:
        unread_rooms(bench)
        opening = await ask(bench)
        bench.hundredms.faults.clear()
        (line,) = await others(bench, opening.thread_ts or opening.ts, "others private")
        assert line.ephemeral_to == "U0BOB"
        assert "in this room only" in shown(line)
        assert "9 other rooms had calls and no such error." in shown(line)
        assert "100ms outage" in shown(opening).splitlines()[0]


@pytest.mark.parametrize("direct", [False, True])
async def test_others_continues_a_thread_or_direct_messages(tmp_path: Path, direct: bool) -> None:  # noqa: FBT001
    async with open_whole(tmp_path, large=100, rooms=storm_among(6, 3)) as bench:
        if direct:
            await bench.slack.write_direct("focus", "U0ALICE")
            await bench.settled()
            await bench.slack.write_direct("others", "U0ALICE")
            await bench.settled()
        else:
            opening = await ask(bench)
            await others(bench, opening.thread_ts or opening.ts)
        check_all(bench)
        (opening,) = [m for m in bench.said() if part_of(m) == "opening"]
        (line,) = [m for m in bench.said() if part_of(m).startswith("others-")]
        sentence = "In the same minutes 6 of 9 other rooms had server errors, too."
        assert (shown(line).strip(), line.thread_ts) == (sentence, opening.thread_ts or opening.ts)
        assert shown(opening).count(sentence) == 1


async def test_one_persons_own_network_asks_no_other_room(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        opening = await ask(bench, "one-bad-user")
        before = len(sampling_calls(bench))
        (line,) = await others(bench, opening.thread_ts or opening.ts)
        assert "a person's own network" in shown(line)
        assert len(sampling_calls(bench)) == before


def leaves(message: Message) -> Iterable[dict[str, Any]]:
    """Yield every rich-text leaf of a message."""

    def walk(part: Any) -> Iterable[dict[str, Any]]:
        if isinstance(part, dict):
            yield part
            for value in part.values():
                yield from walk(value)
        elif isinstance(part, list):
            for value in part:
                yield from walk(value)

    return walk(message.blocks)
