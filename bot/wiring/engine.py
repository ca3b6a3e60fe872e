"""The parts that every entry point needs, put together."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from bot.catalogue import load_catalogue
from bot.domain.catalogue import Catalogue
from bot.domain.errors import StoreUnreachable
from bot.domain.forgotten import Forgotten
from bot.domain.meters import Meters
from bot.domain.names import Names
from bot.hundredms import Credentials, Limits, OnCall, let_go, open_workspaces
from bot.hundredms.client import HundredMsClient
from bot.investigate.investigator import Investigator
from bot.investigate.learn import Learner
from bot.investigate.ports import Memory
from bot.investigate.recall import NoMemory, Recall
from bot.investigate.shared import SharedInvestigator
from bot.metrics import PrometheusMeters
from bot.render.renderer import Renderer
from bot.settings import Settings
from bot.storage import SqlMemory, heeded, kept_short, open_memory

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody confuses when reading a reference out."""


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def new_reference() -> str:
    """A fresh reference: it names a look-up to people, in metadata and in the log."""
    return "CD-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


@dataclass(frozen=True, slots=True)
class Engine:
    """The parts that every entry point needs."""

    investigator: SharedInvestigator
    renderer: Renderer
    catalogue: Catalogue
    workspaces: dict[str, HundredMsClient]
    memory: SqlMemory | None
    meters: Meters
    forgotten: Forgotten
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
async def open_engine(
    settings: Settings, *, memory_needed: bool, limits: Limits | None = None
) -> AsyncIterator[Engine]:
    """The engine, its connections open while the block runs.

    `limits` bound each call to 100ms. Raises Misconfigured; StoreUnreachable only if
    `memory_needed`: a look-up in the terminal goes on without a database.
    """
    signing = credentials(settings)
    catalogue = load_catalogue()
    limits = limits or Limits(in_flight=settings.hms_calls_at_once)
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
        kept = memory if isinstance(memory, SqlMemory) else None
        forgotten = await _forgotten(stack, kept if memory_needed else None, investigator)
        shared = (investigator, renderer, catalogue, workspaces, kept, meters, forgotten)
        yield Engine(*shared, settings.show_names)


def _investigator(
    stack: AsyncExitStack,
    workspaces: dict[str, HundredMsClient],
    memory: Memory,
    catalogue: Catalogue,
) -> SharedInvestigator:
    recall = Recall(memory)
    learner = Learner(recall)
    stack.push_async_callback(learner.close)
    one = Investigator(workspaces, recall, learner, catalogue, now)
    stack.push_async_callback(one.beside.close)
    return SharedInvestigator(one)


async def _forgotten(
    stack: AsyncExitStack, memory: SqlMemory | None, investigator: SharedInvestigator
) -> Forgotten:
    """What was forgotten; in a process that lasts, `memory` tells of more as it comes."""
    forgotten = Forgotten()
    if memory is not None:
        heeding = heeded(memory.forgotten, forgotten, partial(_let_go, investigator))
        await stack.enter_async_context(heeding)
    return forgotten


def _let_go(investigator: SharedInvestigator) -> None:
    """Keep nothing in memory of what was read by now: somebody in it was forgotten."""
    investigator.let_go()
    let_go()


def _counted(meters: Meters) -> OnCall:
    def on_call(_alias: str, _call: str, status: int | None, _seconds: float) -> None:
        meters.hms_request(status)

    return on_call


async def _memory(settings: Settings, stack: AsyncExitStack, *, needed: bool) -> Memory:
    try:
        memory = await stack.enter_async_context(open_memory(settings.database))
    except StoreUnreachable:
        if needed:
            raise
        return NoMemory()
    if needed:  # a process that lasts
        await stack.enter_async_context(kept_short([memory.purge], now))
    return memory
