"""A day of many watches on a faked clock, and the record of what was called and told when."""

import contextlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.watching.state import Pace
from bot.investigate.live_calls import LiveCalls
from tests.support.slack.edge_harness import Bench, lookup_of, part_of
from tests.support.slack.fake_time import FakeTime
from tests.support.slack.fault_matrix import REFERENCE, add_places, channel_of, person_of
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_hundredms.scenes.live import LiveRoom
from workbench.pretend_slack import Message

PEOPLE = 4
_TRIES = 5
"""A busy machine refuses a question that it cannot record in time; people ask again."""


@dataclass
class WatchDay:
    """Many watches of live rooms; `calls` are the seconds of 100ms' calls since the start."""

    bench: Bench
    time: FakeTime
    rooms: list[LiveRoom] = field(default_factory=list)
    calls: list[float] = field(default_factory=list)
    looks: Counter[int] = field(default_factory=Counter)
    """Calls about each room's session, by the room's number."""
    references: dict[int, str] = field(default_factory=dict)
    per_channel: int = 10
    shown_at: dict[str, datetime] = field(default_factory=dict)
    """The moment at which each message was posted, by its time stamp."""
    began: datetime = field(init=False)
    _numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.began = self.time.now()
        self.time.on_tick = self._note

    @property
    def seconds(self) -> float:
        """The seconds since the watches were started."""
        return (self.time.now() - self.began).total_seconds()

    async def start(self, number: int, words: str) -> None:
        """Start a call in a new room, and a watch of it; wait until it looked."""
        room = self.bench.hundredms.live(f"day-{number}")
        room.start(self.time.now(), PEOPLE)
        self.rooms.append(room)
        place = number // self.per_channel
        for _ in range(_TRIES):
            delivery = await self.bench.slack.type_command(
                channel_of(place), person_of(place), "/call-errors", f"watch {room.name} {words}"
            )
            if "Starting the watch" in str(delivery.body):
                break
        found = REFERENCE.search(str(delivery.body))
        assert found, delivery.body
        self.references[number] = found[0]
        await self.bench.slack.until(lambda: len(self.messages()) > number, 120)

    async def pass_(self, seconds: float) -> None:
        """Let so many seconds pass."""
        await self.time.pass_(seconds, self.running)

    def begin(self) -> None:
        """Count from here on; the calls that start a watch are aside."""
        self._note()
        self.began = self.time.now()
        self.calls.clear()
        self.looks.clear()
        self._numbers = {room.session.id: n for n, room in enumerate(self.rooms) if room.session}

    @property
    def live(self) -> LiveCalls:
        """The calls that the bot's watches read."""
        assert self.time.live is not None
        return self.time.live

    async def start_all(self, count: int, words: str) -> None:
        """Start so many watches, and let them look once; count from there on."""
        for number in range(count):
            await self.start(number, words)
        await self.pass_(1)
        self.begin()

    def message_of(self, number: int) -> Message:
        """Return the message about a room."""
        return next(m for m in self.messages() if lookup_of(m) == self.references[number])

    def messages(self) -> list[Message]:
        """Return the messages of the watches, in the order of their start."""
        return [message for message in self.bench.said() if part_of(message) == "watch"]

    def lines(self) -> dict[str, list[Message]]:
        """Return the lines of each watch, by its reference."""
        found = defaultdict(list)
        for message in self.bench.said():
            if part_of(message).startswith("line"):
                found[lookup_of(message)].append(message)
        return found

    def lines_of(self, number: int) -> list[Message]:
        """Return the lines about a room."""
        return self.lines()[self.references[number]]

    async def running(self) -> int:
        return len(await self.bench.memory.watches.running())

    def _note(self) -> None:
        now, stage = self.time.now(), self.bench.hundredms
        for call in stage.calls.calls:
            self.calls.append(self.seconds)
            if call.path.startswith("/v2/sessions/"):
                self.looks[self._numbers.get(call.path.rpartition("/")[2], -1)] += 1
        stage.calls.clear()
        team = self.bench.team
        for message in team.messages[len(self.shown_at) :]:
            self.shown_at[message.ts] = now
            message.edits.clear()
        team.calls.clear()


@contextlib.asynccontextmanager
async def open_watch_day(
    folder: Path, watches: int, database_url: str = "", per_channel: int = 10, **options: Any
) -> AsyncIterator[WatchDay]:
    """Run the whole bot on a faked clock, with channels for so many watches.

    `options` are those of `open_whole`.
    """
    fake = FakeTime()
    settings = {"database_url": database_url} if database_url else {}
    pace = Pace(timedelta(seconds=15), timedelta(seconds=300))
    async with open_whole(
        folder, large=100, pace=pace, settings=settings, clock=fake, **options
    ) as bench:
        add_places(bench, watches // per_channel + 1)
        yield WatchDay(bench, fake, per_channel=per_channel)
