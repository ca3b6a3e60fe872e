"""A record that is not in our form is refused: what a database holds is never run."""

import asyncio
import base64
import os
import pickle
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from structlog.testing import capture_logs

from bot.jobs import Json, Steps
from bot.storage import jobs_url
from tests.contract.jobs.test_engine import opened, over, state_of


class Planted:
    """Makes a directory when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.marker),)


def plant(url: str, marker: Path, where: str, form: str) -> None:
    """Put the object into a job's input or into the result of its step."""
    engine = create_engine(jobs_url(url))
    schema = "" if engine.dialect.name == "sqlite" else "dbos."
    content = base64.b64encode(pickle.dumps(Planted(marker))).decode()
    status = f"UPDATE {schema}workflow_status SET serialization = :form"  # noqa: S608
    given = f"UPDATE {schema}workflow_input SET inputs = :content"  # noqa: S608
    result = f"UPDATE {schema}operation_outputs SET output = :content, serialization = :form"  # noqa: S608
    with engine.begin() as connection:
        if where == "input":
            connection.execute(text(status), {"form": form})
            assert connection.execute(text(given), {"content": content}).rowcount == 1
        else:
            changed = connection.execute(text(result), {"content": content, "form": form})
            assert changed.rowcount > 0
    engine.dispose()


async def cut_off(url: str) -> None:
    """A job that did one step and waits in the next."""
    reached = asyncio.Event()

    async def course(_: Json, steps: Steps) -> None:
        async def first() -> str:
            return "kept"

        async def second() -> None:
            reached.set()
            await asyncio.Event().wait()

        await steps.run("first", first)
        await steps.run("second", second)

    async with opened(url) as jobs:
        jobs.register("kind", course)
        await jobs.start()
        await jobs.submit("kind", "planted", {})
        await asyncio.wait_for(reached.wait(), 20)
        assert await jobs.settle(0.01) == 1


@pytest.mark.parametrize("form", ["py_pickle", "portable_json"])
@pytest.mark.parametrize("where", ["input", "step"])
@pytest.mark.parametrize("life", ["life-1", "life-2"], ids=["on start", "on recovery"])
async def test_a_row_in_another_form_is_refused_and_logged(
    database_url: str, tmp_path: Path, life: str, where: str, form: str
) -> None:
    marker, ran = tmp_path / "ran", list[str]()
    await cut_off(database_url)
    assert state_of(database_url, "planted") == "PENDING"
    plant(database_url, marker, where, form)

    async def course(_: Json, steps: Steps) -> None:
        async def first() -> str:
            return "kept"

        await steps.run("first", first)
        ran.append(steps.job_id)

    with capture_logs() as logs:
        async with opened(database_url, life) as jobs:
            jobs.register("kind", course)
            await jobs.start()
            await over(database_url, "planted")
            await jobs.submit("kind", "good", {})
            await over(database_url, "good")
            await jobs.settle(20)
    assert not marker.exists()
    assert state_of(database_url, "planted") == "ERROR"
    assert ran == ["good"]
    refused = [line for line in logs if line["event"] == "job_refused"]
    assert refused
    assert {line["serialization"] for line in refused} == {form}


async def test_a_job_that_ended_in_an_idle_pause_goes_on_and_nothing_waits_for_it(
    database_url: str,
) -> None:
    asleep, ran = asyncio.Event(), list[str]()

    async def course(_: Json, steps: Steps) -> None:
        async def act(name: str) -> str:
            ran.append(name)
            return name

        await steps.run("first", lambda: act("first"))
        asleep.set()
        await steps.pause(1.0, idle=True)
        await steps.run("last", lambda: act("last"))

    async with opened(database_url) as jobs:
        jobs.register("kind", course)
        await jobs.start()
        await jobs.submit("kind", "sleeper", {})
        await asyncio.wait_for(asleep.wait(), 20)
        assert await jobs.settle(20) == 1
    async with opened(database_url) as jobs:
        jobs.register("kind", course)
        await jobs.start()
        await over(database_url, "sleeper")
    assert ran == ["first", "last"]
