"""The rooms, described in a few numbers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.pretend_hundredms.world import ERROR_TYPES


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """A room: its events go evenly over `types`, `sessions` and the people of each session.

    The same `people` come to each session, with a new peer id each time. `terminal` counts
    events among `events`. Sessions last `minutes` and go evenly over the last `days`. How events
    follow each other is in timetable.py.

    `real` makes the room as real ones are (see real_events.py); without it, few texts repeat often.
    """

    name: str
    events: int = 0
    types: tuple[str, ...] = ERROR_TYPES
    sessions: int = 1
    people: int = 10
    terminal: int = 0
    tracks: bool = True
    minutes: float = 60.0
    days: float = 20.0
    real: bool = False


def read_plans(path: Path) -> list[RoomPlan]:
    """Plans from a JSON list of objects with the names of RoomPlan's fields."""
    return plans_of(json.loads(path.read_text()))


def plans_of(rows: Sequence[Mapping[str, Any]]) -> list[RoomPlan]:
    """Plans from objects with the names of RoomPlan's fields."""
    return [RoomPlan(**{**row, "types": tuple(row.get("types", ERROR_TYPES))}) for row in rows]
