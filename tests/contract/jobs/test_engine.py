"""What the bot relies on in its jobs, on each kind of database."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.domain.errors import StoreUnreachable
from bot.jobs import DbosJobQueue, Json, Steps, open_jobs
from bot.storage import jobs_url, open_database
from bot.storage.connect import engine_url, sqlite_path
from workbench.postgres import PostgresServer


@asynccontextmanager
async def opened(url: str, life: str = "life-1") -> AsyncIterator[DbosJobQueue]:
    async with (
        open_database(url) as memory,
        open_jobs(jobs_url(url), life, memory.processes) as jobs,
    ):
        yield jobs


def state_of(url: str, job_id: str) -> str:
    """What the database itself says of a job."""
    engine = create_engine(jobs_url(url))
    schema = "" if engine.dialect.name == "sqlite" else "dbos."
    query = text(f"SELECT status FROM {schema}workflow_status WHERE workflow_uuid = :id")  # noqa: S608
    try:
        with engine.connect() as connection:
            return str(connection.execute(query, {"id": job_id}).scalar())
    finally:
        engine.dispose()


async def over(url: str, job_id: str) -> None:
    """Return once the database says that the job ended."""
    async with asyncio.timeout(30):
        while state_of(url, job_id) not in ("SUCCESS", "ERROR"):  # noqa: ASYNC110  it is in a database
            await asyncio.sleep(0.05)


def everything_in(url: str) -> str:
    """All rows of the jobs' tables, as text."""
    engine = create_engine(jobs_url(url))
    schema = "" if engine.dialect.name == "sqlite" else "dbos."
    tables = ("workflow_status", "workflow_input", "workflow_output", "operation_outputs")
    try:
        with engine.connect() as connection:
            rows = [connection.execute(text(f"SELECT * FROM {schema}{t}")).all() for t in tables]  # noqa: S608
            return str(rows)
    finally:
        engine.dispose()


async def test_a_job_runs_once_with_its_payload_however_often_it_comes(database_url: str) -> None:
    ran: list[Json] = []
    done = asyncio.Event()

    async def course(payload: Json, steps: Steps) -> None:
        ran.append((steps.job_id, payload))
        done.set()

    payload = {"clues": ["ü", 1, None, True], "nested": {"a": [1.5]}}
    async with opened(database_url) as jobs:
        jobs.register("kind", course)
        await jobs.start()
        assert await jobs.submit("kind", "job-1", payload)
        assert not await jobs.submit("kind", "job-1", {"other": 1})
        await asyncio.wait_for(done.wait(), 20)
    async with opened(database_url, "life-2") as jobs:
        jobs.register("kind", course)
        await jobs.start()
        assert not await jobs.submit("kind", "job-1", payload)
    assert ran == [("job-1", payload)]


async def test_the_same_job_twice_at_once_runs_once(database_url: str) -> None:
    ran: list[str] = []

    async def course(_: Json, steps: Steps) -> None:
        ran.append(steps.job_id)

    async with opened(database_url) as jobs:
        jobs.register("kind", course)
        await jobs.start()
        every = [jobs.submit("kind", f"job-{number % 10}", {}) for number in range(50)]
        taken = await asyncio.gather(*every)
        assert await jobs.settle(20) == 0
    assert taken.count(True) == 10
    assert sorted(ran) == sorted(f"job-{number}" for number in range(10))


async def test_what_is_cut_off_goes_on_where_it_stopped(database_url: str) -> None:
    done, reached = asyncio.Event(), asyncio.Event()
    log: list[object] = []
    patient = True

    async def course(_: Json, steps: Steps) -> None:
        async def first() -> str:
            log.append("first")
            return "kept"

        async def send(again: bool) -> None:  # noqa: FBT001  as a Steps' act
            log.append(again)
            reached.set()
            if patient:
                await asyncio.Event().wait()

        log.append(await steps.run("first", first))
        await steps.once("send", send)
        done.set()

    async with opened(database_url) as jobs:
        jobs.register("kind", course)
        await jobs.start()
        await jobs.submit("kind", "job-1", {})
        await asyncio.wait_for(reached.wait(), 20)
        assert await jobs.settle(0.01) == 1
    assert state_of(database_url, "job-1") == "PENDING"
    patient = False
    async with opened(database_url, "life-2") as jobs:
        jobs.register("kind", course)
        await jobs.start()
        await asyncio.wait_for(done.wait(), 30)
        await jobs.settle(20)
    assert log == ["first", "kept", False, "kept", True]
    assert state_of(database_url, "job-1") == "SUCCESS"


async def test_a_course_that_fails_is_over_and_hurts_nobody_else(database_url: str) -> None:
    ran: list[str] = []

    async def course(_: Json, steps: Steps) -> None:
        ran.append(steps.job_id)
        if steps.job_id == "bad":
            raise RuntimeError("a fault")

    async with opened(database_url) as jobs:
        jobs.register("kind", course)
        await jobs.start()
        await jobs.submit("kind", "bad", {})
        await jobs.submit("kind", "good", {})
        await jobs.settle(20)
    assert sorted(ran) == ["bad", "good"]
    assert state_of(database_url, "bad") == "ERROR"


