"""Many at once, and the end of the process: nothing is lost, nothing is answered twice."""

import asyncio
import os
import re
import signal

import pytest

from bot.slack.slack_settings import Rates
from tests.support.slack.edge_harness import check_all, lookup_of, open_bench, part_of
from tests.support.slack.fakes import ROOM

MODES = pytest.mark.parametrize("mode", ["http", "socket"])


@MODES
async def test_a_hundred_commands_at_once_are_each_answered_once(
    mode: str, patience: float
) -> None:
    async with open_bench(mode, most_waiting_per_asker=100) as bench:
        bench.team.ack_seconds = patience
        bench.investigator.seconds = 0.05
        asking = [
            bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
            for _ in range(100)
        ]
        deliveries = await asyncio.gather(*asking)
        assert all(delivery.acked for delivery in deliveries)
        acks = {re.search(r"CD-\w+", str(delivery.body))[0] for delivery in deliveries}  # type: ignore[index]
        assert len(acks) == 100
        await bench.slack.until(lambda: bench.parts().count("reply-2") == 100, 120)
        openings = [m for m in bench.said() if part_of(m) == "opening"]
        assert {lookup_of(m) for m in openings} == acks
        assert len(openings) == 100
    assert bench.status == 0


@MODES
async def test_sigterm_finishes_what_is_under_way(mode: str) -> None:
    async with open_bench(mode) as bench:
        bench.investigator.seconds = 0.3
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
        os.kill(os.getpid(), signal.SIGTERM)
        await bench.slack.until(bench.running.done)
        assert bench.find("event-1")
    assert bench.status == 0


async def test_what_cannot_be_finished_in_time_is_answered_by_the_next_life() -> None:
    async with open_bench(drain_seconds=0.1) as bench:
        bench.investigator.seconds = 60
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
        await bench.settled(done=False)
        bench.investigator.seconds = 0
        await bench.restart()
        await bench.slack.until(lambda: "reply-2" in bench.parts())
        check_all(bench)
    assert bench.status == 0


async def test_a_long_thread_does_not_hold_up_the_next_opening() -> None:
    async with open_bench(rates=Rates(1.0, 1, 30)) as bench:
        bench.investigator.failures = 8
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
        await bench.until_said("event-0")
        await bench.slack.type_command("C0ONCALL", "U0BOB", "/call-errors", ROOM)
        await bench.slack.until(lambda: len(bench.team.in_channel("C0ONCALL")) == 2)
        assert bench.find("event-7") is None
