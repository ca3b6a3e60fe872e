"""Fetching the list of webhooks from the pretend 100ms, through the real client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from hypothesis import given

from bot.hundredms.workspaces import Credentials, open_workspaces
from bot.metrics import PrometheusMetrics
from bot.storage import Database, open_database
from bot.webhooks.pull import EVERY, WebhookPuller, parse_row
from bot.webhooks.receiver import WebhookQueue
from tests.support.examples import JSON
from tests.support.pretend_hundredms import KEY, SECRET, MovableClock, small_world
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_hundredms.stage import Stage


class Woken:
    """Notes the rooms that were woken."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    async def __call__(self, _workspace: str, _room_id: str, kind: str) -> None:
        self.kinds.append(kind)


class Bench:
    """A puller, the pretend 100ms that it asks, and the database that it fills."""

    def __init__(self, puller: WebhookPuller, hundredms: Stage, database: Database) -> None:
        self.puller = puller
        self.hundredms = hundredms
        self.database = database
        self.clock = MovableClock()
        self.woken = Woken()
        self.waits: list[float] = []

    @property
    def asked(self) -> list[tuple[str, ...]]:
        """The types asked for, one entry for each call."""
        calls = [c for c in self.hundredms.calls.calls if c.path.endswith("/analytics/webhooks")]
        return [tuple(call.values("event_names")) for call in calls]


@asynccontextmanager
async def open_bench(folder: Path) -> AsyncIterator[Bench]:
    clock, woken, waits = MovableClock(), Woken(), list[float]()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    app = build(small_world(), clock=clock)
    credentials = Credentials("a", access_key=KEY, secret=SECRET, url="http://pretend.test/v2")
    transport = httpx.ASGITransport(app)
    async with (
        open_database(f"sqlite:///{folder}/bot.db", clock=clock) as database,
        open_workspaces([credentials], clock=clock, transport=transport, sleep=sleep) as workspaces,
    ):
        queue = WebhookQueue(database.call_facts, PrometheusMetrics(), woken)
        puller = WebhookPuller(workspaces["a"], database.call_facts, queue, clock)
        bench = Bench(puller, stage(app), database)
        bench.clock, bench.woken = clock, woken
        bench.waits = waits
        yield bench
        await queue.close()


async def test_the_first_time_joins_of_30_days_are_learned_and_nobody_is_woken(
    tmp_path: Path,
) -> None:
    async with open_bench(tmp_path) as b:
        await b.puller.pull(timedelta())
        peers = small_world().workspaces[0].rooms[0].sessions[0].peers
        for peer in peers:
            assert len(await b.database.rooms_of_peer(peer.id)) == 1
        assert b.asked == [("peer.join.success",)] * 3  # parts of at most 14 days
        assert b.woken.kinds == []


async def test_later_only_what_is_new_is_read_and_wakes(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as b:
        session = small_world().workspaces[0].rooms[0].sessions[0]
        b.clock.now = session.created_at - timedelta(minutes=4)
        await b.puller.pull(timedelta())
        asked = len(b.asked)
        b.clock.now += EVERY
        await asyncio.gather(b.puller.pull(EVERY), b.puller.pull(EVERY))  # as two replicas
        assert len(b.asked) == asked + 1
        assert len(b.asked[-1]) == 4
        assert "session.open.success" in b.woken.kinds
        woken = len(b.woken.kinds)
        b.clock.now += EVERY
        await b.puller.pull(EVERY)
        assert b.woken.kinds[:woken].count("session.open.success") == 1
        assert b.woken.kinds.count("session.open.success") == 1


async def test_a_429_is_waited_out_for_as_long_as_its_text_says(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as b:
        path, text = "/v2/analytics/webhooks", "Rate limit exceeded, please retry after 45 seconds"
        b.hundredms.faults.add(Fault(kind="rate_limited", path=path, message=text, times=1))
        await b.puller.pull(timedelta())
        assert len(b.asked) == 4
        assert len(b.waits) == 1
        assert b.waits[0] >= 45


async def test_a_failure_leaves_the_rest_to_the_next_reading(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as b:
        fault = Fault(kind="error", path="/v2/analytics/webhooks", status=400, after=1)
        b.hundredms.faults.add(fault)
        await b.puller.pull(timedelta())
        b.hundredms.faults.clear()
        b.clock.now += EVERY
        before = len(b.asked)
        await b.puller.pull(EVERY)
        assert len(b.asked) - before == 2, "the first part was not read again"


@given(JSON)
def test_any_row_is_read_or_not(row: object) -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    for document in (row, {"payload": row}, {"payload": {"event_data": row}, "event_id": "x"}):
        fact = parse_row(document, "main", now)
        assert fact is None or (fact.reason == "" and fact.room_id)
