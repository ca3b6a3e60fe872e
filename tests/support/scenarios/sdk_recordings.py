"""Reads recordings of 100ms' web SDK under known faults as diagnosis input.

`tests/data/sdk-recordings/README.md` tells how they were made; its `replay.py` holds what is
right to say of each. Here a recording becomes a Case in this process, without HTTP.
"""

import importlib.util
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from bot.catalogue import load_catalogue
from bot.domain.diagnosis import DiagnosisInput, diagnose
from bot.domain.report import Completeness, Report, Window, distinct_events
from bot.domain.target import Target
from bot.hundredms.error_events import parse_event
from bot.hundredms.media import parse_track
from bot.hundredms.schemas import RoomWire, SessionWire, parse_room, parse_session
from bot.render.json_document import document

FOLDER = Path(__file__).parents[2] / "data" / "sdk-recordings"
CATALOGUE = load_catalogue()
NOW = 1_790_000_000.0  # any whole second: the recordings' own times are offsets
_KEY = b"recordings"


@cache
def replay() -> ModuleType:
    """Return the module that came with the recordings."""
    path = FOLDER / "replay.py"
    spec = importlib.util.spec_from_file_location("sdk_recordings_replay", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def files() -> list[Path]:
    """Return the paths of all recordings, by name."""
    return sorted((FOLDER / "recordings").glob("*.json"))


def load(path: Path) -> dict[str, Any]:
    """Return one recording."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def answer(recording: dict[str, Any], crowd: int = 1) -> dict[str, Any]:
    """Return `lookup --json` of a recording's room in which the fault hits `crowd` people."""
    world = replay().World([recording], NOW, crowd)
    room_id = replay().room_id(recording)
    room = parse_room(RoomWire.model_validate(world.rooms[room_id]), "main")
    assert room is not None
    rows = world.events[room_id]
    events = [event for row in rows if row["type"].startswith("client.") and (event := _event(row))]
    session = [parse_session(SessionWire.model_validate(one), "main") for one in _sessions(world)]
    case = DiagnosisInput(
        room=room,
        now=datetime.fromtimestamp(NOW, UTC),
        events=distinct_events(events),
        sessions=tuple(one for one in session if one),
        tracks=tuple(track for row in rows if (track := parse_track(row))),
    )
    found = diagnose(case, CATALOGUE)
    seen = Completeness(len(events), len(events), complete=True)
    return document(_report(case, found, seen))


def _event(row: dict[str, Any]) -> Any:
    return parse_event({**row, "data": dict(row["data"])}, _KEY)


def _sessions(world: Any) -> list[Any]:
    return [json.loads(json.dumps(one)) for one in world.sessions.values()]


def _report(case: DiagnosisInput, found: Any, seen: Completeness) -> Report:
    assert case.room is not None
    return Report(
        lookup_id="L", target=Target("room", case.room), as_of=case.now, window=Window(),
        completeness=seen, events=case.events, sessions=case.sessions, tracks=case.tracks,
        diagnosis=found,
    )  # fmt: skip


def faults(recording: dict[str, Any], crowd: int = 1) -> list[str]:
    """Return what is wrong with the answer to a recording."""
    wrong: list[str] = replay().judge(recording, answer(recording, crowd), crowd)
    return wrong
