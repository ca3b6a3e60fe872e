"""A process is killed in the middle of a step; another one finishes its work."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.jobs import Json, Steps, open_jobs
from bot.storage import jobs_url, open_database

WORKER = Path(__file__).parents[2] / "support" / "job_worker.py"
STEPS = ["first", "send again=False", "last"]


@asynccontextmanager
async def working(url: str, life: str, stop_in: str) -> AsyncIterator[Process]:
    """A process that hangs in that step."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable, str(WORKER), url, life, stop_in, stdout=PIPE
    )
    assert worker.stdout is not None
    try:
        while line := (await asyncio.wait_for(worker.stdout.readline(), 30)).decode().strip():
            if line == stop_in:
                break
        assert line == stop_in
        yield worker
    finally:
        if worker.returncode is None:
            worker.kill()
        await worker.wait()


def silence(url: str) -> None:
    """As if the killed process had last been heard of long ago."""
    engine = create_engine(jobs_url(url).replace("-jobs.db", ".db"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE lives SET beat_at = beat_at - 3600"))
    engine.dispose()


async def finished(url: str, life: str) -> list[str]:
    """Take over, and tell which steps were done here."""
    done = asyncio.Event()
    here: list[str] = []

    async def course(_: Json, steps: Steps) -> None:
        async def act(name: str) -> str:
            here.append(name)
            return name

        async def send(again: bool) -> str:  # noqa: FBT001  as a Steps' act
            return await act(f"send again={again}")

        await steps.run("first", lambda: act("first"))
        await steps.once("send", send)
        await steps.run("last", lambda: act("last"))
        done.set()

    async with (
        open_database(url) as memory,
        open_jobs(jobs_url(url), life, memory.processes) as jobs,
    ):
        jobs.register("kind", course)
        await jobs.start()
        await asyncio.wait_for(done.wait(), 30)
        assert not await jobs.submit("kind", "job-1", {})
        await jobs.settle(20)
    return here


@pytest.mark.parametrize(
    ("stop_in", "left"),
    [
        ("first", ["first", "send again=False", "last"]),
        ("send again=False", ["send again=True", "last"]),
        ("last", ["last"]),
    ],
)
async def test_killed_in_a_step_the_rest_is_done_elsewhere(
    database_url: str, stop_in: str, left: list[str]
) -> None:
    async with working(database_url, "life-1", stop_in) as worker:
        worker.kill()
        await worker.wait()
        silence(database_url)
        assert await finished(database_url, "life-2") == left


async def test_a_living_process_keeps_its_work(postgres_url: str) -> None:
    async with working(postgres_url, "life-1", "last") as worker:
        async with (
            open_database(postgres_url) as memory,
            open_jobs(jobs_url(postgres_url), "life-2", memory.processes) as jobs,
        ):
            taken: list[str] = []

            async def course(_: Json, steps: Steps) -> None:
                taken.append(steps.job_id)

            jobs.register("kind", course)
            await jobs.start()
            assert jobs.recovery.replicas == 2
            assert not await jobs.submit("kind", "job-1", {})
            for _ in range(3):
                await jobs.recovery.beat_and_take_over()
            assert taken == []
        assert worker.returncode is None


async def test_two_who_take_over_at_once_do_it_once(postgres_url: str) -> None:
    async with working(postgres_url, "life-1", "send again=False") as worker:
        worker.kill()
        await worker.wait()
    silence(postgres_url)
    async with working_together(postgres_url) as said:
        lines = await said
    assert sorted(lines) == ["last", "send again=True"]


@asynccontextmanager
async def working_together(url: str) -> AsyncIterator["asyncio.Future[list[str]]"]:
    """Two living processes; what both say until the job's last step was seen, and a while on."""
    every = [
        await asyncio.create_subprocess_exec(
            sys.executable, str(WORKER), url, f"life-{number}", "", stdout=PIPE
        )
        for number in (2, 3)
    ]
    lines: list[str] = []
    last = asyncio.Event()

    async def read(worker: Process) -> None:
        assert worker.stdout is not None
        while line := (await worker.stdout.readline()).decode().strip():
            if not line.startswith("20"):  # what the worker logs begins with the date
                lines.append(line)
            if line == "last":
                last.set()

    readers = [asyncio.create_task(read(worker)) for worker in every]

    async def both() -> list[str]:
        await asyncio.wait_for(last.wait(), 60)
        await asyncio.sleep(4)  # another round of both watches: a second run would show
        return lines

    try:
        yield asyncio.ensure_future(both())
    finally:
        for worker in every:
            worker.kill()
            await worker.wait()
        await asyncio.gather(*readers)
