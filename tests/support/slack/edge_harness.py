"""The real Slack edge between a pretend Slack and fake investigator and renderer, over sockets."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp

from bot.catalogue import load_catalogue
from bot.domain.channel_settings import ChannelSettingsStore
from bot.domain.metrics import Metrics
from bot.domain.privacy.erasures import ErasureLog
from bot.jobs import DbosJobQueue
from bot.serving import open_context
from bot.slack import Probe, SlackSettings, serve
from bot.slack.context import BotContext
from bot.slack.server.http import WebhookDoor
from bot.slack.slack_settings import Rates, Retries, SocketTimes
from bot.storage import Database, open_database
from bot.wiring import Services
from tests.support.slack.fakes import NOW, StandInInvestigator, StandInRenderer, references
from tests.support.slack.job_engine import own_database, own_jobs
from workbench.pretend_hundredms.stage import Stage
from workbench.pretend_slack import Message, PretendSlack, Team, example_team, stand
from workbench.pretend_slack.limits import check_message

FAST = Rates(1000.0, 1000, 1000)
QUICK = SocketTimes(poll=0.05, down=0.3, rebuilds=2, ping=5.0)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


async def ok() -> str:
    return "ok"


Begin = Callable[[AsyncExitStack], Awaitable[None]]
"""Starts the bot in a stack that ends it."""


@dataclass
class Bench:
    """One run: the pretend Slack, the bot's settings, its fakes, jobs and database."""

    slack: PretendSlack
    settings: SlackSettings
    investigator: StandInInvestigator = field(default_factory=StandInInvestigator)
    renderer: StandInRenderer = field(default_factory=StandInRenderer)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    hms_url: str = ""
    database_url: str = ""
    status: int | None = None
    running: asyncio.Task[int] = field(init=False)
    jobs: DbosJobQueue = field(init=False)
    memory: Database = field(init=False)
    life: AsyncExitStack = field(default_factory=AsyncExitStack)
    begin: Begin = field(init=False)
    hundredms: Stage = field(init=False)

    @property
    def team(self) -> Team:
        return self.slack.team

    @property
    def url(self) -> str:
        return f"http://{self.settings.host}:{self.settings.port}"

    def said(self, channel: str = "") -> list[Message]:
        """Return the bot's messages so far, oldest first."""
        return self.team.from_app(channel)

    def parts(self, channel: str = "") -> list[str]:
        """Return the answer parts posted so far; a private "Looking…" has no part."""
        return [part_of(message) for message in self.said(channel) if message.metadata]

    async def restart(self) -> None:
        """Stop the bot and start it again on the same database."""
        await self.life.aclose()
        await self.begin(self.life)

    async def until_said(self, words: str, channel: str = "", seconds: float = 10) -> Message:
        """Wait for and return the bot's first message that shows these words."""
        await self.slack.until(lambda: self.find(words, channel), seconds)
        found = self.find(words, channel)
        assert found is not None
        return found

    def find(self, words: str, channel: str = "") -> Message | None:
        return next((m for m in self.said(channel) if words in shown(m)), None)

    async def settled(self, seconds: float = 0.15, *, done: bool = True) -> None:
        """Wait until Slack gets no calls for `seconds`; with `done`, first for all jobs to end."""
        if done:
            await self.slack.until(lambda: self.jobs.running_count == 0, 40)
        before = -1
        while before != len(self.team.calls):
            before = len(self.team.calls)
            await asyncio.sleep(seconds)

    async def get(self, path: str) -> tuple[int, Any]:
        async with aiohttp.ClientSession() as http, http.get(self.url + path) as response:
            if response.content_type == "application/json":
                return response.status, await response.json()
            return response.status, await response.text()


def part_of(message: Message) -> str:
    return str((message.metadata or {}).get("event_payload", {}).get("part", ""))


def lookup_of(message: Message) -> str:
    return str((message.metadata or {}).get("event_payload", {}).get("lookup_id", ""))


def shown(message: Message) -> str:
    """Return the text of a message and of its sections."""
    words = [message.text]
    words += [str((block.get("text") or {}).get("text")) for block in message.blocks]
    return "\n".join(words)


def check_all(bench: Bench) -> None:
    """Assert that each message is within Slack's limits and that no marked part is posted twice."""
    seen: set[tuple[str, str]] = set()
    for message in bench.said():
        if message.files:  # Slack's own post of an upload, without words of ours
            continue
        args = {"text": message.text, "blocks": message.blocks, "metadata": message.metadata}
        assert check_message({k: v for k, v in args.items() if v}) == []
        if message.metadata:
            key = lookup_of(message), part_of(message)
            assert key not in seen
            assert message.metadata["event_type"] == "call_doctor"
            seen.add(key)


