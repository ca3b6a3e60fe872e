"""Several replicas on one PostgreSQL, asked at once through a fair balancer."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

from benchmarks.bench import Bench, Served
from benchmarks.checks import expect, names_all
from benchmarks.knocks import Ack, Command, knock_together, prepared
from benchmarks.processes import Failed
from benchmarks.rows.crowd import last_words
from benchmarks.rows.first import WRITES, settle
from benchmarks.sizes import SMALL_ROOM_EVENTS
from benchmarks.table import percentile, seconds
from workbench.postgres import PostgresAbsent, PostgresServer, postgres_server

_WAITED_SECONDS = 900.0
_ASKED_AGAIN_AFTER = 5.0
_TAKEN = "Reading call errors"
"""The acknowledgement of a question that was recorded says this; any other is a refusal."""
_USED = """
    SELECT sum(active_time) / 1000, sum(xact_commit) FROM pg_stat_database
    WHERE datname LIKE 'replicas%'
"""
"""Seconds in which statements ran, and commits; connections that have ended are all counted."""


@dataclass(frozen=True, slots=True)
class Replicated:
    """One number of replicas. Times in seconds; `missing` says why nothing was measured."""

    replicas: int
    refused: int = 0
    answered: int = 0
    took: float = 1.0
    p99: float = 0.0
    database: float = 0.0
    commits: float = 0.0
    missing: str = ""

    def line(self) -> str:
        """The row in Markdown."""
        if self.missing:
            return f"| {self.replicas} | left out: {self.missing} | | | | |"
        return (
            f"| {self.replicas} | {self.answered / self.took:.1f} ({self.answered} in "
            f"{seconds(self.took)}) | {seconds(self.p99)} | {self.refused} | "
            f"{seconds(self.database / self.answered)} | {self.commits / self.answered:.0f} |"
        )


def measure(bench: Bench) -> Iterator[Replicated]:
    """Each number of replicas on a database of its own."""
    bench.delay(bench.sizes.delay)
    try:
        with postgres_server() as server:
            for count in bench.sizes.replicas:
                yield _measured(bench, server, count)
    except PostgresAbsent as absent:
        yield Replicated(bench.sizes.replicas[0], missing=str(absent))


def _measured(bench: Bench, server: PostgresServer, count: int) -> Replicated:
    url = server.database(f"replicas-{count}")
    with bench.serving(f"replicas-{count}-first", url):
        pass  # it makes the tables
    before = _used(server)
    with contextlib.ExitStack() as stack:
        bots = [
            stack.enter_context(bench.serving(f"replicas-{count}-{number}", url))
            for number in range(count)
        ]
        acks, answered, took = _asked(bench, bots)
    after = _used(server)
    return Replicated(
        count,
        len(acks) - bench.sizes.questions,
        answered,
        took,
        percentile([ack.took for ack in acks], 0.99),
        after[0] - before[0],
        after[1] - before[1],
    )


def _used(server: PostgresServer) -> tuple[float, float]:
    with psycopg.connect(server.url("postgres")) as connection:
        row = connection.execute(_USED).fetchone()
    return (float(row[0]), float(row[1])) if row else (0.0, 0.0)


def _asked(bench: Bench, bots: list[Served]) -> tuple[list[Ack], int, float]:
    """All questions at once, the replicas in turn; refused ones again, as people would.

    Returns the acknowledgements, how many were answered, and in what time.
    """
    bench.forget_calls()
    left = [Command(bench.room(f"small-{n}"), n) for n in range(bench.sizes.questions)]
    acks, give_up = list[Ack](), time.monotonic() + _WAITED_SECONDS
    while left and time.monotonic() < give_up:
        asked = [
            (command, bot, request)
            for turn, bot in enumerate(bots)
            for command, request in _requests(bench, bot, left[turn :: len(bots)])
        ]
        told = asyncio.run(knock_together([(bot, request) for _, bot, request in asked]))
        expect({ack.status for ack in told}, {200}, "status of the acknowledgements")
        left = [one[0] for one, ack in zip(asked, told, strict=True) if _TAKEN not in ack.body]
        acks += told
        time.sleep(_ASKED_AGAIN_AFTER if left else 0)
    answered = _wait_for_rest(bench)
    return acks, answered, max(last_words(bench).values()) - min(ack.sent for ack in acks)


def _requests(
    bench: Bench, bot: Served, commands: list[Command]
) -> Iterator[tuple[Command, bytes]]:
    return zip(commands, prepared(bench, bot, commands), strict=True)


def _wait_for_rest(bench: Bench) -> int:
    """Wait until no more are answered; return how many were. Slack's log is long: read it late."""
    give_up, seen, answered = time.monotonic() + _WAITED_SECONDS, -1, -1
    while time.monotonic() < give_up:
        time.sleep(bench.sizes.quiet)
        if seen == (seen := len(bench.calls())):
            settle(bench, _WAITED_SECONDS)
            if answered == (answered := len(_answered(bench))) or answered == bench.sizes.questions:
                return answered
    raise Failed("the replicas do not come to rest")


def _answered(bench: Bench) -> set[str]:
    return {
        str(post["args"].get("channel"))
        for post in bench.posts()
        if post["method"] in WRITES and names_all(str(post["args"]), SMALL_ROOM_EVENTS)
    }
