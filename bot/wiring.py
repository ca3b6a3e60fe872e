"""Puts together the parts that every entry point needs, with `open_services`.

`bot.serving` adds the parts that only serving Slack needs. Their imports take a second, and a
look-up in the terminal does without them. The terminal also imports the renderer and the database
only for a look-up that needs them, and no metrics: together they take as long as everything else.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from bot.catalogue import load_catalogue
from bot.database import knows_codes
from bot.domain.catalogue import Catalogue
from bot.domain.errors import StoreUnreachable
from bot.domain.metrics import Metrics
from bot.domain.privacy.erasures import ErasureLog
from bot.domain.privacy.personal_names import Names
from bot.domain.status_page import StatusPage
from bot.hundredms.client import HundredMsClient
from bot.hundredms.status_page import open_status_page
from bot.hundredms.workspaces import CallLimits, Credentials, OnCall, clear_caches, open_workspaces
from bot.investigate.caching import CachingInvestigator
from bot.investigate.investigator import Investigator
from bot.investigate.live_calls import LiveCalls
from bot.investigate.other_rooms import OtherRoomsReader
from bot.investigate.ports import CODES_MAX_AGE, Clock, LookupService, OtherRoomsSampler
from bot.investigate.room_index import BestEffortRoomIndex, RoomIndexWriter
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.render.renderer import Renderer
    from bot.storage import Database

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


class DatabaseOpener:
    """Opens the database at its first use, at most once, and closes it with the stack."""

    def __init__(self, settings: Settings, stack: AsyncExitStack, clock: Clock) -> None:
        self._settings = settings
        self._stack = stack
        self._clock = clock
        self._lock = asyncio.Lock()
        self._database: Database | None = None
        self._is_tried = False

    async def open_or_none(self) -> "Database | None":
        """Return the database; None if it could not be reached."""
        async with self._lock:
            if not self._is_tried:
                self._is_tried = True
                with suppress(StoreUnreachable):
                    await self.open()
        return self._database

    async def open(self) -> "Database":
        """Open the database. Raises StoreUnreachable."""
        from bot.storage import open_database  # noqa: PLC0415  see the module's docstring

        opening = open_database(self._settings.database, clock=self._clock)
        database = await self._stack.enter_async_context(opening)
        self._database, self._is_tried = database, True
        return database

    def knows_codes(self, workspace: str, room_id: str) -> bool:
        """Return whether a SQLite database knows the room's codes, without opening it here."""
        since = int((self._clock() - CODES_MAX_AGE).timestamp())
        return knows_codes(self._settings.database, workspace, room_id, since)


