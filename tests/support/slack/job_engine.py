"""The real engine of durable jobs, on a temporary SQLite file."""

import contextlib
import tempfile
import uuid
from collections.abc import AsyncIterator

from bot.jobs import DbosJobQueue, open_jobs
from bot.storage import jobs_url, open_database


@contextlib.asynccontextmanager
async def own_database() -> AsyncIterator[str]:
    """Return the URL of a SQLite file that is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="call-doctor-") as folder:
        yield f"sqlite:///{folder}/bot.db"


@contextlib.asynccontextmanager
async def own_jobs(database_url: str) -> AsyncIterator[DbosJobQueue]:
    """Run an engine with its own heartbeat, as each process has one."""
    async with (
        open_database(database_url) as memory,
        open_jobs(jobs_url(database_url), uuid.uuid4().hex, memory.processes) as jobs,
    ):
        yield jobs
