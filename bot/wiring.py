"""Puts all parts of the bot together. This is the only module that knows every part.

`open_services` opens the parts that every entry point needs. `open_job_queue`, `build_tools`,
`build_probes` and `build_slack_settings` add the parts that only serving Slack needs.
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
from bot.domain.privacy.erasures import ErasureLog
from bot.domain.privacy.personal_names import Names
from bot.hundredms.client import HundredMsClient
from bot.hundredms.workspaces import CallLimits, Credentials, OnCall, clear_caches, open_workspaces
from bot.investigate.caching import CachingInvestigator
from bot.investigate.investigator import Investigator
from bot.investigate.ports import RoomIndex
from bot.investigate.room_index import BestEffortRoomIndex, NoMemory, RoomIndexWriter
from bot.metrics import PrometheusMetrics
from bot.render.renderer import Renderer
from bot.settings import Settings
from bot.storage import (
    Database,
    jobs_url,
    lock_sqlite_file,
    open_database,
    purge_hourly,
    watch_erasures,
)

if TYPE_CHECKING:  # these imports take a second, and a look-up in the terminal does not need them
    from bot.jobs import DbosJobQueue
    from bot.slack.context import Tools
    from bot.slack.server.health import Probe
    from bot.slack.settings import SlackSettings

__all__ = [
    "Services",
    "build_probes",
    "build_slack_settings",
    "build_tools",
    "new_lookup_id",
    "now",
    "open_job_queue",
    "open_services",
    "read_credentials",
]

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that people do not confuse when they read a reference aloud."""


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def new_lookup_id() -> str:
    """Return a new reference; it names a look-up to people, in metadata and in the log."""
    return "CD-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


@dataclass(frozen=True, slots=True)
class Services:
    """The parts that every entry point needs."""

    investigator: CachingInvestigator
    renderer: Renderer
    catalogue: Catalogue
    workspaces: dict[str, HundredMsClient]
    database: Database | None
    metrics: Metrics
    erasures: ErasureLog
    names: Names = Names.FULL


def read_credentials(settings: Settings) -> list[Credentials]:
    """Return the credentials for each 100ms workspace. Raises Misconfigured."""
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
    """Open the investigator and everything it needs; connections stay open while the block runs.

    `limits` bounds each call to 100ms. Raises Misconfigured. Raises StoreUnreachable only if
    `memory_needed`: a look-up in the terminal continues without a database.
    """
    workspace_credentials = read_credentials(settings)
    catalogue = load_catalogue()
    limits = limits or CallLimits(in_flight=settings.hms_calls_at_once)
    metrics = PrometheusMetrics()
    renderer = Renderer(
        catalogue,
        settings.templates_dir,
        dashboard=settings.hms_dashboard_url,
        reply_language=settings.reply_language,
    )
    async with AsyncExitStack() as stack:
        room_index = await _open_room_index(settings, stack, needed=memory_needed)
        workspaces = await stack.enter_async_context(
            open_workspaces(
                workspace_credentials, clock=now, on_call=_count_requests(metrics), limits=limits
            )
        )
        for workspace in workspaces.values():
            workspace.circuit.subscribe(metrics.hms_circuit)
        investigator = _open_investigator(stack, workspaces, room_index, catalogue)
        database = room_index if isinstance(room_index, Database) else None
        erasures = await _open_erasure_log(stack, database if memory_needed else None, investigator)
        parts = (investigator, renderer, catalogue, workspaces, database, metrics, erasures)
        yield Services(*parts, settings.show_names)


def _open_investigator(
    stack: AsyncExitStack,
    workspaces: dict[str, HundredMsClient],
    stored_index: RoomIndex,
    catalogue: Catalogue,
) -> CachingInvestigator:
    room_index = BestEffortRoomIndex(stored_index)
    writer = RoomIndexWriter(room_index)
    stack.push_async_callback(writer.close)
    investigator = Investigator(workspaces, room_index, writer, catalogue, now)
    stack.push_async_callback(investigator.beside.close)
    return CachingInvestigator(investigator)


