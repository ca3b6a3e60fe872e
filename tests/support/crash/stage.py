"""A run's environment: both pretend services, a database and the bots that are struck."""

import asyncio
import copy
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal

from sqlalchemy.exc import OperationalError

from tests.support.crash.databases import Database, count_left, count_votes, silence
from tests.support.crash.forks import forked
from tests.support.crash.gate import Gate, open_gate
from tests.support.crash.points import Point
from tests.support.crash.record import part_of
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import demo_world
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_hundredms.serving import running
from workbench.pretend_hundredms.stage import Stage
from workbench.pretend_hundredms.world import World
from workbench.pretend_slack import Delivery, Message, PretendSlack, example_team, stand
from workbench.replica import Replica, replica_of

CHANNEL, PERSON, OTHER = "C0ONCALL", "U0ALICE", "U0BOB"
Way = Literal["command", "mention", "press", "vote", "workflow", "refresh", "take", "watch"]
"""`press`: a button under an answer that stands already; `vote`: *Right* under one; `workflow`: a
step that posts; `refresh`: *Ask again* under an answer that somebody took, after new errors;
`take`: *I'm on it*; `watch`: a watch of a call that breaks and ends."""
How = Literal["restart", "takeover", "database"]
"""Killed and started again; killed and another replica goes on; the database crashes instead."""

PACE = {"WATCH_EVERY": "1", "WATCH_LINGER": "1"}
"""Seconds between the looks of a watch, and from the call's end to the final diagnosis."""

