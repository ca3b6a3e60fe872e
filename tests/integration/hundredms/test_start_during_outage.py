"""The bot's start does not wait for 100ms: an outage is told by /readyz, and passes by itself."""

import asyncio
from pathlib import Path

import httpx

from workbench.bot_process import BotDied
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import demo_world
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_hundredms.serving import running
from workbench.pretend_hundredms.stage import utc_now
from workbench.pretend_slack.standing import stand
from workbench.replica import Replica, replica_of


async def until(bot: Replica, wanted: int) -> dict[str, str]:
    """What /readyz says once it answers so; without end, as the machine may be slow."""
    async with httpx.AsyncClient(trust_env=False) as http:
        while True:
            try:
                answer = await http.get(f"http://127.0.0.1:{bot.port}/readyz", timeout=20)
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code == wanted:
                words: dict[str, str] = answer.json()
                return words


async def begin(bot: Replica) -> None:
    """Start it; being ready is not waited for."""
    try:
        await bot.start()
    except BotDied:
        assert not bot.ended, bot.last_words


async def test_it_serves_while_100ms_asks_it_to_wait_and_is_ready_afterwards(
    tmp_path: Path,
) -> None:
    app = build(demo_world(utc_now(), large_events=10))
    async with running(app) as url, stand() as slack:
        stage(app).faults.add(Fault(kind="rate_limited_header", seconds=50))
        database = f"sqlite:///{tmp_path / 'bot.db'}"
        bot = replica_of(slack.team, url, database, tmp_path, "bot", {})
        starting = asyncio.create_task(begin(bot))
        try:
            words = await until(bot, 503)
            assert (words["database"], words["slack"]) == ("ok", "ok")
            assert words["hms"] != "ok"
            stage(app).faults.clear()
            assert (await until(bot, 200))["hms"] == "ok"
            await starting
        finally:
            await bot.stop()
    assert "100ms did not answer within" in bot.log.read_text("utf-8")
