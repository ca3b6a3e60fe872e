"""The whole bot, without fakes, between a pretend Slack and a pretend 100ms."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.domain.privacy.personal_names import Names
from bot.hundredms.workspaces import CallLimits
from bot.serving import build_probes, open_context, open_job_queue, open_webhooks
from bot.settings import Settings, Workspace
from bot.slack import SlackSettings
from bot.slack.watch.command import wake_watches
from bot.wiring import open_services
from tests.support.fast_clock import FastClock
from tests.support.slack.edge_harness import Bench, living, settings_for, started
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import (
    ACCESS_KEY,
    OTHER_ACCESS_KEY,
    OTHER_SECRET,
    SECRET,
    demo_world,
)
from workbench.pretend_hundredms.serving import running, status_url
from workbench.pretend_hundredms.world import PretendRoom
from workbench.pretend_slack import example_team, stand

_OTHER = {
    "other": Workspace.model_validate({"access_key": OTHER_ACCESS_KEY, "secret": OTHER_SECRET})
}


@contextlib.asynccontextmanager
async def open_whole(
    folder: Path,
    mode: str = "http",
    *,
    large: int = 2000,
    scenarios: Path | None = None,
    without: str = "",
    other: bool = False,
    limits: CallLimits | None = None,
    show_names: Names = Names.FULL,
    settings: dict[str, Any] | None = None,
    rooms: Callable[[datetime], Iterable[PretendRoom]] = lambda _: (),
    status_page: bool = False,
    clock: FastClock | None = None,
    **changes: Any,
) -> AsyncIterator[Bench]:
    """Run a bot with the demo rooms behind it; `changes` are fields of SlackSettings.

    `settings` are further fields of Settings, `rooms` makes further rooms of the first workspace;
    with `status_page` the bot reads the pretend one. With `clock` the bot and 100ms live in its
    time.

    `without` are scopes that were not granted (commas between); with `other` there are two
    100ms workspaces; `limits` bound each call of 100ms.
    """
    now = clock.now() if clock else datetime.now(UTC)
    world = demo_world(now, large_events=large, scenarios=scenarios)
    first, *others = world.workspaces
    first = replace(first, rooms=(*first.rooms, *rooms(now)))
    world = replace(world, workspaces=(first, *others))
    async with AsyncExitStack() as stack:
        app = build(world, clock=clock.now) if clock else build(world)
        hms_url = await stack.enter_async_context(running(app))
        team = example_team(retry_delays=(0.05, 0.1, 0.2))
        team.app.scopes -= set(without.split(","))
        slack = await stack.enter_async_context(stand(team))
        edge: SlackSettings = settings_for(team, mode, **changes)
        bench = Bench(slack, edge)
        bench.hms_url, bench.hundredms = hms_url, stage(app)

        told = {"hms_workspaces": _OTHER if other else {}, "show_names": show_names}
        told |= settings or {}

        told |= {"status_url": status_url(hms_url) if status_page else ""}

        async def begin(life: AsyncExitStack) -> None:
            await life.enter_async_context(_serving(bench, folder, told, limits, clock))

        async with living(bench, begin):
            yield bench


async def reborn(bench: Bench, folder: Path) -> None:
    """Stop the bot, delete its databases and start another one in its place."""
    await bench.life.aclose()
    for file in ("bot.db", "bot-jobs.db"):
        (folder / file).unlink()
    await bench.begin(bench.life)


@contextlib.asynccontextmanager
async def _serving(
    bench: Bench,
    folder: Path,
    told: dict[str, Any],
    limits: CallLimits | None,
    clock: FastClock | None,
) -> AsyncIterator[None]:
    settings = Settings(
        _env_file=None,
        hms_access_key=ACCESS_KEY,
        hms_secret=SECRET,
        hms_api_url=bench.hms_url,
        **{"database_url": f"sqlite:///{folder / 'bot.db'}"} | told,
    )
    timed = {"clock": clock.now} if clock else {}
    async with open_services(settings, memory_needed=True, limits=limits, **timed) as engine:
        if clock is not None and engine.live_calls is not None:
            clock.attach(engine.live_calls)
        async with (
            open_job_queue(settings, engine) as jobs,
            open_context(bench.settings, engine, jobs) as ctx,
            open_webhooks(settings, engine, wake_watches(ctx)) as webhooks,
            started(bench, ctx, build_probes(engine), webhooks=webhooks),
        ):
            assert engine.database is not None
            bench.memory = engine.database
            bench.jobs = jobs
            yield
