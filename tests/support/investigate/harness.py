"""The real investigator and client against the pretend 100ms in the same process."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache

import httpx

from bot.catalogue import load_catalogue
from bot.domain.parsing import parse_query
from bot.domain.query import LookupQuery
from bot.domain.report import Report
from bot.domain.rooms import CallFact
from bot.domain.target import Choices, Progress
from bot.hundredms.workspaces import CallLimits, Credentials, open_workspaces
from bot.investigate.investigator import Investigator
from bot.investigate.room_index import BestEffortRoomIndex, RoomIndexWriter
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import (
    ACCESS_KEY,
    OTHER_ACCESS_KEY,
    OTHER_SECRET,
    SECRET,
    demo_world,
)
from workbench.pretend_hundredms.stage import Stage
from workbench.pretend_hundredms.world import World

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Notebook:
    """An in-memory room index."""

    def __init__(self) -> None:
        self.peers: dict[str, list[tuple[str, str]]] = {}
        self.codes: dict[str, list[tuple[str, str]]] = {}
        self.facts: list[CallFact] = []

    async def rooms_of_peer(self, peer_id: str) -> Sequence[tuple[str, str]]:
        return self.peers.get(peer_id.lower(), [])

    async def rooms_of_user(self, user_id: str) -> Sequence[tuple[str, str]]:
        facts = sorted(self.facts, key=lambda fact: fact.at, reverse=True)
        rooms = [(fact.workspace, fact.room_id) for fact in facts if fact.user_id == user_id]
        return list(dict.fromkeys(rooms))

    async def learn_peers(self, workspace: str, room_id: str, peer_ids: Iterable[str]) -> None:
        for peer_id in peer_ids:
            self.peers[peer_id.lower()] = [(workspace, room_id)]

    async def rooms_of_code(self, code: str) -> Sequence[tuple[str, str]]:
        return self.codes.get(code, [])

    async def learn_codes(self, workspace: str, room_id: str, codes: Iterable[str]) -> None:
        for code in codes:
            self.codes[code] = [(workspace, room_id)]

    async def recent_rooms(self, most: int) -> Sequence[tuple[str, str]]:
        pairs = [pair for pairs in self.codes.values() for pair in pairs]
        return list(dict.fromkeys(reversed(pairs)))[:most]

    async def facts_of_room(self, workspace: str, room_id: str, most: int) -> Sequence[CallFact]:
        return [f for f in self.facts if (f.workspace, f.room_id) == (workspace, room_id)][-most:]

    async def knows_codes_of(self, workspace: str, room_id: str) -> bool:
        return (workspace, room_id) in [pair for pairs in self.codes.values() for pair in pairs]


class Bench:
    """An investigator, its room index, and controls of the pretend 100ms."""

    def __init__(self, engine: Investigator, hundredms: Stage, notebook: Notebook) -> None:
        self.engine = engine
        self.hundredms = hundredms
        self.notebook = notebook
        self.told: list[str] = []
        self.watched: list[tuple[int, int | None]] = []
        self.waited_for: list[str] = []

    async def tell(self, note: str) -> None:
        self.told.append(note)

    def watch(self, progress: Progress) -> None:
        self.watched.append((progress.fetched, progress.total))
        self.waited_for.append(progress.waits_for)

    async def ask(self, text: str) -> Report | Choices:
        return await self.put(parse_query(text, NOW))

    async def put(self, question: LookupQuery) -> Report | Choices:
        return await self.engine.report(question, "CD-TEST2345", self.tell, self.watch)

    async def report(self, text: str) -> Report:
        found = await self.ask(text)
        assert isinstance(found, Report)
        return found

    async def choices(self, text: str) -> Choices:
        found = await self.ask(text)
        assert isinstance(found, Choices)
        return found

    async def forget_calls(self) -> None:
        """Clear the log of calls; end evidence that is still being read."""
        await self.engine.beside.close()
        self.hundredms.calls.clear()

    async def learned(self) -> None:
        await self.engine.index_writer.close()

    def room_id(self, name: str) -> str:
        return self.hundredms.world.room(name).id

    def paths(self) -> list[str]:
        return [call.path for call in self.hundredms.calls.calls]


@cache
def world() -> World:
    """Return one unchanging world for all tests."""
    return demo_world(NOW, large_events=1200)


@asynccontextmanager
async def open_bench(*, both: bool = False) -> AsyncIterator[Bench]:
    async def at_once(_: float) -> None:
        """Return at once."""

    app = build(world(), clock=lambda: NOW)
    url = "http://pretend/v2"
    accounts = [Credentials("default", access_key=ACCESS_KEY, secret=SECRET, url=url)]
    if both:
        accounts.append(
            Credentials("other", access_key=OTHER_ACCESS_KEY, secret=OTHER_SECRET, url=url)
        )
    async with open_workspaces(
        accounts,
        clock=lambda: NOW,
        transport=httpx.ASGITransport(app),
        limits=CallLimits(attempt=0.5, failures=1000),  # an outage is for the circuit's own tests
        sleep=at_once,
    ) as workspaces:
        notebook = Notebook()
        recall = BestEffortRoomIndex(notebook)
        engine = Investigator(
            workspaces, recall, RoomIndexWriter(recall), load_catalogue(), lambda: NOW
        )
        yield Bench(engine, stage(app), notebook)
        await engine.index_writer.close()