@contextlib.asynccontextmanager
async def open_bench(
    mode: str = "http",
    *,
    probes: Mapping[str, Probe] | None = None,
    blind: bool = False,
    unread: bool = False,
    channels: ChannelSettingsStore | None = None,
    enterprise: str = "",
    without: str = "",
    workspaces: tuple[str, ...] = (),
    **changes: Any,
) -> AsyncIterator[Bench]:
    """Run a bot; `changes` are fields of SlackSettings. At the end it is stopped.

    `blind` takes away what lets the bot read what stands in a channel, `unread` what lets it see
    whether a channel is shared; `channels` keeps settings. `enterprise` is the organisation of the
    workspace; `without` is a scope that was not granted; `workspaces` are the aliases of 100ms
    workspaces.
    """
    team = example_team(retry_delays=(0.05, 0.1, 0.2), enterprise_id=enterprise)
    team.app.scopes -= {without}
    if unread:
        team.app.scopes -= {"channels:read", "groups:read"}
    if blind:
        team.app.scopes = {one for one in team.app.scopes if "history" not in one}
    async with stand(team) as slack, own_database() as url:
        bench = Bench(slack, settings_for(team, mode, **changes), database_url=url)
        new_lookup_id = references()
        wanted = 200 if probes is None else 503
        ready = probes or {"database": ok, "hms": ok}

        async def begin(life: AsyncExitStack) -> None:
            bench.jobs = await life.enter_async_context(own_jobs(url))
            bench.memory = await life.enter_async_context(open_database(url))
            ctx = await life.enter_async_context(
                open_context(bench.settings, services_of(bench), bench.jobs)
            )
            ctx = replace(
                ctx,
                clock=lambda: NOW,
                new_lookup_id=new_lookup_id,
                draw_timeline=lambda _: None,
                answer_log=None,
                channel_settings=channels,
                workspaces=workspaces,
            )
            await life.enter_async_context(started(bench, ctx, ready, wanted))

        async with living(bench, begin):
            yield bench


def services_of(bench: Bench) -> Services:
    """Return tools made of the bench's fakes and its database."""
    return Services(
        investigator=bench.investigator,
        make_renderer=lambda: bench.renderer,
        catalogue=load_catalogue(),
        workspaces={},
        database=bench.memory,
        metrics=Metrics(),
        erasures=ErasureLog(),
    )


@contextlib.asynccontextmanager
async def living(bench: Bench, begin: Begin) -> AsyncIterator[None]:
    """Start the bot, let `Bench.restart` start it again, and stop it at the end."""
    bench.begin = begin
    await begin(bench.life)
    try:
        yield
    finally:
        await bench.life.aclose()


@contextlib.asynccontextmanager
async def started(
    bench: Bench,
    ctx: BotContext,
    ready: Mapping[str, Probe],
    wanted: int = 200,
    webhooks: WebhookDoor | None = None,
) -> AsyncIterator[None]:
    """Serve until the block ends; wait first until /readyz answers with status `wanted`."""
    bench.stop = asyncio.Event()
    bench.running = asyncio.create_task(
        serve(bench.settings, ctx, other_probes=ready, webhooks=webhooks, stop=bench.stop)
    )
    try:
        await _up(bench, wanted)
        yield
    finally:
        bench.stop.set()
        bench.status = await bench.running


def settings_for(team: Team, mode: str, **changes: Any) -> SlackSettings:
    app = team.app
    settings = SlackSettings(
        bot_token=app.bot_token,
        signing_secret=app.signing_secret if mode == "http" else "",
        app_token=app.app_token if mode == "socket" else "",
        api_url=team.base_url + "/api/",
        host="127.0.0.1",
        port=free_port(),
        rates=FAST,
        socket=QUICK,
        drain_seconds=5,
        call_seconds=2,
        retries=Retries(times=0),
    )
    if mode == "http":
        team.request_url = f"http://127.0.0.1:{settings.port}/slack/events"
    return replace(settings, **changes)


async def _up(bench: Bench, wanted: int) -> None:
    while not bench.running.done():
        with contextlib.suppress(aiohttp.ClientConnectionError):
            status, _ = await bench.get("/readyz")
            if status == wanted:
                return
        await asyncio.sleep(0.01)
    await bench.running
