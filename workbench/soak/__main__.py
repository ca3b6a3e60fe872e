"""`scripts/soak`: two replicas on PostgreSQL through a bad day; 1 if a promise was broken."""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
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
from workbench.soak.outcome import Outcome, outcome_of
from workbench.soak.weather import Weather

RETRIES = (0.5, 5.0, 30.0, 60.0)
"""When Slack tries an event again: sooner than in life, so that the day fits an hour."""

CALM = 0.6
"""After this share of the questions nobody is killed any more: then memory can be compared."""

WARM = 0.7
WARM_QUESTIONS = 500
_SHOWN = 20
_TELL_SECONDS = 15.0
_KEPT_SECONDS = 90.0


@dataclass(slots=True)
class Day:
    """Everything of one run."""

    slack: PretendSlack
    hms: Stage
    replicas: list[Replica]
    asker: Asker
    weather: Weather
    deliveries: list[Delivery] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)


async def soak(args: argparse.Namespace) -> Outcome:
    """Run one; returns when every question has its end."""
    async with _day(args) as day:
        await day.asker.rehearse()
        day.slack.team.deliveries.clear()
        helpers = [
            asyncio.create_task(work)
            for work in (
                day.weather.faults(),
                day.weather.kills(day.replicas, day.asker),
                _tidy(day),
                _tell(day),
            )
        ]
        try:
            await _ask_all(day, args)
        finally:
            for helper in helpers:
                helper.cancel()
            ended = await asyncio.gather(*helpers, return_exceptions=True)
        for each in ended:
            if isinstance(each, Exception):
                raise each
        return await _count(day)


async def _ask_all(day: Day, args: argparse.Namespace) -> None:
    """Ask, so many at once, until all were asked or the time is over."""
    end = time.monotonic() + args.minutes * 60
    left = iter(range(args.questions))

    async def person() -> None:
        for number in left:
            if time.monotonic() > end:
                return
            share = max(number / args.questions, 1 - (end - time.monotonic()) / args.minutes / 60)
            day.weather.calm = share > CALM
            if share > WARM and not day.warm and len(day.asker.up) == len(day.replicas):
                day.warm = [replica.rss_mb for replica in day.replicas]
                day.weather.counts["warm"] = number
            await day.asker.ask()

    await asyncio.gather(*[person() for _ in range(args.at_once)])


async def _count(day: Day) -> Outcome:
    """Let the last words come, then count."""
    day.weather.clear()
    for replica in day.replicas:
        await (replica.start() if replica.ended else replica.ready())
    rss = [replica.rss_mb for replica in day.replicas]
    warm_at = day.weather.counts.pop("warm", 0)
    await asyncio.sleep(5)
    deliveries = [*day.deliveries, *day.slack.team.deliveries]
    outcome = outcome_of(day.asker, deliveries, day.weather.counts)
    if outcome.asked - warm_at > WARM_QUESTIONS:
        outcome.memory = list(zip(day.warm, rss, strict=True))
    return outcome


async def _tidy(day: Day) -> None:
    """Keep what is counted and let the rest go: else this program itself would grow by GB."""
    done = 0
    while True:
        await asyncio.sleep(10)
        team = day.slack.team
        team.calls.clear()
        day.hms.calls.clear()
        born = team.now() - _KEPT_SECONDS
        while done < len(team.messages) and float(team.messages[done].ts) < born:
            message = team.messages[done]
            message.blocks, message.edits = [], []
            done += 1


async def _tell(day: Day) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(_TELL_SECONDS)
        asked, ended = day.asker.questions, [q for q in day.asker.questions if q.end]
        silent = sum(q.end == "silent" for q in ended)
        print(
            f"{time.monotonic() - began:5.0f} s  asked {len(asked)}, ended {len(ended)}, "
            f"silent {silent}, kills {day.weather.counts['kill']}",
            file=sys.stderr,
            flush=True,
        )


@asynccontextmanager
async def _day(args: argparse.Namespace) -> AsyncIterator[Day]:
    app = build(demo_world(utc_now(), large_events=50))
    async with AsyncExitStack() as stack:
        server = stack.enter_context(postgres_server())
        home = args.logs or stack.enter_context(tempfile.TemporaryDirectory(prefix="call-doctor-"))
        hms_url = await stack.enter_async_context(running(app))
        slack = await stack.enter_async_context(stand(example_team(retry_delays=RETRIES)))
        url = server.database("soak")
        replicas = [
            replica_of(slack.team, hms_url, url, Path(home), f"replica-{n}", {}) for n in (1, 2)
        ]
        for replica in replicas:
            stack.push_async_callback(_end, replica)
            await replica.start()
        asker = Asker(slack, replicas, args.seed, args.patience)
        yield Day(
            slack,
            stage(app),
            replicas,
            asker,
            Weather(slack, stage(app), args.seed, args.kill_every),
        )


async def _end(replica: Replica) -> None:
    with contextlib.suppress(ProcessLookupError):
        await replica.stop()


def main(words: Sequence[str] | None = None) -> int:
    """Run and print; 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=60.0, help="ask no longer than so long")
    parser.add_argument("--at-once", type=int, default=16, help="questions in flight")
    parser.add_argument("--kill-every", type=float, default=10, help="seconds, on average")
    parser.add_argument("--patience", type=float, default=240, help="seconds until one is silent")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--logs", help="a folder for the replicas' logs")
    args = parser.parse_args(words)
    began = time.monotonic()
    outcome = asyncio.run(soak(args))
    print(*outcome.lines(), sep="\n")
    print(f"time                {time.monotonic() - began:.0f} s, seed {args.seed}")
    print(*outcome.details[:_SHOWN], sep="\n")
    if outcome.broken:
        print(f"broken: {', '.join(outcome.broken)}")
    return 1 if outcome.broken else 0


if __name__ == "__main__":
    sys.exit(main())