_HELD_SECONDS = {"restart": 30.0, "takeover": 30.0, "database": 1.0}


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of question and a kind of strike."""

    way: Way
    how: How
    room: str
    readable: bool = True
    button: str = "packet"

    @property
    def edits(self) -> bool:
        """Return whether a press, which may be repeated, has one effect on a standing answer."""
        return self.way in ("vote", "refresh", "take")

    @property
    def findable(self) -> bool:
        """Return whether the bot can search for a message it posted."""
        return self.readable and "private" not in self.room

    def __str__(self) -> str:
        way = f"press-{self.button}" if self.way == "press" else self.way
        words = f"{way}-{self.how}-{self.room.replace(' ', '-')}"
        return words if self.readable else f"{words}-unreadable"


@dataclass(slots=True)
class Scene:
    """Both pretend services, the bots' processes and the gate to them."""

    case: Case
    slack: PretendSlack
    hms: Stage
    gate: Gate
    bots: Sequence[Replica]
    database_url: str
    crash_database: Callable[[], None] | None
    struck: asyncio.Event = field(default_factory=asyncio.Event)
    before: int = 0
    """The bot's messages from before the question."""
    shown: Message | None = None
    """The answer as the person saw it who presses."""

    async def strike(self) -> bool:
        """Strike; return whether the process may continue."""
        if self.struck.is_set():
            return True
        self.struck.set()
        if self.crash_database is not None:
            await asyncio.to_thread(self.crash_database)
            return True
        self.bots[0].kill()
        if self.case.how == "takeover":
            self.slack.team.request_url = self.bots[1].address
        return False

    async def ask(self) -> tuple[Delivery, str | None]:
        """Ask; return the delivery and the thread of the answer."""
        room = self.case.room
        if self.case.way == "command":
            return await self.slack.type_command(CHANNEL, PERSON, "/call-errors", room), None
        if self.case.way == "watch":
            text = f"watch {room}"
            return await self.slack.type_command(CHANNEL, PERSON, "/call-errors", text), None
        if self.case.way == "press":
            return await self.slack.click(self.opening, self.case.button), None
        if self.case.edits:
            return await self.press_again(), None
        if self.case.way == "workflow":
            inputs = {"target": room, "channel": CHANNEL}
            return (await self.slack.run_step(inputs))[1], None
        delivery = await self.slack.mention(CHANNEL, room)
        return delivery, str(delivery.payload["event"]["ts"])

    async def press_again(self) -> Delivery:
        """Press the button of the case under the answer, whose payload stays as it was."""
        if self.case.way == "vote":
            return await self.slack.click(self.opening, "feedback", PERSON, value="positive")
        button = "ask_again" if self.case.way == "refresh" else "take"
        return await self.slack.click(self.shown or self.opening, button, PERSON)

    @property
    def opening(self) -> Message:
        """Return the answer that stands."""
        return next(m for m in self.slack.team.from_app() if part_of(m) == "opening")

    def votes(self) -> int:
        """Return the number of stored votes."""
        return count_votes(self.database_url)

    def begin(self) -> None:
        """Count calls and messages from here on; what came before was preparation."""
        self.slack.team.calls.clear()
        self.hms.calls.clear()
        self.before = len(self.slack.team.from_app())
        if self.case.edits:
            self.shown = copy.deepcopy(self.opening)

    def plant(self, point: Point) -> None:
        """Make the pretend services hold the chosen call."""
        held = {"after": point.number - 1, "times": 1, "seconds": _HELD_SECONDS[self.case.how]}
        if point.place == "slack" and point.moment != "answered":
            done = point.moment == "done"
            self.slack.team.faults.add(point.label, "slow", do_first=done, **held)
        elif point.place == "hms" and point.moment != "answered":
            self.hms.faults.add(Fault(kind="slow", path=point.label, **held))  # type: ignore[arg-type]

    def reached(self, point: Point) -> bool:
        """Return whether the chosen call is held or was just answered."""
        if point.place == "slack":
            calls = self.slack.team.calls_of(point.label)
            if len(calls) < point.number:
                return False
            call = calls[point.number - 1]
            return call.fault != "" if point.moment != "answered" else call.status is not None
        known = self.hms.calls.of(point.label)
        if len(known) < point.number:
            return False
        last = known[point.number - 1]
        return last.fault is not None if point.moment != "answered" else last.finished is not None

    def jobs_left(self, *, clearing: bool = False) -> int:
        """Return the number of jobs not over; with `clearing` also of those not cleared yet."""
        try:
            return count_left(self.database_url, given=clearing)
        except OperationalError:
            return 1  # it is down, so nobody can tell

    async def revive(self) -> None:
        """After a kill, age the heartbeat and start the bot or let another replica take over."""
        await self.bots[0].gone()
        await asyncio.to_thread(silence, self.database_url)
        if self.case.how == "restart":
            await self.bots[0].start()


@cache
def world() -> World:
    """Return the demo world, made once."""
    return demo_world(datetime.now(UTC), large_events=50)


@asynccontextmanager
async def open_scene(case: Case, database: Database, forks: str) -> AsyncIterator[Scene]:
    """Start everything and wait until it is ready."""
    app = build(world())
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="call-doctor-"))
        gate = await stack.enter_async_context(open_gate())
        hms_url = await stack.enter_async_context(running(app))
        team = example_team(retry_delays=(0.5, 1.0, 2.0, 4.0, 8.0))
        if not case.readable:
            team.app.scopes -= {s for s in team.app.scopes if s.endswith(":history")}
        slack = await stack.enter_async_context(stand(team))
        url = database.url or f"sqlite:///{folder}/data/bot.db"
        gated = {"CRASH_GATE": gate.path}  # who is not struck is not asked at its commits either
        bots = [
            forked(replica_of(team, hms_url, url, Path(folder), f"bot-{n}", PACE | more), forks)
            for n, more in enumerate([gated, {}] if case.how == "takeover" else [gated])
        ]
        for bot in bots:
            stack.push_async_callback(_put_away, bot)
        await asyncio.gather(*[bot.start() for bot in bots])
        team.request_url = bots[0].address
        yield Scene(case, slack, stage(app), gate, bots, url, database.crash)


async def _put_away(bot: Replica) -> None:
    if not bot.ended:
        bot.kill()
        await bot.gone()
