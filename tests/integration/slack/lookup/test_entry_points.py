"""A person asks in Slack, a room of 100ms is read, an answer stands: every entry point."""

import asyncio
import functools
import re
from pathlib import Path

import pytest

from tests.support.slack.edge_harness import Bench, check_all, lookup_of, part_of
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack import Message
from workbench.pretend_slack.limits import visible_text

MODES = pytest.mark.parametrize("mode", ["http", "socket"])
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
SAMPLES = {
    "sample-publish": 2,
    "sample-subscribe": 1,
    "sample-join": 1,
    "sample-disconnected": 1,
    "sample-connect": 1,
}


def words(*messages: Message) -> str:
    return "\n".join(m.text + "\n" + visible_text(m.blocks) for m in messages)


async def opening_of(bench: Bench, number: int = 1, seconds: float = 30) -> Message:
    """The n-th opening, once its look-up has said all."""

    def final() -> list[Message]:
        openings = [m for m in bench.said() if part_of(m) == "opening"]
        return [m for m in openings if "So far" not in m.text]

    await bench.slack.until(lambda: len(final()) >= number, seconds)
    await bench.settled(0.4)
    return final()[number - 1]


def answer_of(bench: Bench, opening: Message) -> list[Message]:
    return [m for m in bench.said() if lookup_of(m) == lookup_of(opening)]


@MODES
async def test_each_sample_is_answered(tmp_path: Path, mode: str) -> None:
    async with open_whole(tmp_path, mode) as bench:
        for number, (room, events) in enumerate(SAMPLES.items(), 1):
            await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", room)
            opening = await opening_of(bench, number)
            assert room in words(opening)
            assert f"{events} of {events} events" in words(*answer_of(bench, opening))
        check_all(bench)


@MODES
async def test_every_entry_point_answers(tmp_path: Path, mode: str) -> None:
    async with open_whole(tmp_path, mode) as bench:
        slack, asker = bench.slack, "asked by alice"
        await slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "one-bad-user")
        first = await opening_of(bench, 1)
        room = re.search(r"[0-9a-f]{24}", words(*answer_of(bench, first)))
        peer = re.search(rf"peer\s+({UUID})", words(*bench.said()), re.IGNORECASE)
        assert room and peer  # noqa: PT018
        await slack.type_command("C0ONCALL", "U0ALICE", "/room-errors", room[0])
        await opening_of(bench, 2)
        await slack.type_command("C0ONCALL", "U0ALICE", "/peer-errors", peer[1])
        await opening_of(bench, 3)
        message = slack.say("C0ONCALL", f"broken: {room[0]}")
        await slack.use_message_shortcut(message)
        assert (await opening_of(bench, 4)).thread_ts == message.ts
        await slack.mention("C0ONCALL", "one-bad-user", thread_ts=message.ts)
        assert (await opening_of(bench, 5)).thread_ts == message.ts
        await slack.use_global_shortcut()
        await slack.until(lambda: bench.team.views)
        (view,) = bench.team.views.values()
        await slack.submit(view, {"target": room[0]})
        assert (await opening_of(bench, 6)).channel not in ("C0ONCALL", "")
        assert [asker in words(await opening_of(bench, n)) for n in range(1, 7)] == [
            *(True, True, True),  # commands: nobody else saw the question
            *(False, False, False),
        ]
        await slack.open_home()
        check_all(bench)


async def test_a_message_with_several_ids_offers_them(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        slack = bench.slack
        rooms = [bench.hundredms.world.room(name).id for name in ("one-bad-user", "healthy")]
        message = slack.say("C0ONCALL", "", attachments=[{"text": " and ".join(rooms)}])
        await slack.use_message_shortcut(message)
        await slack.until(
            lambda: any("choice" in str(v.content) for v in bench.team.views.values())
        )
        (view,) = bench.team.views.values()
        text = str(view.content)
        assert "one-bad-user" in text
        assert "healthy" in text
        await slack.submit(view, {"choice": f"room {rooms[1]}"})
        assert (await opening_of(bench, 1)).thread_ts == message.ts


@pytest.mark.parametrize("room", ["storm", "hostile", "all-types"])
async def test_every_failure_is_reached(tmp_path: Path, room: str) -> None:
    async with open_whole(tmp_path) as bench:
        bench.team.app.scopes.discard("files:write")
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", room)
        await opening_of(bench)
        check_all(bench)
        assert not re.search(r"<!(channel|here|everyone)|<@U(?!0ALICE)", words(*bench.said()))


async def test_show_more_goes_on_to_the_end(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=4000) as bench:
        bench.team.faults.add("files.*", "file_uploads_disabled", times=None)
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "large")
        await opening_of(bench)
        presses = 0
        while (button := _button(bench)) is not None:
            assert presses < 60
            presses += 1
            before = len(bench.parts())
            await bench.slack.click(button, "show_more")
            await bench.slack.until(functools.partial(_more_than, bench, before), 20)
            await bench.settled(0.2)
        assert presses
        tables = [
            block
            for message in bench.said()
            for block in message.blocks
            if block["type"] in {"table", "data_table"}
        ]
        shown = [int(row[0]["text"]) for table in tables for row in table["rows"][1:]]
        total = re.search(r"(\d+) failures of", words(*bench.said()))
        assert total
        assert shown == list(range(1, int(total[1]) + 1))
        check_all(bench)


async def test_in_a_private_channel_the_detail_comes_along(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        await bench.slack.type_command("C0SECRET", "U0BOB", "/call-errors", "one-bad-user")
        opening = await opening_of(bench)
        assert opening.ephemeral_to == "U0BOB"
        assert "/invite" in words(opening)
        check_all(bench)


async def test_a_name_of_several_rooms_is_asked_back(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "nothing-like-it")
        await bench.until_said("CD-")
        await bench.settled(0.3)
        assert any(part_of(m) == "error" for m in bench.said())


@MODES
async def test_a_hundred_at_once(tmp_path: Path, mode: str, patience: float) -> None:
    async with open_whole(tmp_path, mode, most_waiting_per_asker=100) as bench:
        bench.team.ack_seconds = patience
        asking = [
            bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "one-bad-user")
            for _ in range(100)
        ]
        deliveries = await asyncio.gather(*asking)
        assert all(delivery.acked for delivery in deliveries)
        await opening_of(bench, 100, 240)
        assert bench.parts().count("opening") == 100
        check_all(bench)


def _more_than(bench: Bench, parts: int) -> bool:
    return len(bench.parts()) > parts


def _button(bench: Bench) -> Message | None:
    return next((m for m in bench.said() if "show_more" in str(m.blocks)), None)
