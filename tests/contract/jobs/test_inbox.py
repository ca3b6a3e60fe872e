"""A question that was recorded and acknowledged is begun, whoever lives to begin it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Row, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot.database import open_job_engine
from bot.jobs import Json, Steps, open_jobs
from bot.jobs.inbox import Inbox, JobSubmitter, NewJob, SubmitPriority
from bot.jobs.recovery import JobCleanup
from bot.storage import jobs_url, open_database
from tests.contract.jobs.test_engine import over


@asynccontextmanager
async def an_inbox(url: str, life: str = "life-1") -> AsyncIterator[Inbox]:
    engine = open_job_engine(jobs_url(url))
    inbox = Inbox(engine, life)
    inbox.create_table()
    try:
        yield inbox
    finally:
        inbox.close()
        engine.dispose()


async def recorded(url: str, *notes: NewJob, life: str = "dead") -> list[bool]:
    """As by a process that was killed right after its acknowledgements."""
    async with an_inbox(url, life) as inbox:
        return list(await asyncio.gather(*(inbox.record(note) for note in notes)))


def run(url: str, words: str) -> Sequence[Row[Any]]:
    """What a statement gives, on the database of jobs."""
    engine = create_engine(jobs_url(url))
    try:
        with engine.begin() as connection:
            found = connection.execute(text(words))
            return found.all() if found.returns_rows else ()
    finally:
        engine.dispose()


def clear(url: str, now: float) -> None:
    engine = open_job_engine(jobs_url(url))
    try:
        JobCleanup(engine).clear(int(now * 1000))
    finally:
        engine.dispose()


def payloads_in(url: str) -> list[str | None]:
    return [row.payload for row in run(url, "SELECT payload FROM call_doctor_inbox")]


async def test_many_at_once_are_each_new_once(database_url: str) -> None:
    notes = [NewJob(f"job-{number % 40}", "kind", number) for number in range(120)]
    assert (await recorded(database_url, *notes)).count(True) == 40
    assert (await recorded(database_url, *notes, life="another")).count(True) == 0


async def test_what_was_recorded_and_not_begun_is_begun_by_the_next_life(
    database_url: str,
) -> None:
    ran: list[Json] = []

    async def course(payload: Json, steps: Steps) -> None:
        ran.append((steps.job_id, payload))

    assert await recorded(database_url, NewJob("job-1", "kind", {"clue": "ü"})) == [True]
    async with (
        open_database(database_url) as memory,
        open_jobs(jobs_url(database_url), "life-2", memory.processes) as jobs,
    ):
        jobs.register("kind", course)
        await jobs.start()
        assert not await jobs.submit("kind", "job-1", {"clue": "again"})
        await over(database_url, "job-1")
        await jobs.settle(20)
        await jobs.recovery.beat_and_take_over()
        assert payloads_in(database_url) == [None]
    assert ran == [("job-1", {"clue": "ü"})]


async def test_what_a_living_process_recorded_is_left_to_it(postgres_url: str) -> None:
    ran: list[str] = []

    async def course(_: Json, steps: Steps) -> None:
        ran.append(steps.job_id)

    async with (
        open_database(postgres_url) as memory,
        open_jobs(jobs_url(postgres_url), "life-2", memory.processes) as jobs,
    ):
        await memory.processes.beat("life-1")
        await recorded(postgres_url, NewJob("job-1", "kind", {}), life="life-1")
        jobs.register("kind", course)
        await jobs.start()
        await jobs.settle(20)
        assert ran == []
        await memory.processes.end("life-1")
        await jobs.recovery.beat_and_take_over()
        await over(postgres_url, "job-1")
    assert ran == ["job-1"]


async def test_what_cannot_be_kept_is_told_to_its_asker_alone(database_url: str) -> None:
    async with an_inbox(database_url) as inbox:
        notes = [
            NewJob("bad", "kind", {"not": {"json"}}),
            NewJob("good", "kind", {"half": "\ud83d"}),
        ]
        bad, good = await asyncio.gather(*map(inbox.record, notes), return_exceptions=True)
        assert isinstance(bad, TypeError)
        assert good is True
        (kept,) = payloads_in(database_url)
        assert json.loads(kept or "") == {"half": "\ud83d"}


async def test_a_failing_commit_is_told_to_each_and_harms_nobody_later(database_url: str) -> None:
    async with an_inbox(database_url) as inbox:
        run(database_url, "ALTER TABLE call_doctor_inbox RENAME TO elsewhere")
        lost = [inbox.record(NewJob(f"lost-{number}", "kind", {})) for number in range(3)]
        found = await asyncio.gather(*lost, return_exceptions=True)
        assert all(isinstance(one, SQLAlchemyError) for one in found)
        run(database_url, "ALTER TABLE elsewhere RENAME TO call_doctor_inbox")
        assert await inbox.record(NewJob("good", "kind", {}))


async def test_what_cannot_be_begun_at_once_is_begun_later(database_url: str) -> None:
    tries: list[str] = []

    async def begin(note: NewJob) -> None:
        tries.append(note.job_id)
        if len(tries) < 3:
            raise OSError("no connection") if tries[1:] else RuntimeError("nobody expects this")

    async with an_inbox(database_url) as inbox:
        intake = JobSubmitter(inbox, SubmitPriority(), begin)
        assert await intake.submit(NewJob("job-1", "kind", {}))
        await asyncio.wait_for(asyncio.gather(*intake.pending_tasks), 20)
    assert tries == ["job-1"] * 3


async def test_a_repeat_that_comes_before_the_job_begins_is_known(database_url: str) -> None:
    begun: list[str] = []
    free = asyncio.Event()

    async def begin(note: NewJob) -> None:
        await free.wait()
        begun.append(note.job_id)

    async with an_inbox(database_url) as inbox, an_inbox(database_url, "life-2") as another:
        intake, elsewhere = (JobSubmitter(one, SubmitPriority(), begin) for one in (inbox, another))
        assert await intake.submit(NewJob("job-1", "kind", {}))
        assert not await intake.submit(NewJob("job-1", "kind", {}))
        assert not await elsewhere.submit(NewJob("job-1", "kind", {}))
        free.set()
        await asyncio.gather(*intake.pending_tasks, *elsewhere.pending_tasks)
    assert begun == ["job-1"]


async def test_a_name_goes_after_thirty_days_and_what_was_not_begun_stays(
    database_url: str,
) -> None:
    async def course(_: Json, __: Steps) -> None:
        return

    async with (
        open_database(database_url) as memory,
        open_jobs(jobs_url(database_url), "life-1", memory.processes) as jobs,
    ):
        jobs.register("kind", course)
        await jobs.start()
        await jobs.submit("kind", "over", {"url": "payload-word"})
        await jobs.settle(20)
        await over(database_url, "over")
        await recorded(database_url, NewJob("left", "kind", {}), life="life-1")
        for days, names in ((29, ["left", "over"]), (31, ["left"])):
            clear(database_url, time.time() + days * 24 * 3600)
            rows = run(database_url, "SELECT job_id, payload FROM call_doctor_inbox")
            assert sorted(row.job_id for row in rows) == names
            assert "payload-word" not in str(rows)
