"""Puts together the parts that every entry point needs, with `open_services`.

`bot.serving` adds the parts that only serving Slack needs. Their imports take a second, and a
look-up in the terminal does without them.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from bot.catalogue import load_catalogue
from bot.domain.catalogue import Catalogue
from bot.domain.errors import StoreUnreachable
from bot.domain.metrics import Metrics
from bot.domain.privacy.erasures import ErasureLog
from bot.domain.privacy.personal_names import Names
from bot.hundredms.client import HundredMsClient
from bot.hundredms.workspaces import CallLimits, Credentials, OnCall, clear_caches, open_workspaces
from bot.investigate.caching import CachingInvestigator
from bot.investigate.investigator import Investigator
from bot.investigate.ports import LookupService, RoomIndex
from bot.investigate.room_index import BestEffortRoomIndex, RoomIndexWriter
from bot.metrics import PrometheusMetrics
from bot.render.answer.ticket import TicketSystems
from bot.render.renderer import Renderer
from bot.settings import Settings
from bot.storage import (
    Database,
    open_database,
    purge_hourly,
    watch_erasures,
)

__all__ = [
    "Services",
    "new_lookup_id",
    "now",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts that every entry point needs."""

    investigator: LookupService
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
    catalogue, metrics = load_catalogue(), PrometheusMetrics()
    limits = limits or CallLimits(in_flight=settings.hms_calls_at_once)
    renderer = _build_renderer(settings, catalogue)
    async with AsyncExitStack() as stack:
        database = await _open_database(settings, stack, needed=memory_needed)
        on_call = _count_requests(metrics)
        workspaces = await stack.enter_async_context(
            open_workspaces(workspace_credentials, clock=now, on_call=on_call, limits=limits)
        )
        for workspace in workspaces.values():
            workspace.circuit.subscribe(metrics.hms_circuit)
        investigator = _open_investigator(stack, workspaces, database, catalogue)
        erasures = await _open_erasure_log(stack, database if memory_needed else None, investigator)
        yield Services(
            investigator=investigator,
            renderer=renderer,
            catalogue=catalogue,
            workspaces=workspaces,
            database=database,
            metrics=metrics,
            erasures=erasures,
            names=settings.show_names,
        )


def _build_renderer(settings: Settings, catalogue: Catalogue) -> Renderer:
    return Renderer(
        catalogue,
        settings.templates_dir,
        dashboard=settings.hms_dashboard_url,
        reply_language=settings.reply_language,
        tickets=TicketSystems(settings.tickets(), names=settings.ticket_names),
    )


def _open_investigator(
    stack: AsyncExitStack,
    workspaces: dict[str, HundredMsClient],
    stored_index: RoomIndex | None,
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


async def _open_database(
    settings: Settings, stack: AsyncExitStack, *, needed: bool
) -> Database | None:
    try:
        database = await stack.enter_async_context(open_database(settings.database))
    except StoreUnreachable:
        if needed:
            raise
        return None
    if needed:  # a long-running process
        await stack.enter_async_context(purge_hourly([database.purge], now))
    return database
