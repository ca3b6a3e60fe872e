"""Heartbeats on a busy PostgreSQL: a process that works is never taken for dead.

Locks from outside stand for statements that take long.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from bot.jobs import open_jobs, recovery
from bot.storage import jobs_url, open_database

LIFE = "life-1"
POOL = 15
"""The connections of a process, by SQLAlchemy's defaults; more wait in the process."""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
BEAT_AT = "SELECT coalesce(max(beat_at), 0) FROM lives"


@asynccontextmanager
async def locked(url: str, table: str) -> AsyncIterator[None]:
    """Let every statement about a table wait while the block runs."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


async def wait_for_more(url: str, query: str, least: float) -> None:
    """Wait until the number that a query returns is greater."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        while await read_number(connection, query) <= least:  # noqa: ASYNC110  the database cannot tell
            await asyncio.sleep(0.02)


async def read_number(connection: psycopg.AsyncConnection, query: str) -> float:
    row = await (await connection.execute(query)).fetchone()
    assert row is not None
    return float(row[0])


async def test_a_heartbeat_waits_for_no_connection_of_questions(postgres_url: str) -> None:
    async with open_database(postgres_url) as memory:
        async with locked(postgres_url, "peers"):
            asking = [
                asyncio.create_task(memory.rooms_of_peer(f"peer-{number}"))
                for number in range(2 * POOL)
            ]
            await wait_for_more(postgres_url, WAITING, POOL - 1)
            await memory.processes.beat(LIFE)
            assert LIFE in await memory.processes.alive(60)
            assert not any(task.done() for task in asking)
        await asyncio.gather(*asking)


async def test_heartbeats_go_on_while_jobs_of_others_are_looked_for(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "BEAT_SECONDS", 0.05)
    async with (
        open_database(postgres_url) as memory,
        open_jobs(jobs_url(postgres_url), LIFE, memory.processes) as jobs,
    ):
        await jobs.start()
        async with (
            locked(postgres_url, "dbos.workflow_status"),
            await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as connection,
        ):
            await wait_for_more(postgres_url, WAITING, 0)
            for _ in range(2):
                await wait_for_more(postgres_url, BEAT_AT, await read_number(connection, BEAT_AT))
