"""A worker process that starts a job and hangs within a step until it is killed."""

import asyncio
import sys

from bot.jobs import Json, Steps, open_jobs
from bot.storage import jobs_url, open_database


async def main(url: str, life: str, stop_in: str) -> None:
    async def course(_: Json, steps: Steps) -> None:
        async def act(name: str) -> str:
            print(name, flush=True)  # noqa: T201  the test reads it
            if name == stop_in:
                await asyncio.Event().wait()
            return name

        async def send(again: bool) -> str:  # noqa: FBT001  as a Steps' act
            return await act(f"send again={again}")

        await steps.run("first", lambda: act("first"))
        await steps.once("send", send)
        await steps.run("last", lambda: act("last"))

    async with (
        open_database(url) as memory,
        open_jobs(jobs_url(url), life, memory.processes) as jobs,
    ):
        jobs.register("kind", course)
        await jobs.start()
        await jobs.submit("kind", "job-1", {"question": "why"})
        await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:]))
