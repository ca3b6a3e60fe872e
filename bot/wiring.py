"""The one package that knows every part, and puts them together.

The parts that every entry point needs, put together.

What serving Slack needs besides: jobs, tools, probes, and the Slack edge's settings.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from bot.catalogue import load_catalogue
from bot.domain.catalogue import Catalogue
from bot.domain.errors import BotError, StoreUnreachable
from bot.domain.metrics import Metrics
from bot.domain.privacy.personal_names import Names
from bot.domain.records.erasures import ErasureLog
from bot.hundredms.client import HundredMsClient
from bot.hundredms.workspaces import Credentials, CallLimits, OnCall, clear_caches, open_workspaces
from bot.investigate.caching import CachingInvestigator
from bot.investigate.investigator import Investigator
from bot.investigate.ports import RoomIndex
from bot.investigate.room_index import RoomIndexWriter, NoMemory, BestEffortRoomIndex
from bot.metrics import PrometheusMeters
from bot.render.renderer import Renderer
from bot.settings import Settings
from bot.storage import (
    Database,
    watch_erasures,
    jobs_url,
    purge_hourly,
    open_database,
    lock_sqlite_file,
)

if TYPE_CHECKING:  # a second of imports that a look-up in the terminal need not wait for
    from bot.jobs import DbosJobQueue
    from bot.slack.context import Tools
    from bot.slack.server.health import Probe
    from bot.slack.settings import SlackSettings

__all__ = [
    "Services",
    "credentials",
    "new_reference",
    "now",
    "open_services",
    "open_job_queue",
    "probes",
    "slack_settings",
    "build_tools",
]

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody confuses when reading a reference out."""


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def new_reference() -> str:
    """A fresh reference: it names a look-up to people, in metadata and in the log."""
    return "CD-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


@dataclass(frozen=True, slots=True)
class Services:
    """The parts that every entry point needs."""

    investigator: CachingInvestigator
    renderer: Renderer
    catalogue: Catalogue
    workspaces: dict[str, HundredMsClient]
    memory: Database | None
    meters: Metrics
    forgotten: ErasureLog
    names: Names = Names.FULL


def credentials(settings: Settings) -> list[Credentials]:
    """What each 100ms workspace is called with. Raises Misconfigured."""
    return [
        Credentials(
            alias,
            access_key=workspace.access_key.get_secret_value(),
            secret=workspace.secret.get_secret_value(),
            token=workspace.management_token.get_secret_value(),
            url=workspace.api_url or settings.hms_api_url,
        )
        for alias, workspace in settings.workspaces().items()
    ]


@asynccontextmanager
async def open_services(
    settings: Settings, *, memory_needed: bool, limits: CallLimits | None = None
) -> AsyncIterator[Services]:
    """The engine, its connections open while the block runs.

    `limits` bound each call to 100ms. Raises Misconfigured; StoreUnreachable only if
    `memory_needed`: a look-up in the terminal goes on without a database.
    """
    signing = credentials(settings)
    catalogue = load_catalogue()
    limits = limits or CallLimits(in_flight=settings.hms_calls_at_once)
    meters = PrometheusMeters()
    renderer = Renderer(catalogue, settings.templates_dir, dashboard=settings.hms_dashboard_url)
    async with AsyncExitStack() as stack:
        memory = await _memory(settings, stack, needed=memory_needed)
        workspaces = await stack.enter_async_context(
            open_workspaces(signing, clock=now, on_call=_counted(meters), limits=limits)
        )
        for workspace in workspaces.values():
            workspace.circuit.watch(meters.hms_circuit)
        investigator = _investigator(stack, workspaces, memory, catalogue)
        kept = memory if isinstance(memory, Database) else None
        forgotten = await _forgotten(stack, kept if memory_needed else None, investigator)
        shared = (investigator, renderer, catalogue, workspaces, kept, meters, forgotten)
        yield Services(*shared, settings.show_names)


def _investigator(
    stack: AsyncExitStack,
    workspaces: dict[str, HundredMsClient],
    memory: RoomIndex,
    catalogue: Catalogue,
) -> CachingInvestigator:
    recall = BestEffortRoomIndex(memory)
    learner = RoomIndexWriter(recall)
    stack.push_async_callback(learner.close)
    one = Investigator(workspaces, recall, learner, catalogue, now)
    stack.push_async_callback(one.beside.close)
    return CachingInvestigator(one)


