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
_USED = """
    SELECT sum(active_time) / 1000, sum(xact_commit) FROM pg_stat_database
    WHERE datname LIKE 'replicas%'
"""
"""Seconds in which statements ran, and commits; connections that have ended are all counted."""


@dataclass(frozen=True, slots=True)
class Replicated:
    """One number of replicas. Times in seconds; `missing` says why nothing was measured."""

    replicas: int
    answered: int = 0
    took: float = 1.0
    p99: float = 0.0
    database: float = 0.0
    commits: float = 0.0
    missing: str = ""

    def line(self) -> str:
        """The row in Markdown."""
        if self.missing:
            return f"| {self.replicas} | left out: {self.missing} | | | |"
        return (
            f"| {self.replicas} | {self.answered / self.took:.1f} ({self.answered} in "
            f"{seconds(self.took)}) | {seconds(self.p99)} | "
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
        acks, took = _asked(bench, bots)
    after = _used(server)
    return Replicated(
        count,
        len(acks),
        took,
        percentile([ack.took for ack in acks], 0.99),
        after[0] - before[0],
        after[1] - before[1],
    )


def _used(server: PostgresServer) -> tuple[float, float]:
    with psycopg.connect(server.url("postgres")) as connection:
        row = connection.execute(_USED).fetchone()
    return (float(row[0]), float(row[1])) if row else (0.0, 0.0)


def _asked(bench: Bench, bots: list[Served]) -> tuple[list[Ack], float]:
    """All questions at once, the replicas in turn; seconds until the last answer."""
    bench.forget_calls()
    questions = bench.sizes.questions
    commands = [Command(bench.room(f"small-{number}"), number) for number in range(questions)]
    asked = [
        (bot, request)
        for turn, bot in enumerate(bots)
        for request in prepared(bench, bot, commands[turn :: len(bots)])
    ]
    acks = asyncio.run(knock_together(asked))
    expect({ack.status for ack in acks}, {200}, "status of the acknowledgements")
    _wait_for_all(bench, {command.channel for command in commands})
    last = last_words(bench)
    return acks, max(last.values()) - min(ack.sent for ack in acks)


def _wait_for_all(bench: Bench, channels: set[str]) -> None:
    """Look at Slack's long log only when 100ms is called no more."""
    give_up, seen = time.monotonic() + _WAITED_SECONDS, -1
    while time.monotonic() < give_up:
        time.sleep(bench.sizes.quiet)
        if seen == (seen := len(bench.calls())):
            settle(bench)
            missing = channels - _answered(bench)
            if not missing:
                return
    raise Failed(f"{len(missing)} questions were not answered")


def _answered(bench: Bench) -> set[str]:
    return {
        str(post["args"].get("channel"))
        for post in bench.posts()
        if post["method"] in WRITES and names_all(str(post["args"]), SMALL_ROOM_EVENTS)
    }
