"""A whole bot that watches the live room of the pretend 100ms."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.domain.watching.watch import Watch
from tests.support.fast_clock import FastClock
from tests.support.slack.edge_harness import Bench, part_of
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_hundredms.calls import Call
from workbench.pretend_hundredms.scenes.live import LIVE_ROOM, LiveRoom
from workbench.pretend_slack import Message
from workbench.pretend_slack.limits import visible_text
from workbench.pretend_slack.traffic import Delivery

CHANNEL, ALICE, BOB = "C0ONCALL", "U0ALICE", "U0BOB"
SHARED, OUTSIDER = "C0SHARED", "U0OUT"
SPEED = 30
"""Seconds of the watch in one of the test: a look takes half a second, the linger time ten."""


def words(message: Message) -> str:
    """Return what a message shows, on one line."""
    return " ".join(visible_text(message.blocks).split())


@dataclass
class WatchBench:
    """The bot and the live room, in which eight people are."""

    bench: Bench
    room: LiveRoom
    clock: FastClock

    @property
    def now(self) -> datetime:
        """The time of the bot and of 100ms."""
        return self.clock.now()

    async def ask(self, text: str, channel: str = CHANNEL, user: str = ALICE) -> Delivery:
        return await self.bench.slack.type_command(channel, user, "/call-errors", text)

    async def told(self, text: str, channel: str = CHANNEL, user: str = ALICE) -> str:
        """Return what the asker alone is told at once, in answer to a command."""
        delivery = await self.ask(text, channel, user)
        return " ".join(visible_text(delivery.body["blocks"]).split())

    def messages(self, part: str = "watch") -> list[Message]:
        """Return the bot's messages whose part begins so, oldest first."""
        return [one for one in self.bench.said() if part_of(one).startswith(part)]

    def find(self, text: str, part: str = "watch") -> Message | None:
        return next((one for one in self.messages(part) if text in words(one)), None)

    async def until(self, text: str, part: str = "watch") -> Message:
        """Wait for and return the first message of that part that shows the text."""
        with contextlib.suppress(TimeoutError):
            await self.bench.slack.until(lambda: self.find(text, part) is not None, 40)
        found = self.find(text, part)
        assert found is not None, [words(one) for one in self.messages("")]
        return found

    async def watch(self, options: str = "", channel: str = CHANNEL) -> Message:
        """Start a watch, and return its message after the first look."""
        await self.ask(f"watch {LIVE_ROOM} {options}", channel)
        return await self.until("8 people are fine.")

    async def refusal(self, text: str, channel: str = CHANNEL, user: str = ALICE) -> str:
        """Return what the asker alone is told in the end, after the acknowledgement of a watch."""
        before = len(self.bench.said())
        await self.ask(text, channel, user)

        def latest() -> Message | None:
            told = self.bench.said()[before:]
            return next((one for one in told if "What to do:" in words(one)), None)

        await self.bench.slack.until(latest, 40)
        message = latest()
        assert message is not None
        assert message.ephemeral_to == user
        return words(message)

    def calls(self, path: str) -> list[Call]:
        """Return the calls of 100ms so far whose path ends so."""
        return [one for one in self.bench.hundredms.calls.calls if one.path.endswith(path)]

    async def ended(self) -> None:
        """Wait until no watch runs any more."""
        async with asyncio.timeout(60):
            while await self.running():  # noqa: ASYNC110  the database has no event
                await asyncio.sleep(0.05)
        await self.bench.settled()

    async def running(self) -> list[Watch]:
        """Return the watches as they are stored."""
        return list(await self.bench.memory.watches.running())


@contextlib.asynccontextmanager
async def watching(folder: Path, speed: float = SPEED, **options: Any) -> AsyncIterator[WatchBench]:
    """Run a whole bot beside the live room; `options` are those of `open_whole`."""
    clock = FastClock(speed)
    async with open_whole(folder, large=100, clock=clock, **options) as bench:
        room = bench.hundredms.live()
        room.retry_seconds = 10
        room.start(clock.now())
        yield WatchBench(bench, room, clock)
