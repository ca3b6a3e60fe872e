"""Nothing is kept longer than it may be: opening the database purges it, this does so hourly."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import structlog

from bot.domain.errors import StoreUnreachable
from bot.investigate.ports import Clock
from bot.storage.forgetting import KEPT

Purge = Callable[[datetime], Awaitable[None]]
"""Drops what a store holds from before that moment. Raises StoreUnreachable."""

EVERY_SECONDS = 3600.0


@asynccontextmanager
async def kept_short(
    stores: Sequence[Purge], clock: Clock, every: float = EVERY_SECONDS
) -> AsyncIterator[None]:
    """While the block runs, each store is purged hourly of what is older than 30 days."""
    purging = asyncio.create_task(_purge_for_ever(stores, clock, every))
    try:
        yield
    finally:
        purging.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await purging


async def _purge_for_ever(stores: Sequence[Purge], clock: Clock, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        for purge in stores:
            try:
                await purge(clock() - KEPT)
            except StoreUnreachable as error:  # /readyz tells it; the next hour tries again
                structlog.get_logger("call_doctor").warning("not_purged", cause=error.cause)