async def _no_database() -> "Database | None":
    return None


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts that every entry point needs.

    `database` is open from the start, or None in the terminal, which opens it with
    `open_database`.
    """

    investigator: LookupService
    catalogue: Catalogue
    workspaces: dict[str, HundredMsClient]
    database: "Database | None"
    metrics: Metrics
    erasures: ErasureLog
    make_renderer: Callable[[], "Renderer"]
    names: Names = Names.FULL
    other_rooms: OtherRoomsSampler | None = None
    status_page: StatusPage | None = None
    open_database: Callable[[], Awaitable["Database | None"]] = _no_database
    live_calls: LiveCalls | None = None
    """The calls that watches read."""
    clock: Clock = now

    @cached_property
    def renderer(self) -> "Renderer":
        """The renderer, made at its first use. Raises Misconfigured."""
        return self.make_renderer()


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
    settings: Settings,
    *,
    memory_needed: bool,
    limits: CallLimits | None = None,
    clock: Clock = now,
) -> AsyncIterator[Services]:
    """Open the investigator and everything it needs; connections stay open while the block runs.

    `limits` bounds each call to 100ms. Raises Misconfigured. Raises StoreUnreachable only if
    `memory_needed`: a look-up in the terminal continues without a database.
    """
    catalogue, metrics = load_catalogue(), _make_metrics() if memory_needed else Metrics()
    async with AsyncExitStack() as stack:
        opener = DatabaseOpener(settings, await stack.enter_async_context(AsyncExitStack()), clock)
        database = await _open_served_database(opener, stack) if memory_needed else None
        limits = limits or CallLimits(in_flight=settings.hms_calls_at_once)
        workspaces = await _open_workspaces(stack, settings, metrics, limits, clock)
        # Only a long-running process looks around: it has an answer to edit.
        page = await stack.enter_async_context(
            open_status_page(settings.status_url if memory_needed else "")
        )
        room_index = BestEffortRoomIndex(
            database,
            opener.open_or_none,
            knows_codes=opener.knows_codes,
            holds_facts=settings.receives_webhooks,
        )
        inner = _open_investigator(stack, workspaces, room_index, catalogue)
        inner = replace(inner, clock=clock, reads_status_page=page is not None)
        investigator = CachingInvestigator(inner)
        live_calls = LiveCalls(workspaces, catalogue, inner.room_index, clock, inner.resolve)
        other_rooms = OtherRoomsReader(workspaces, catalogue, clock)
        clear = partial(_clear_memory, investigator, live_calls, other_rooms)
        yield Services(
            investigator=investigator,
            catalogue=catalogue,
            workspaces=workspaces,
            database=database,
            metrics=metrics,
            erasures=await _open_erasure_log(stack, database, clear),
            make_renderer=partial(_build_renderer, settings, catalogue),
            names=settings.show_names,
            open_database=opener.open_or_none,
            other_rooms=other_rooms,
            status_page=page,
            live_calls=live_calls,
            clock=clock,
        )


async def _open_workspaces(
    stack: AsyncExitStack,
    settings: Settings,
    metrics: Metrics,
    limits: CallLimits,
    clock: Clock,
) -> dict[str, HundredMsClient]:
    """Return the clients of all 100ms workspaces; their calls and circuits are counted."""
    on_call = _count_requests(metrics)
    opening = open_workspaces(
        read_credentials(settings), clock=clock, on_call=on_call, limits=limits
    )
    workspaces = await stack.enter_async_context(opening)
    for workspace in workspaces.values():
        workspace.circuit.subscribe(metrics.hms_circuit)
    return workspaces


def _make_metrics() -> Metrics:
    from bot.metrics import PrometheusMetrics  # noqa: PLC0415  see the module's docstring

    return PrometheusMetrics()


def _build_renderer(settings: Settings, catalogue: Catalogue) -> "Renderer":
    from bot.render.answer.ticket import TicketSystems  # noqa: PLC0415  see the module's docstring
    from bot.render.renderer import Renderer  # noqa: PLC0415  as above

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
    room_index: BestEffortRoomIndex,
    catalogue: Catalogue,
) -> Investigator:
    writer = RoomIndexWriter(room_index)
    stack.push_async_callback(writer.close)
    investigator = Investigator(workspaces, room_index, writer, catalogue, now)
    stack.push_async_callback(investigator.beside.close)
    return investigator


async def _open_erasure_log(
    stack: AsyncExitStack, database: "Database | None", clear: Callable[[], None]
) -> ErasureLog:
    """Return the log of erasures.

    With a `database`, as in a long-running process, a watcher adds new erasures as they are
    recorded.
    """
    erasures = ErasureLog()
    if database is not None:
        from bot.storage import watch_erasures  # noqa: PLC0415  see the module's docstring

        watcher = watch_erasures(database.recent_erasures, erasures, clear)
        await stack.enter_async_context(watcher)
    return erasures


def _clear_memory(
    investigator: CachingInvestigator, live_calls: LiveCalls, other_rooms: OtherRoomsReader
) -> None:
    """Clear the caches of everything read so far: somebody in that data was erased."""
    investigator.clear_caches()
    live_calls.clear()
    other_rooms.clear()
    clear_caches()


def _count_requests(metrics: Metrics) -> OnCall:
    def on_call(_alias: str, _call: str, status: int | None, _seconds: float) -> None:
        metrics.hms_request(status)

    return on_call


async def _open_served_database(opener: DatabaseOpener, stack: AsyncExitStack) -> "Database":
    """Return the database of a long-running process, which deletes old rows every hour."""
    from bot.storage import purge_hourly  # noqa: PLC0415  see the module's docstring

    database = await opener.open()
    await stack.enter_async_context(purge_hourly([database.purge], now))
    return database
