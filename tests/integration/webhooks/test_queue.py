"""The queue of webhooks on a real database: full, slow, closed; and the watches that it wakes."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.errors import StoreUnreachable
from bot.domain.rooms import CallFact
from bot.metrics import PrometheusMetrics
from bot.storage import Database, open_database
from bot.webhooks.deliveries import Delivery
from bot.webhooks.receiver import FactStore, WebhookQueue, WebhookReceiver, WebhookSecrets
from workbench.pretend_hundredms.webhooks.shapes import HookWriter

NOW = datetime.now(UTC).replace(microsecond=0)
JOINED = CallFact("w1", "peer.join.success", "main", "room-1", NOW, "session-1", "peer-1", "user-1")


class Gate:
    """A database whose writes fail while it is shut."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.open = True

    async def store(self, facts: Sequence[CallFact]) -> set[tuple[str, str]]:
        if not self.open:
            raise StoreUnreachable("It is away.")
        return await self.database.call_facts.store(facts)


class Woken:
    """Notes the rooms that were woken."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str, str]] = []

    async def __call__(self, workspace: str, room_id: str, kind: str) -> None:
        self.events.append((workspace, room_id, kind))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(f"sqlite:///{tmp_path}/bot.db") as database:
        yield database


def facts(count: int) -> list[CallFact]:
    return [replace(JOINED, id=f"w{n}", peer_id=f"peer-{n}") for n in range(count)]


def queue_of(
    store: FactStore, woken: Woken | None = None, size: int = 2_000
) -> tuple[WebhookQueue, PrometheusMetrics]:
    metrics = PrometheusMetrics()
    return WebhookQueue(store, metrics, woken or Woken(), size), metrics


def counted(metrics: PrometheusMetrics, result: str, count: int) -> bool:
    line = f'call_doctor_webhooks_total{{result="{result}"}} {float(count)}'
    return line in metrics.page().decode().splitlines()


async def test_a_new_webhook_wakes_its_room_once_and_a_replay_teaches_only(
    database: Database,
) -> None:
    woken = Woken()
    queue, _ = queue_of(database.call_facts, woken)
    replay = Delivery(replace(JOINED, id="w2", peer_id="peer-2"), is_replay=True)
    await asyncio.gather(*(queue.put(d) for d in (Delivery(JOINED), Delivery(JOINED), replay)))
    await queue.put(Delivery(JOINED))
    await queue.close()
    assert woken.events == [("main", "room-1", "peer.join.success")]
    assert await database.rooms_of_peer("peer-2") == (("main", "room-1"),)


async def test_a_webhook_is_stored_when_it_is_answered(database: Database) -> None:
    queue, metrics = queue_of(database.call_facts)
    assert all(await asyncio.gather(*(queue.put(Delivery(fact)) for fact in facts(300))))
    assert await database.rooms_of_peer("peer-299") == (("main", "room-1"),)
    assert counted(metrics, "stored", 300)
    await queue.close()


async def test_a_full_queue_refuses_and_goes_on_when_the_database_is_back(
    database: Database,
) -> None:
    gate = Gate(database)
    gate.open = False
    queue, metrics = queue_of(gate, size=3)
    taken = await asyncio.gather(*(queue.put(Delivery(fact)) for fact in facts(5)))
    assert taken == [True, True, True, False, False]
    assert counted(metrics, "queue_full", 2)
    with pytest.raises(StoreUnreachable):
        await queue.store(JOINED, is_replay=False)
    gate.open = True
    await queue.close()
    assert await database.rooms_of_peer("peer-2") == (("main", "room-1"),)
    assert await database.rooms_of_peer("peer-3") == ()


async def test_with_a_full_queue_100ms_is_told_to_try_again(database: Database) -> None:
    gate = Gate(database)
    gate.open = False
    queue, metrics = queue_of(gate, size=1)
    workspaces = {"main": WebhookSecrets("secret", "x-secret")}
    receiver = WebhookReceiver(workspaces, queue, metrics, lambda: NOW)
    hooks = HookWriter("room-1", "session-1", NOW)
    bodies = [json.dumps(hooks.joined(name, NOW)).encode() for name in ("Ann", "Bob")]
    statuses = [await receiver.receive("main", {"x-secret": "secret"}, body) for body in bodies]
    assert statuses == [200, 503]
    gate.open = True
    await queue.close()
    assert await receiver.receive("main", {"x-secret": "secret"}, bodies[1]) == 200
    await queue.close()
    assert counted(metrics, "stored", 2)


async def test_a_watch_that_cannot_be_woken_stops_no_other(database: Database) -> None:
    calls: list[str] = []

    async def fail(_workspace: str, room_id: str, _kind: str) -> None:
        calls.append(room_id)
        raise RuntimeError("no such watch")

    queue = WebhookQueue(database.call_facts, PrometheusMetrics(), fail)
    await asyncio.gather(*(queue.put(Delivery(fact)) for fact in facts(3)))
    await queue.close()
    assert calls == ["room-1"] * 3
