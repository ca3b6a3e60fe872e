"""A room made of arbitrary rows, asked about through the real client and engine."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from bot.catalogue import load_catalogue
from bot.domain.events import ERROR_TYPES
from bot.domain.parsing import parse_query
from bot.domain.report import Report
from bot.hundredms.workspaces import CallLimits, Credentials, open_workspaces
from bot.investigate.investigator import Investigator
from bot.investigate.room_index import BestEffortRoomIndex, RoomIndexWriter
from bot.pictures.timeline import timeline_picture
from bot.render.json_document import document
from bot.render.renderer import Renderer

NOW = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)
ROOM = "6600aa11bb22cc33dd44ee55"
SESSION = "69f46390bb22cc33dd44ee56"
CATALOGUE = load_catalogue()
RENDERER = Renderer(CATALOGUE)


def event(number: int, kind: str, **changes: Any) -> dict[str, Any]:
    """Return an ordinary event of a new person."""
    data = {
        "room_id": ROOM,
        "session_id": SESSION,
        "peer_id": f"0b2f6c1e-9a3d-4c55-8e2b-7d1f0a6b9c{number:02d}",
        "user_id": f"user-{number}",
        "user_name": f"Ann {number}",
        "error_code": 4005,
        "error_name": "ICEFailure",
        "is_terminal": True,
        "agent": {"sdk": "web", "sdk_version": "0.12.15"},
    }
    stamp = f"2026-05-01T09:{number:02d}:01.123456789Z"
    return {"id": f"good-{number}", "type": kind, "timestamp": stamp, "data": data, **changes}


ORDINARY = {kind: event(number, kind) for number, kind in enumerate(ERROR_TYPES)}


class Raw(str):
    """Return a row as JSON text."""

    __slots__ = ()


@dataclass
class Bodies:
    """Responses of 100ms: rows by event type, and other bodies."""

    rows: Mapping[str, Sequence[object]] = field(default_factory=dict)
    total: object = None
    next: object = ""
    sessions: object = field(default_factory=lambda: {"data": [], "last": ""})
    stats: object = None
    tracks: Sequence[object] = ()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v2/")
        if path == f"rooms/{ROOM}":
            return httpx.Response(200, json={"id": ROOM, "name": "desk", "enabled": True})
        if path == "analytics/events":
            return httpx.Response(200, content=self._page(request.url.params["type"]))
        if path == "sessions":
            return httpx.Response(200, content=json.dumps(self.sessions).encode())
        if path == "analytics/peer-stats" and self.stats is not None:
            return httpx.Response(200, content=json.dumps(self.stats).encode())
        return httpx.Response(404, json={"code": 404, "message": "not found"})

    def _page(self, kind: str) -> bytes:
        rows = self.tracks if kind.startswith("track.") else self.rows.get(kind, ())
        total = len(rows) if self.total is None else self.total
        written = (row if isinstance(row, Raw) else json.dumps(row) for row in rows)
        head = json.dumps({"total": total, "next": self.next})[:-1]
        return f'{head}, "events": [{", ".join(written)}]}}'.encode()


async def ask(bodies: Bodies, question: str = f"room {ROOM}") -> Report:
    """Return the diagnosed report, after rendering every output: none may raise."""

    async def at_once(_: float) -> None:
        """Return at once."""

    async def tell(_: str) -> None:
        """Ignore progress."""

    async with open_workspaces(
        [Credentials("main", token="made-up", url="http://pretend.test/v2")],
        clock=lambda: NOW,
        transport=httpx.MockTransport(bodies),
        limits=CallLimits(attempts=2, failures=1000),
        sleep=at_once,
    ) as workspaces:
        recall = BestEffortRoomIndex(None)
        learner = RoomIndexWriter(recall)
        engine = Investigator(workspaces, recall, learner, CATALOGUE, lambda: NOW)
        report = await engine.report(parse_query(question, NOW), "CD-TEST2345", tell)
        assert isinstance(report, Report)
        report = await engine.diagnose(report, tell)
        await learner.close()
        await engine.beside.close()
    shown(report)
    return report


def shown(report: Report) -> None:
    """Render every message, file and picture of the report."""
    answer = RENDERER.answer(report)
    assert "9000" not in json.dumps([answer.opening.blocks, answer.opening.text], default=str)
    RENDERER.private(report, messages=5)
    RENDERER.timeline(report)
    RENDERER.recovered(report)
    RENDERER.reply(report)
    RENDERER.error_chart(report)
    RENDERER.packet(report)
    RENDERER.packet_json(report)
    timeline_picture(report)
    json.dumps(document(report), ensure_ascii=False).encode()


def good(report: Report) -> dict[str, Any]:
    """Return failures and stories of the ordinary events in the document.

    Not the evidence: where anything is missing, it says so.
    """
    told = document(report)
    names = {one["id"] for one in ORDINARY.values()}
    stories = [one for one in told["stories"] if names & set(one["event_ids"])]
    return {
        "failures": [one for one in told["failures"] if one["event_id"] in names],
        "stories": [{**one, "evidence": None} for one in stories],
    }