@asynccontextmanager
async def held(url: str) -> AsyncIterator[None]:
    """Nobody can write into the database of jobs while the block runs."""
    engine = create_engine(jobs_url(url))
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN EXCLUSIVE")
            else:
                connection.exec_driver_sql(
                    "LOCK dbos.workflow_status, call_doctor_inbox IN EXCLUSIVE MODE"
                )
            yield
            connection.rollback()
    finally:
        engine.dispose()


async def test_what_cannot_be_recorded_in_time_is_refused_and_never_done(
    database_url: str,
) -> None:
    ran: list[str] = []

    async def course(_: Json, steps: Steps) -> None:
        ran.append(steps.job_id)

    async with opened(database_url) as jobs:
        jobs.register("kind", course)
        await jobs.start()
        async with held(database_url):
            with pytest.raises(StoreUnreachable):
                await jobs.submit("kind", "late", {})
        await jobs.submit("kind", "next", {})
        await jobs.settle(20)
    assert ran == ["next"]


async def test_a_finished_job_leaves_its_name_and_nothing_else(database_url: str) -> None:
    async def course(_: Json, steps: Steps) -> None:
        async def act() -> str:
            return "result-word"

        await steps.run("step", act)

    async with opened(database_url) as jobs:
        jobs.register("kind", course)
        await jobs.start()
        await jobs.submit("kind", "job-1", {"url": "payload-word"})
        await jobs.settle(20)
        await jobs.recovery.beat_and_take_over()
        kept = everything_in(database_url)
        assert "job-1" in kept
        assert "payload-word" not in kept
        assert "result-word" not in kept
        assert not await jobs.submit("kind", "job-1", {})


async def test_what_is_under_way_keeps_what_it_needs(database_url: str) -> None:
    reached = asyncio.Event()

    async def course(_: Json, steps: Steps) -> None:
        async def act() -> str:
            return "result-word"

        await steps.run("step", act)
        reached.set()
        await asyncio.Event().wait()

    async with opened(database_url) as jobs:
        jobs.register("kind", course)
        await jobs.start()
        await jobs.submit("kind", "job-1", {"url": "payload-word"})
        await asyncio.wait_for(reached.wait(), 20)
        await jobs.recovery.beat_and_take_over()
        kept = everything_in(database_url)
        assert "payload-word" in kept
        assert "result-word" in kept
        await jobs.settle(0.01)


@pytest.mark.parametrize("url", ["postgresql://doctor:secret-word@127.0.0.1:1/none"])
async def test_no_database_is_told_without_its_password(url: str) -> None:
    class NoLives:
        async def beat(self, life: str) -> None:
            pytest.fail(life)

        async def end(self, life: str) -> None:
            pytest.fail(life)

        async def alive(self, within: float) -> tuple[str, ...]:
            pytest.fail(str(within))

    with pytest.raises(StoreUnreachable) as caught:
        async with open_jobs(jobs_url(url), "life-1", NoLives()):
            pytest.fail("opened")
    assert "secret-word" not in str(caught.value)


async def test_a_file_is_nobody_elses_to_read(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    url = new_database()
    if sqlite_path(engine_url(url)) is None:
        pytest.skip("PostgreSQL keeps its own files")
    before = os.umask(0)
    try:
        async with opened(url):
            for path in (tmp_path / "data").iterdir():
                assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name
    finally:
        os.umask(before)


async def test_lost_connections_lose_no_step(postgres: PostgresServer, postgres_url: str) -> None:
    log: list[str] = []

    async def course(_: Json, steps: Steps) -> None:
        for name in ("one", "two", "three"):

            async def act(name: str = name) -> None:
                log.append(name)
                postgres.cut(postgres_url.rpartition("/")[2])

            await steps.run(name, act)

    async with opened(postgres_url) as jobs:
        jobs.register("kind", course)
        await jobs.start()
        await jobs.submit("kind", "job-1", {})
        assert await jobs.settle(60) == 0
        await over(postgres_url, "job-1")
    assert log == ["one", "two", "three"]
    assert state_of(postgres_url, "job-1") == "SUCCESS"


async def test_a_job_that_submits_the_next_one_as_it_ends_loses_none(database_url: str) -> None:
    """Chains of jobs, as those of watches, side by side."""
    chains, length, last = 8, 12, asyncio.Event()
    seen: list[str] = []

    async def act() -> str:
        return "done"

    async with opened(database_url) as jobs:

        async def course(payload: Json, steps: Steps) -> None:
            for step in range(3):
                await steps.run(f"step-{step}", act)
            chain, part = payload
            seen.append(steps.job_id)
            while part < length:
                with suppress(StoreUnreachable):  # a busy machine: tried again, as watches do
                    await jobs.submit("link", f"link:{chain}:{part + 1}", [chain, part + 1])
                    break
            if len(seen) == chains * length:
                last.set()

        jobs.register("link", course)
        await jobs.start()
        for chain in range(chains):
            await jobs.submit("link", f"link:{chain}:1", [chain, 1])
        async with asyncio.timeout(60):
            await last.wait()
    assert sorted(seen) == sorted(
        {f"link:{c}:{p + 1}" for c in range(chains) for p in range(length)}
    )
