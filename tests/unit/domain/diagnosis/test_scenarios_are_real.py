"""No scenario and no room of the demo holds what 100ms' web SDK never sends."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.scenarios.sdk_behaviour import faults
from workbench.pretend_hundredms.demo import demo_world
from workbench.pretend_hundredms.scenarios import FOLDER, scenario_rooms
from workbench.pretend_hundredms.world import PretendRoom

_NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
_RECORDINGS = Path(__file__).parents[3] / "data" / "sdk-recordings" / "recordings"
_SAMPLES = {"story-event-as-100ms-sends-it"}  # 100ms' own, as its documentation has it
_WRONG_ON_PURPOSE = {"hostile", "odd-cases"}  # rooms for the reader of rows


def _found(rooms: tuple[PretendRoom, ...], exceptions: set[str]) -> dict[str, list[str]]:
    found = {room.name: list(faults(room.events)) for room in rooms if room.name not in exceptions}
    return {name: lines for name, lines in found.items() if lines}


def test_no_scenario_holds_what_no_sdk_sends() -> None:
    assert not _found(scenario_rooms(FOLDER, _NOW, "account"), _SAMPLES)


def test_no_room_of_the_demo_holds_what_no_sdk_sends() -> None:
    for workspace in demo_world(_NOW, large_events=3000).workspaces:
        rooms = tuple(room for room in workspace.rooms if not room.name.startswith("sample-"))
        assert not _found(rooms, _WRONG_ON_PURPOSE)


def test_the_check_finds_nothing_in_what_the_sdk_did_send() -> None:
    files = sorted(_RECORDINGS.glob("*.json"))
    assert len(files) > 100
    for path in files:
        rows = [_row(row) for row in json.loads(path.read_text("utf-8"))["rows"]]
        assert not list(faults(rows)), path.name


def test_the_check_finds_a_sending_that_ends_terminal() -> None:
    path = _RECORDINGS / "ice_publish_never@0.15.2.json"
    rows = [_row(row) for row in json.loads(path.read_text("utf-8"))["rows"]]
    for row in rows:
        row["data"]["is_terminal"] = row["type"] == "client.publish.failed"
    assert "never terminal while signalling lives" in " ".join(faults(rows))


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """A recorded row, whose time is in seconds, with a stamp and an id."""
    at = _NOW + timedelta(seconds=row["timestamp"])
    return {"id": "recorded", **row, "timestamp": at.isoformat()}
