"""/readyz tells the database, Slack and 100ms apart, and takes each back when it is well again."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from bot.domain.errors import StoreUnreachable
from bot.serving import build_probes
from bot.settings import Settings
from bot.slack import Probe
from bot.slack.server.health import FAILURE_CACHE_SECONDS, Health, cache_probe
from bot.wiring import open_services
from tests.support.slack.edge_harness import Bench, ok, open_bench
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET, demo_world
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_hundredms.serving import running
from workbench.pretend_hundredms.stage import utc_now


async def until_ready(bench: Bench, wanted: int) -> Any:
    """What /readyz says once it answers so."""
    for _ in range(200):
        status, words = await bench.get("/readyz")
        if status == wanted:
            return words
        await asyncio.sleep(0.05)
    pytest.fail(f"/readyz stays at {status}: {words}")


async def test_each_part_is_told_by_its_name() -> None:
    down = {"database": True, "hms": True}

    def part(name: str) -> Probe:
        async def probe() -> str:
            return "down for a test" if down[name] else "ok"

        return probe

    async with open_bench(probes={name: part(name) for name in down}) as bench:
        for name in down:
            down |= dict.fromkeys(down, False) | {name: True}
            words = await until_ready(bench, 503)
            assert [part for part, word in words.items() if word != "ok"] == [name]
            down[name] = False
            assert await until_ready(bench, 200) == dict.fromkeys(words, "ok")
            assert set(words) == {"database", "hms", "slack"}


async def test_one_workspace_of_several_down_takes_no_replica_out() -> None:
    async def degraded() -> str:
        return "degraded: eu: 100ms did not answer"

    async def down() -> str:
        return "default: 100ms did not answer; eu: 100ms did not answer"

    async with open_bench(probes={"hms": down}) as bench:
        assert (await bench.get("/readyz"))[0] == 503
    health = Health({"hms": degraded, "slack": ok})
    response = await health.ready(Request({"type": "http"}))
    assert response.status_code == 200
    assert b"eu: 100ms did not answer" in bytes(response.body)


async def test_100ms_down_is_noticed_and_so_is_its_return(tmp_path: Path) -> None:
    app = build(demo_world(utc_now(), large_events=10))
    async with running(app) as url:
        settings = Settings(
            _env_file=None,
            hms_access_key=ACCESS_KEY,
            hms_secret=SECRET,
            hms_api_url=url,
            database_url=f"sqlite:///{tmp_path / 'bot.db'}",
        )
        async with open_services(settings, memory_needed=True) as engine:
            asked = build_probes(engine, cache_seconds=0)
            assert [await probe() for probe in asked.values()] == ["ok", "ok"]
            stage(app).faults.add(Fault(kind="error", status=401))
            assert await asked["hms"]() == "default: 100ms refuses our credentials"
            assert await asked["database"]() == "ok"
            stage(app).faults.clear()
            assert await asked["hms"]() == "ok"


async def test_a_database_in_trouble_is_named_and_taken_back(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None,
        hms_access_key=ACCESS_KEY,
        hms_secret=SECRET,
        database_url=f"sqlite:///{tmp_path / 'bot.db'}",
    )
    async with open_services(settings, memory_needed=True) as engine:
        database = build_probes(engine)["database"]
        assert await database() == "ok"
        await asyncio.to_thread(_rename, tmp_path / "bot.db", "rooms", "gone")
        assert await database() == StoreUnreachable.headline
        await asyncio.to_thread(_rename, tmp_path / "bot.db", "gone", "rooms")
        assert await database() == "ok"


def _rename(path: Path, table: str, name: str) -> None:
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")
        connection.commit()


async def test_a_good_word_stands_longer_than_a_bad_one() -> None:
    words = iter(["down", "ok", "down"])

    async def probe() -> str:
        return next(words)

    asked = cache_probe(probe, 3600)
    assert [await asked(), await asked()] == ["down", "down"]
    await asyncio.sleep(FAILURE_CACHE_SECONDS + 0.1)
    assert [await asked(), await asked()] == ["ok", "ok"]
