"""A room of the pretend 100ms, asked about while one of its sources cannot be read."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from bot.catalogue import load_catalogue
from bot.domain.errors import BotError
from bot.domain.events import ERROR_TYPES
from bot.domain.parsing import parse_query
from bot.domain.report import Report
from bot.hundredms.workspaces import CallLimits, Credentials, open_workspaces
from bot.investigate.investigator import Investigator
from bot.investigate.room_index import BestEffortRoomIndex, RoomIndexWriter
from bot.storage import open_database
from tests.support.scenarios.case import FOLDER
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_hundredms.scenarios import Scenario, load_scenario, lookup_text
from workbench.pretend_hundredms.world import PretendWorkspace, World

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KEY, SECRET = "0123456789abcdef00000001", "a-secret-of-these-tests-not-a-real-one-0123456789"
ACCOUNT = "0123456789abcdef000000a1"
CATALOGUE = load_catalogue()
ONCE = CallLimits(attempts=1, waits=0, failures=1_000_000)
"""No retries, as each fault lasts for ever."""

PEERS = "one session's peers"
SOURCES: Mapping[str, Mapping[str, Any]] = {
    "room": {"path": "/v2/rooms/"},
    "sessions": {"path": "/v2/sessions"},
    PEERS: {},
    "tracks": {"path": "/v2/analytics/events", "query": {"type": "track.add.success"}},
    "peer-stats": {"path": "/v2/analytics/peer-stats"},
    **{kind: {"path": "/v2/analytics/events", "query": {"type": kind}} for kind in ERROR_TYPES},
}
FAILURES: Mapping[str, Mapping[str, Any]] = {
    "failing": {"kind": "error", "status": 500},
    "cut short": {"kind": "truncated"},
    "429 for ever": {"kind": "rate_limited", "seconds": 3600},
    "404": {"kind": "error", "status": 404},
}


def _dropped(peers: dict[str, Any]) -> object:
    return {key: peer if number else "gone" for number, (key, peer) in enumerate(peers.items())}


SPOILS: Mapping[str, Callable[[dict[str, Any]], object]] = {
    "failing": lambda _: {"error": "internal server error"},
    "cut short": _dropped,
    "429 for ever": lambda _: None,
    "404": lambda _: "not found",
}
"""The value in a session's row where its people should be."""


@dataclass(slots=True)
class Spoiler:
    """An app in front of 100ms that spoils the people of the latest session with any."""

    app: Starlette
    failure: str = ""
    played: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.failure or not scope["path"].startswith("/v2/sessions"):
            await self.app(scope, receive, send)
            return
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        await self.app(scope, receive, hold)
        body = self._spoilt(b"".join(one.get("body", b"") for one in held))
        headers = [pair for pair in held[0]["headers"] if pair[0] != b"content-length"]
        await send({**held[0], "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _spoilt(self, body: bytes) -> bytes:
        document = json.loads(body)
        rows = document.get("data") if "data" in document else [document]
        row = next((one for one in rows or () if one.get("peers")), None)
        if row:
            row["peers"] = SPOILS[self.failure](row["peers"])
            self.played += 1
        return json.dumps(document).encode()


@cache
def scenario(name: str) -> Scenario:
    return load_scenario(FOLDER / f"{name}.yaml", NOW, ACCOUNT)


def text_of(name: str, who: str) -> str:
    """Return the question: the scenario's own, or one about a person in its room (`peer p-ann`)."""
    one = scenario(name)
    if not who or one.room is None:
        return lookup_text(one)
    kind, label = who.split()
    return f"{kind} {one.hand.peer_id(label) if kind == 'peer' else label} in {one.room.name}"


@asynccontextmanager
async def engine(room: str, folder: Path) -> AsyncIterator[tuple[Investigator, Spoiler]]:
    """Run the real engine and client against that room's 100ms in the same process."""
    found = scenario(room).room
    rooms = (found,) if found else ()
    world = World((PretendWorkspace("main", KEY, SECRET, ACCOUNT, rooms),))
    spoiler = Spoiler(build(world, clock=lambda: NOW))
    async with (
        open_database(f"sqlite:///{folder / 'db'}") as memory,
        open_workspaces(
            [Credentials("main", access_key=KEY, secret=SECRET, url="http://pretend/v2")],
            clock=lambda: NOW,
            transport=httpx.ASGITransport(spoiler),
            limits=ONCE,
        ) as workspaces,
    ):
        recall = BestEffortRoomIndex(memory)
        learner = RoomIndexWriter(recall)
        yield Investigator(workspaces, recall, learner, CATALOGUE, lambda: NOW), spoiler
        await learner.close()


async def _tell(note: str) -> None:
    """Ignore progress."""


async def asked(investigator: Investigator, text: str) -> Report | BotError:
    """Return the answer with its diagnosis, or the error."""
    try:
        found = await investigator.report(parse_query(text, NOW), "CD-TEST2345", _tell)
        assert isinstance(found, Report), found
        return await investigator.diagnose(found, _tell)
    except BotError as error:
        return error


async def asked_without(
    investigator: Investigator, spoiler: Spoiler, text: str, source: str, failure: str
) -> tuple[Report | BotError, int]:
    """Return the answer while `source` fails in that way, and how often it failed."""
    faults = stage(spoiler.app).faults
    if source == PEERS:
        spoiler.failure, spoiler.played = failure, 0
    else:
        faults.add(Fault(**SOURCES[source], **FAILURES[failure]))
    try:
        found = await asked(investigator, text)
        return found, spoiler.played + sum(rule.played for rule in faults.rules)
    finally:
        spoiler.failure, spoiler.played = "", 0
        faults.clear()
