"""One question, one process struck at one point, and what the asker has in the end."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal

from crash_databases import Database
from crash_gate import Gate, open_gate
from crash_points import Point, points_of
from crash_record import Expected, complaints, expected_of
from sqlalchemy import create_engine, text

from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import demo_world
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_hundredms.serving import running
from workbench.pretend_hundredms.stage import Stage
from workbench.pretend_hundredms.world import World
from workbench.pretend_slack import Delivery, PretendSlack, example_team, stand
from workbench.replica import Replica, replica_of

INSIDE = Path(__file__).with_name("inside")
CHANNEL, PERSON = "C0ONCALL", "U0ALICE"
Way = Literal["command", "mention"]
How = Literal["restart", "takeover", "database"]
"""Killed and started again; killed and another replica goes on; the database crashes instead."""

_HELD_SECONDS = {"restart": 30.0, "takeover": 30.0, "database": 1.0}
_END_SECONDS = 60.0
_QUIET_SECONDS = 0.6
_LOOK_SECONDS = 4.0
"""Within this a living replica looks for what the dead left."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked, in which way, and what is done to whom."""

    way: Way
    how: How
    room: str
    readable: bool = True

    def __str__(self) -> str:
        words = f"{self.way}-{self.how}-{self.room.replace(' ', '-')}"
        return words if self.readable else f"{words}-unreadable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one run: `wrong` is empty if all was as promised."""

    point: Point | None
    struck: bool
    wrong: list[str]
    log: str

    def __str__(self) -> str:
        return f"{self.point}: {'; '.join(self.wrong)}\n{self.log}"


@dataclass(slots=True)
class Scene:
    """Both pretend ends, the processes, and the line to them."""

    case: Case
    slack: PretendSlack
    hms: Stage
    gate: Gate
    bots: list[Replica]
    database_url: str
    crash_database: Callable[[], None] | None
    struck: asyncio.Event = field(default_factory=asyncio.Event)

    async def strike(self) -> bool:
        """Do it; whether the process that is struck may go on."""
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
        """Ask; gives the delivery and the thread in which the answer belongs."""
        room = self.case.room
        if self.case.way == "command":
            return await self.slack.type_command(CHANNEL, PERSON, "/call-errors", room), None
        delivery = await self.slack.mention(CHANNEL, room)
        return delivery, str(delivery.payload["event"]["ts"])

    def plant(self, point: Point) -> None:
        """Make the pretend ends hold the call that is meant."""
        held = {"after": point.number - 1, "times": 1, "seconds": _HELD_SECONDS[self.case.how]}
        if point.place == "slack" and point.moment != "answered":
            done = point.moment == "done"
            self.slack.team.faults.add(point.label, "slow", do_first=done, **held)
        elif point.place == "hms" and point.moment != "answered":
            self.hms.faults.add(Fault(kind="slow", path=point.label, **held))  # type: ignore[arg-type]

    def reached(self, point: Point) -> bool:
        """Whether the call that is meant is held, or just was answered."""
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

    async def revive(self) -> None:
        """After a kill: the dead one is known to be dead, and somebody goes on."""
        await self.bots[0].gone()
        await asyncio.to_thread(silence, self.database_url)
        if self.case.how == "restart":
            await self.bots[0].start()


def silence(url: str) -> None:
    """As if all had last been heard of long ago: who lives says so again within 3 s."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE lives SET beat_at = beat_at - 3600"))
    engine.dispose()


@cache
def world() -> World:
    """The demo's world, made once."""
    return demo_world(datetime.now(UTC), large_events=50)


@asynccontextmanager
async def open_scene(case: Case, database: Database) -> AsyncIterator[Scene]:
    """Everything started and ready to be asked."""
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
        more = {"CRASH_GATE": gate.path, "PYTHONPATH": f"{INSIDE}:{INSIDE.parents[2]}"}
        bots = [
            replica_of(team, hms_url, url, Path(folder), f"bot-{number}", more)
            for number in range(2 if case.how == "takeover" else 1)
        ]
        for bot in bots:
            stack.push_async_callback(_put_away, bot)
            await bot.start()
        team.request_url = bots[0].address
        team.calls.clear()
        stage(app).calls.clear()
        yield Scene(case, slack, stage(app), gate, bots, url, database.crash)


async def _put_away(bot: Replica) -> None:
    if not bot.ended:
        bot.kill()
        await bot.gone()


async def undisturbed(case: Case, database: Database) -> tuple[Expected, list[Point]]:
    """A run without any harm: what is right, and every point where one could be done."""
    async with open_scene(case, database) as scene:
        scene.gate.arm(None, scene.strike)
        await scene.ask()
        await _quiet(scene, 2.0)
        expected = expected_of(scene.slack.team)
        calls = [call.method for call in scene.slack.team.calls]
        paths = [call.path for call in scene.hms.calls.calls]
        commits = list(scene.gate.commits)
        await scene.bots[0].stop()
    return expected, [
        *points_of("slack", calls),
        *points_of("hms", paths, prefixes=True),
        *points_of("commit", commits),
    ]


async def disturbed(
    case: Case,
    point: Point,
    expected: Expected,
    database: Database,
) -> Outcome:
    """Ask, strike at the point, let somebody go on, and judge what stands in the end."""
    async with open_scene(case, database) as scene:
        scene.gate.arm(point, scene.strike)
        scene.plant(point)
        watching = asyncio.create_task(_watch(scene, point))
        reviving = asyncio.create_task(_revive(scene))
        try:
            delivery, thread = await scene.ask()

            def wrong() -> list[str]:
                must = delivery.acked or delivery.kind == "events_api"
                return complaints(
                    scene.slack.team, expected, thread, must=must, readable=case.readable
                )

            await scene.slack.postman.settled()
            await _over(scene, reviving, wrong)
            await scene.bots[-1].stop()
            status = await scene.bots[-1].gone()
        finally:
            await _cancelled(watching, reviving)
        found = wrong() + ([] if status == 0 else [f"SIGTERM ended it with {status}"])
        log = "\n".join(bot.last_words for bot in scene.bots if found)
        return Outcome(point, scene.struck.is_set(), found, log)


async def _over(scene: Scene, reviving: asyncio.Task[None], wrong: Callable[[], list[str]]) -> None:
    """Wait until nothing is wrong and nobody is at work any more, but not for ever."""
    end = time.monotonic() + _END_SECONDS
    if scene.case.how == "takeover":
        await asyncio.sleep(_LOOK_SECONDS)
    while time.monotonic() < end:
        await _quiet(scene, _QUIET_SECONDS)
        if not wrong() and reviving.done() == scene.struck.is_set():
            break
    if scene.struck.is_set():
        await reviving


async def _watch(scene: Scene, point: Point) -> None:
    while point.place != "commit":
        if scene.reached(point):
            await scene.strike()
            return
        await asyncio.sleep(0.002)


async def _revive(scene: Scene) -> None:
    await scene.struck.wait()
    if scene.crash_database is None:
        await scene.revive()


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _quiet(scene: Scene, seconds: float) -> None:
    """Wait until nothing was called for so long."""
    seen, since = -1, time.monotonic()
    while time.monotonic() - since < seconds:
        now = len(scene.slack.team.calls) + len(scene.hms.calls.calls)
        if now != seen or scene.hms.calls.in_flight:
            seen, since = now, time.monotonic()
        await asyncio.sleep(0.02)