async def _open_erasure_log(
    stack: AsyncExitStack, database: Database | None, investigator: CachingInvestigator
) -> ErasureLog:
    """Return the log of erasures.

    With a `database`, as in a long-running process, a watcher adds new erasures as they are
    recorded.
    """
    erasures = ErasureLog()
    if database is not None:
        watcher = watch_erasures(
            database.recent_erasures, erasures, partial(_clear_memory, investigator)
        )
        await stack.enter_async_context(watcher)
    return erasures


def _clear_memory(investigator: CachingInvestigator) -> None:
    """Clear the caches of everything read so far: somebody in that data was erased."""
    investigator.clear_caches()
    clear_caches()


def _count_requests(metrics: Metrics) -> OnCall:
    def on_call(_alias: str, _call: str, status: int | None, _seconds: float) -> None:
        metrics.hms_request(status)

    return on_call


async def _open_room_index(settings: Settings, stack: AsyncExitStack, *, needed: bool) -> RoomIndex:
    try:
        database = await stack.enter_async_context(open_database(settings.database))
    except StoreUnreachable:
        if needed:
            raise
        return NoMemory()
    if needed:  # a long-running process
        await stack.enter_async_context(purge_hourly([database.purge], now))
    return database


PROBE_CACHE_SECONDS = 15


@asynccontextmanager
async def open_job_queue(settings: Settings, services: Services) -> AsyncIterator["DbosJobQueue"]:
    """Open the queue of durable jobs, under a new process id.

    Raises Misconfigured if another process uses the same SQLite file. Raises StoreUnreachable if
    there is no database or it cannot be reached.
    """
    from bot.jobs import open_jobs  # noqa: PLC0415  see above

    if services.database is None:
        raise StoreUnreachable
    with lock_sqlite_file(settings.database):
        url, process_id = jobs_url(settings.database), uuid4().hex
        async with open_jobs(url, process_id, services.database.processes) as jobs:
            yield jobs


def build_tools(services: Services) -> "Tools":
    """Return the tools with which the Slack listeners answer."""
    from bot.pictures import timeline_picture  # noqa: PLC0415  see above
    from bot.slack.context import Tools  # noqa: PLC0415  see above

    database = services.database
    return Tools(
        services.renderer,
        services.investigator,
        now,
        new_lookup_id,
        services.metrics,
        database.answer_log if database else None,
        timeline_picture,
        services.erasures,
        database.channel_settings if database else None,
        database.post_claims if database else None,
        tuple(services.workspaces),
        database.audit if database else None,
        services.names,
    )


def build_probes(
    services: Services, cache_seconds: float = PROBE_CACHE_SECONDS
) -> "dict[str, Probe]":
    """Return the probes of /readyz other than Slack's: the database and 100ms.

    An `ok` from 100ms is cached for `cache_seconds`.
    """
    from bot.slack.server.health import DEGRADED, cache_probe  # noqa: PLC0415  see above

    async def database() -> str:
        return await _run_probe(services.database.ping()) if services.database else "not open"

    async def hms() -> str:
        workspaces = services.workspaces
        results = await asyncio.gather(
            *(_run_probe(client.check()) for client in workspaces.values())
        )
        failures = {
            alias: word for alias, word in zip(workspaces, results, strict=True) if word != "ok"
        }
        summary = "; ".join(f"{alias}: {word}" for alias, word in failures.items()) or "ok"
        # Answers from the other workspaces say which workspace was missing.
        return DEGRADED + summary if 0 < len(failures) < len(workspaces) else summary

    return {"database": database, "hms": cache_probe(hms, cache_seconds)}


async def _run_probe(attempt: Awaitable[None]) -> str:
    try:
        await attempt
    except BotError as error:
        return error.headline
    return "ok"


def build_slack_settings(settings: Settings) -> "SlackSettings":
    """Return the settings that the Slack package needs."""
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
