"""Direct messages: whatever is typed in the Messages tab is a question, answered there."""

from pathlib import Path

import pytest

from tests.integration.slack.listeners.test_follow_ups import (
    ALICE,
    BOB,
    answer_of,
    next_opening,
    said_after,
    words,
)
from tests.support.slack.edge_harness import Bench, check_all, part_of
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack import Message

MODES = pytest.mark.parametrize("mode", ["http", "socket"])


def dm(bench: Bench, user: str = ALICE) -> str:
    return bench.team.direct_channel(user).id


async def ask(bench: Bench, text: str, **options: object) -> Message:
    return await next_opening(
        bench,
        lambda: bench.slack.write_direct(text, ALICE, **options),  # type: ignore[arg-type]
    )


async def said_to(bench: Bench, text: str, **options: object) -> list[Message]:
    before = len(bench.said())
    await bench.slack.write_direct(text, ALICE, **options)  # type: ignore[arg-type]
    await bench.slack.until(lambda: len(bench.said()) > before, 30)
    await bench.settled(0.3)
    return bench.said()[before:]


@MODES
async def test_a_question_is_answered_with_its_detail_in_a_thread(
    tmp_path: Path, mode: str
) -> None:
    async with open_whole(tmp_path, mode) as bench:
        bot = bench.team.app.bot_user
        for text in ("one-bad-user private", f"<@{bot}> one-bad-user"):
            opening = await ask(bench, text)
            assert (opening.channel, opening.thread_ts) == (dm(bench), opening.ts)
            replies = answer_of(bench, opening)[1:]
            assert replies
            assert {m.thread_ts for m in replies} == {opening.ts}
            assert not any(m.ephemeral_to for m in bench.said())
        rows = await bench.memory.audit.find()
        assert {(row.entry.value, row.user) for row in rows} == {("direct_message", ALICE)}
        check_all(bench)


async def test_settings_hide_no_answer_from_its_only_reader(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        (told,) = await said_to(bench, "settings private")
        assert "only by the person who asks" in words(told)
        opening = await ask(bench, "one-bad-user")
        assert (opening.ephemeral_to, opening.thread_ts) == (None, opening.ts)
        await said_to(bench, "again")
        assert "No change as of " in words(bench.said()[-1])


async def test_the_last_answer_is_continued_inside_and_outside_its_thread(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        first = await ask(bench, "one-bad-user since 30d")
        await bench.restart()
        outside = await ask(bench, "marta")
        assert "Marta Lindqvist in room one-bad-user, since " in words(outside)
        assert outside.channel == dm(bench)
        inside = await ask(bench, "room", thread_ts=first.ts, broadcast=True)
        assert inside.thread_ts == first.ts
        assert "Room one-bad-user, since " in words(inside)
        posted = [m for m in bench.said() if part_of(m) == "opening"]
        assert await said_to(bench, "again")
        assert [m for m in bench.said() if part_of(m) == "opening"] == posted
        other = await ask(bench, "sample-join")
        assert "Room " not in words(other).splitlines()[0]
        (line,) = await said_to(bench, "so what do we make of all that then")
        assert "who else" in words(line)
        said = await said_to(bench, "evidence")
        assert {(m.channel, m.ephemeral_to) for m in said} == {(dm(bench), None)}


@pytest.mark.parametrize("text", ["hello", "thanks!", "why does it always break", ""])
async def test_nothing_recognised_gets_one_line(tmp_path: Path, text: str) -> None:
    async with open_whole(tmp_path) as bench:
        files = [] if text else [{"id": "F1", "title": "screenshot.png", "size": 10}]
        (line,) = await said_to(bench, text, files=files)
        assert (line.channel, line.ephemeral_to, len(line.blocks)) == (dm(bench), None, 1)
        assert "`help`" in line.text


async def test_a_screenshot_may_come_with_the_question(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        files = [{"id": "F1", "title": "screenshot.png", "size": 10}]
        opening = await ask(bench, "sample-join", files=files)
        assert "1 of 1 events" in words(opening)


async def test_edits_joins_bots_and_the_bots_own_messages_are_ignored(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        bench.team.echoes = True
        await ask(bench, "sample-join")
        (question,) = [m for m in bench.team.in_channel(dm(bench)) if m.user == ALICE]
        asked = len(await bench.memory.audit.find())
        await bench.slack.edit(question, "sample-publish")
        event = {"type": "message", "channel": dm(bench), "channel_type": "im", "text": "large"}
        for other in (
            {"user": BOB, "subtype": "channel_join"},
            {"user": BOB, "bot_id": "B0OTHER", "subtype": "bot_message"},
            {"user": BOB, "bot_id": "B0OTHER"},
            {"user": bench.team.app.bot_user},
            {"user": BOB, "channel_type": "channel", "channel": "C0ONCALL"},
        ):
            await bench.slack.send_event(event | {"ts": bench.team.new_ts()} | other)
        await bench.slack.remove(question)
        await bench.settled(0.3)
        assert len(await bench.memory.audit.find()) == asked
        assert len([m for m in bench.said() if part_of(m) == "opening"]) == 1


async def test_a_repeated_delivery_is_answered_once(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        delivery = await bench.slack.write_direct("sample-join", ALICE)
        await bench.slack.redeliver(delivery)
        await bench.until_said("events read", seconds=30)
        await bench.restart()
        await bench.slack.redeliver(delivery)
        await bench.settled(0.5)
        assert len([m for m in bench.said() if part_of(m) == "opening"]) == 1


async def test_a_channels_thread_is_not_the_direct_messages(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        await ask(bench, "sample-join")
        root = bench.slack.say("C0ONCALL", "it broke")
        (message,) = await said_after(bench, root.ts, "since 1h")
        assert "I don't see what to look up" in words(message)
        await bench.slack.open_home(ALICE, tab="messages")
        await bench.settled(0.3)
        assert not bench.team.calls_of("views.publish"), "nobody is greeted"
