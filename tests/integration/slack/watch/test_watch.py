"""A watched call in Slack: the message, the lines of its thread, and its end.

The bot, Bolt, the database and the jobs are the real ones; both ends are pretend.
"""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

from bot.domain.watching.state import Pace
from tests.support.slack.edge_harness import Bench, check_all, part_of
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_hundredms.scenes.live import LIVE_ROOM, LiveRoom
from workbench.pretend_slack import Message
from workbench.pretend_slack.limits import visible_text

CHANNEL, ALICE = "C0ONCALL", "U0ALICE"
QUICK = Pace(timedelta(seconds=0.3), timedelta(seconds=0.5))


@contextlib.asynccontextmanager
async def watching(folder: Path, pace: Pace = QUICK) -> AsyncIterator[tuple[Bench, LiveRoom]]:
    async with open_whole(folder, large=100, pace=pace) as bench:
        room = bench.hundredms.live()
        room.retry_seconds = 1
        room.start(bench.hundredms.now())
        yield bench, room


async def ask(bench: Bench, text: str, channel: str = CHANNEL) -> None:
    await bench.slack.type_command(channel, ALICE, "/call-errors", text)


def messages(bench: Bench, part: str) -> list[Message]:
    return [message for message in bench.said() if part_of(message).startswith(part)]


def words(message: Message) -> str:
    return visible_text(message.blocks)


async def until_shown(bench: Bench, text: str, part: str = "watch") -> Message:
    def found() -> Message | None:
        return next((m for m in messages(bench, part) if text in words(m)), None)

    await bench.slack.until(lambda: found() is not None, 40)
    message = found()
    assert message is not None
    return message


async def test_a_storm_of_three_is_told_in_five_messages_and_ends(tmp_path: Path) -> None:
    async with watching(tmp_path) as (bench, room):
        await ask(bench, f"watch {LIVE_ROOM}")
        message = await until_shown(bench, "8 people are fine.")
        for number in range(3):
            room.break_network(number, bench.hundredms.now())
        await until_shown(bench, "5 people are fine.")
        await until_shown(bench, "did not get back in", "line")
        room.mend(0, bench.hundredms.now())
        await until_shown(bench, "6 people are fine.")
        room.end(bench.hundredms.now())
        await until_shown(bench, "The call is over.")
        await bench.settled()
        lines = messages(bench, "line")
        assert len(lines) <= 4
        assert "stop_watch" not in str(message.blocks)
        assert all(line.thread_ts == message.ts for line in lines)
        assert await bench.memory.watches.running() == []
        check_all(bench)
