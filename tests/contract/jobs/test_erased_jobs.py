"""A job whose person is forgotten ends once, at one step, however often it begins again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.domain.errors import SinceForgotten
from bot.domain.privacy.erasures import ErasureLog, digest
from bot.jobs import DbosJobQueue, Json, Steps, open_jobs
from bot.slack.checkpoints.job_context import JobContext
from bot.storage import jobs_url, open_database

ASKED_AT = 1000.0


@asynccontextmanager
async def opened(url: str, life: str) -> AsyncIterator[DbosJobQueue]:
    async with (
        open_database(url) as memory,
        open_jobs(jobs_url(url), life, memory.processes) as jobs,
    ):
        yield jobs


async def test_it_ends_where_it_ended_before_the_crash(database_url: str) -> None:
    log: list[str] = []
    reached, told = asyncio.Event(), asyncio.Event()
    forgotten, crashes = ErasureLog(), True

    async def act(name: str) -> str:
        log.append(name)
        return name

    async def tell(again: bool) -> str:  # noqa: FBT001  as a Steps' act
        log.append(f"tell {again}")
        reached.set()
        if crashes:
            await asyncio.Event().wait()
        told.set()
        return "told"

    async def course(_: Json, steps: Steps) -> None:
        ending = JobContext(steps, forgotten, ["U0ALICE", ""], ASKED_AT)
        assert await ending.step("first", lambda: act("first")) == "first"
        forgotten.update({digest("U0BOB"): ASKED_AT + 1, digest("u0alice"): ASKED_AT - 1})
        assert await ending.step("second", lambda: act("second")) == "second"
        ending.also_about("room-1", None)
        forgotten.update({digest("room-1"): ASKED_AT + 1})
        with pytest.raises(SinceForgotten):
            await ending.step_once("post", lambda _: act("post"))
        await ending.step_once("tell", tell)

    async with opened(database_url, "life-1") as jobs:
        jobs.register("kind", course)
        await jobs.start()
        await jobs.submit("kind", "job-1", {})
        await asyncio.wait_for(reached.wait(), 20)
        await jobs.settle(0)
    crashes, forgotten = False, ErasureLog()  # the second life has not heard of it yet
    async with opened(database_url, "life-2") as jobs:
        jobs.register("kind", course)
        await jobs.start()
        await asyncio.wait_for(told.wait(), 40)
        await jobs.settle(20)
    assert log == ["first", "second", "tell False", "tell True"]


async def test_nothing_is_changed_where_nobody_is_forgotten(database_url: str) -> None:
    found: list[Json] = []
    over = asyncio.Event()

    async def course(_: Json, steps: Steps) -> None:
        ending = JobContext(steps, ErasureLog(), ["U0ALICE"], ASKED_AT)
        for number, value in enumerate((None, {}, {"found": None}, [True])):

            async def give(*_: bool, value: Json = value) -> Json:
                return value

            found.append(await ending.step(f"run-{number}", give))
            found.append(await ending.step_once(f"once-{number}", give))
        over.set()

    async with opened(database_url, "life-1") as jobs:
        jobs.register("kind", course)
        await jobs.start()
        await jobs.submit("kind", "job-1", {})
        await asyncio.wait_for(over.wait(), 20)
    assert found == [None, None, {}, {}, {"found": None}, {"found": None}, [True], [True]]
