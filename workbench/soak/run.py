"""One run from the first question to the count."""

import asyncio
import sys
import time

from workbench.soak.day import HOT, Day, Plan, open_day
from workbench.soak.outcome import Outcome, outcome_of

CALM = 0.6
"""After this share of the questions nobody is killed any more: then memory can be compared."""

WARM_QUESTIONS = 500
WATCH_SECONDS = 120.0
"""Time to tell the ends of ten watched calls: one call of 100ms a second is for all of them."""
_TELL_SECONDS = 15.0
_REST_SECONDS = 5.0


async def soak(plan: Plan) -> Outcome:
    """Run one; returns when every question has its end. Raises BotDied, PostgresAbsent."""
    async with open_day(plan) as day:
        await day.asker.rehearse()
        await day.watches.start(day.asker.places(plan.watches), day.asker.turn)
        day.slack.team.deliveries.clear()
        helpers = [
            asyncio.create_task(work)
            for work in (
                day.weather.faults(),
                day.weather.kills(day.replicas, day.asker),
                day.watches.trouble(),
                day.tidy(),
                _tell(day),
            )
        ]
        try:
            await _ask_all(day, plan)
        finally:
            for helper in helpers:
                helper.cancel()
            ended = await asyncio.gather(*helpers, return_exceptions=True)
        for each in ended:
            if isinstance(each, Exception):
                raise each
        return await _count(day, plan)


async def _ask_all(day: Day, plan: Plan) -> None:
    """Ask, so many at once, until all were asked or the time is over."""
    end = time.monotonic() + plan.minutes * 60
    left = iter(range(plan.questions))

    async def person() -> None:
        for number in left:
            if time.monotonic() > end:
                return
            share = max(number / plan.questions, 1 - (end - time.monotonic()) / plan.minutes / 60)
            day.weather.calm = share > CALM
            day.weigh(share)
            await day.asker.ask()

    await asyncio.gather(*[person() for _ in range(plan.at_once)])


async def _count(day: Day, plan: Plan) -> Outcome:
    """Let the last words come, then count."""
    day.weather.clear()
    for replica in day.replicas:
        await day.weather.begin(replica)
    unended = await day.watches.end(WATCH_SECONDS + WATCH_SECONDS * plan.watches / 10)
    await asyncio.sleep(_REST_SECONDS)
    outcome = outcome_of(day.asker, day.slack.team.deliveries, day.weather.counts)
    outcome.watches, outcome.watch_lines = plan.watches, day.watches.lines()
    outcome.unended = unended
    outcome.fresh = day.fresh
    if outcome.asked * (1 - HOT) > WARM_QUESTIONS:
        outcome.memory = [
            (day.warm[one.name], one.rss_mb) for one in day.replicas if one.name in day.warm
        ]
    return outcome


async def _tell(day: Day) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(_TELL_SECONDS)
        asked, ended = day.asker.questions, [q for q in day.asker.questions if q.end]
        silent = sum(q.end == "silent" for q in ended)
        memory = " ".join(f"{one.rss_mb:.0f}" for one in day.replicas if one.name in day.asker.up)
        print(
            f"{time.monotonic() - began:5.0f} s  asked {len(asked)}, ended {len(ended)}, "
            f"silent {silent}, kills {day.weather.counts['kill']}, MB {memory}",
            file=sys.stderr,
            flush=True,
        )
