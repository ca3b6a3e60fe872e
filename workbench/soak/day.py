"""Everything that one run needs: both services, a database, two replicas, people and weather."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from workbench.postgres import postgres_server
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import demo_world
from workbench.pretend_hundredms.serving import running
from workbench.pretend_hundredms.stage import Stage, utc_now
from workbench.pretend_slack.example import example_team
from workbench.pretend_slack.people import PretendSlack
from workbench.pretend_slack.standing import stand
from workbench.pretend_slack.traffic import Delivery
from workbench.replica import Replica, replica_of
from workbench.soak.asker import Asker
from workbench.soak.watches import Watches
from workbench.soak.weather import Weather

LINGER = {"WATCH_LINGER": "10"}
"""Seconds from a watched call's end to its final diagnosis: shortened, as the day is."""

RETRIES = (0.5, 5.0, 30.0, 60.0)
"""Seconds after which Slack delivers an event again: shortened, so that a day fits an hour."""

WARM, HOT = 0.7, 0.8
"""Between these shares of the questions a replica is warm: pools and caches have filled."""

_KEPT_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The parameters of a run. `kill_every` counts questions, on average.

    No question is asked after so many `minutes`; one without an end after `patience` seconds is
    silent. `logs` is a folder for the replicas' logs.
    """

    questions: int = 10_000
    minutes: float = 60.0
    at_once: int = 16
    kill_every: int = 300
    patience: float = 240.0
    seed: int = 1
    logs: str = ""
    watches: int = 50


@dataclass(slots=True)
class Day:
    """One run. Memory is in MB, by replica: `fresh`, and the least while it was `warm`."""

    slack: PretendSlack
    hms: Stage
    replicas: list[Replica]
    asker: Asker
    weather: Weather
    watches: Watches
    fresh: list[float]
    deliveries: list[Delivery] = field(default_factory=list)
    warm: dict[str, float] = field(default_factory=dict)

    def weigh(self, share: float) -> None:
        """Note what the replicas hold, if this share of the questions makes them warm."""
        if WARM < share < HOT and len(self.asker.up) == len(self.replicas):
            for one in self.replicas:
                self.warm[one.name] = min(one.rss_mb, self.warm.get(one.name, one.rss_mb))

    async def tidy(self) -> None:
        """Keep what is counted and let the rest go: else this program itself would grow by GB."""
        done = 0
        while True:
            await asyncio.sleep(10)
            team = self.slack.team
            team.calls.clear()
            self.hms.calls.clear()
            born = team.now() - _KEPT_SECONDS
            while done < len(team.messages) and float(team.messages[done].ts) < born:
                message = team.messages[done]
                message.blocks, message.edits = [], []
                done += 1


@asynccontextmanager
async def open_day(plan: Plan) -> AsyncIterator[Day]:
    """All of it, running, until the block ends. Raises BotDied, PostgresAbsent."""
    app = build(demo_world(utc_now(), large_events=50))
    async with AsyncExitStack() as stack:
        server = stack.enter_context(postgres_server())
        home = plan.logs or stack.enter_context(tempfile.TemporaryDirectory(prefix="call-doctor-"))
        Path(home).mkdir(parents=True, exist_ok=True)
        hms_url = await stack.enter_async_context(running(app))
        slack = await stack.enter_async_context(stand(example_team(retry_delays=RETRIES)))
        url = server.database("soak")
        replicas = [
            replica_of(slack.team, hms_url, url, Path(home), f"replica-{n}", LINGER) for n in (1, 2)
        ]
        for replica in replicas:
            stack.push_async_callback(_end, replica)
        weather = Weather(slack, stage(app), plan.seed, plan.kill_every)
        for replica in replicas:
            await weather.begin(replica)
        asker = Asker(slack, replicas, plan.seed, plan.patience)
        fresh = [replica.rss_mb for replica in replicas]
        watches = Watches(slack, stage(app), plan.watches, plan.seed)
        yield Day(slack, stage(app), replicas, asker, weather, watches, fresh)


async def _end(replica: Replica) -> None:
    with contextlib.suppress(ProcessLookupError):
        await replica.stop()
