"""Socket Mode: goodbyes and broken connections, and the watchdog."""

import asyncio

from bot.slack.slack_settings import SocketTimes
from tests.support.slack.edge_harness import Bench, open_bench
from tests.support.slack.fakes import ROOM


async def back(bench: Bench) -> None:
    await bench.slack.until(lambda: bench.slack.hub.connections, 10)
    while (await bench.get("/readyz"))[0] != 200:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def test_health_is_served_and_the_slack_path_is_not() -> None:
    async with open_bench("socket") as bench:
        assert await bench.get("/healthz") == (200, "ok")
        assert await bench.get("/readyz") == (
            200,
            {"database": "ok", "hms": "ok", "slack": "ok"},
        )
        assert (await bench.get("/slack/events"))[0] == 404


async def test_after_a_goodbye_it_is_there_again() -> None:
    async with open_bench("socket") as bench:
        await bench.slack.hub.disconnect()
        await back(bench)
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
        await bench.until_said("event-1")


async def test_after_a_broken_connection_it_is_there_again() -> None:
    async with open_bench("socket") as bench:
        await bench.slack.hub.drop()
        await back(bench)
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
        await bench.until_said("event-1")


async def test_a_connection_that_stays_down_ends_the_process() -> None:
    async with open_bench("socket") as bench:
        bench.team.faults.add("apps.connections.open", "http_500", times=None)
        bench.team.faults.add("socket", "refuse", times=None)
        await bench.slack.hub.disconnect()
        await bench.slack.until(bench.running.done, 30)
    assert bench.status == 1


async def test_an_envelope_nobody_handles_is_acknowledged() -> None:
    async with open_bench("socket") as bench:
        delivery = await bench.slack.type_command("C0ONCALL", "U0ALICE", "/another", "x")
        assert delivery.acked
        shortcut = await bench.slack.use_global_shortcut(callback_id="unknown")
        assert shortcut.acked


async def test_after_a_long_silence_slack_is_asked_something() -> None:
    times = SocketTimes(poll=0.02, idle=0.05)
    async with open_bench("socket", socket=times) as bench:
        before = len(bench.team.calls_of("auth.test"))
        await bench.slack.until(lambda: len(bench.team.calls_of("auth.test")) > before, 10)