async def _forgotten(
    stack: AsyncExitStack, memory: Database | None, investigator: CachingInvestigator
) -> ErasureLog:
    """What was forgotten; in a process that lasts, `memory` tells of more as it comes."""
    forgotten = ErasureLog()
    if memory is not None:
        heeding = watch_erasures(memory.forgotten, forgotten, partial(_let_go, investigator))
        await stack.enter_async_context(heeding)
    return forgotten


def _let_go(investigator: CachingInvestigator) -> None:
    """Keep nothing in memory of what was read by now: somebody in it was forgotten."""
    investigator.let_go()
    clear_caches()


def _counted(meters: Metrics) -> OnCall:
    def on_call(_alias: str, _call: str, status: int | None, _seconds: float) -> None:
        meters.hms_request(status)

    return on_call


async def _memory(settings: Settings, stack: AsyncExitStack, *, needed: bool) -> RoomIndex:
    try:
        memory = await stack.enter_async_context(open_database(settings.database))
    except StoreUnreachable:
        if needed:
            raise
        return NoMemory()
    if needed:  # a process that lasts
        await stack.enter_async_context(purge_hourly([memory.purge], now))
    return memory


PROBE_KEPT_SECONDS = 15


@asynccontextmanager
async def open_job_queue(settings: Settings, engine: Services) -> AsyncIterator["DbosJobQueue"]:
    """The engine of durable jobs, with a life of its own for this process.

    Raises Misconfigured if another process uses the same SQLite file, StoreUnreachable.
    """
    from bot.jobs import open_jobs  # noqa: PLC0415  see above

    if engine.memory is None:
        raise StoreUnreachable
    with lock_sqlite_file(settings.database):
        url, life = jobs_url(settings.database), uuid4().hex
        async with open_jobs(url, life, engine.memory.lives) as jobs:
            yield jobs


def build_tools(engine: Services) -> "Tools":
    """What the Slack edge answers with."""
    from bot.pictures import timeline_picture  # noqa: PLC0415  see above
    from bot.slack.context import Tools  # noqa: PLC0415  see above

    memory = engine.memory
    return Tools(
        engine.renderer,
        engine.investigator,
        now,
        new_reference,
        engine.meters,
        memory.answers if memory else None,
        timeline_picture,
        engine.forgotten,
        memory.channels if memory else None,
        memory.shown if memory else None,
        tuple(engine.workspaces),
        memory.audit if memory else None,
        engine.names,
    )


def probes(engine: Services, kept: float = PROBE_KEPT_SECONDS) -> "dict[str, Probe]":
    """What /readyz asks besides Slack: the database and 100ms, whose `ok` stands for `kept` s."""
    from bot.slack.server.health import DEGRADED, cache_probe  # noqa: PLC0415  see above

    async def database() -> str:
        return await _probed(engine.memory.ping()) if engine.memory else "not open"

    async def hms() -> str:
        asked = engine.workspaces
        words = await asyncio.gather(*(_probed(client.check()) for client in asked.values()))
        down = {alias: word for alias, word in zip(asked, words, strict=True) if word != "ok"}
        named = "; ".join(f"{alias}: {word}" for alias, word in down.items()) or "ok"
        # Answers out of the others say which workspace was missing.
        return DEGRADED + named if 0 < len(down) < len(asked) else named

    return {"database": database, "hms": cache_probe(hms, kept)}


async def _probed(attempt: Awaitable[None]) -> str:
    try:
        await attempt
    except BotError as error:
        return error.headline
    return "ok"


def slack_settings(settings: Settings) -> "SlackSettings":
    """The Slack edge's own settings."""
    from bot.slack.settings import SlackSettings  # noqa: PLC0415  see above

    return SlackSettings(
        bot_token=settings.slack_bot_token.get_secret_value(),
        signing_secret=settings.slack_signing_secret.get_secret_value(),
        app_token=settings.slack_app_token.get_secret_value(),
        api_url=settings.slack_api_url,
        host=settings.host,
        port=settings.port,
        per_asker=settings.lookups_per_asker,
        most_waiting=settings.lookups_waiting,
        most_waiting_per_asker=settings.lookups_waiting_per_asker,
        access=settings.access(),
    )
