"""A real room of the bench has what the rooms of customers have."""

import json
from collections import Counter
from datetime import UTC, datetime

from workbench.pretend_hundredms.world import ERROR_TYPES
from workbench.swift_hundredms.plan import RoomPlan
from workbench.swift_hundredms.shelves import fill

PLAN = RoomPlan("real", events=10_000, sessions=5, people=200, terminal=200, real=True)


def test_a_real_room_repeats_hardly_any_text_and_has_rows_of_every_kind() -> None:
    (shelf,) = fill([PLAN], datetime.now(UTC)).rooms.values()
    events = [json.loads(row.body) for row in shelf.rows.every if row.type in ERROR_TYPES]
    assert len({event["id"] for event in events}) == PLAN.events
    assert set(Counter(event["type"] for event in events).values()) == {PLAN.events // 5}
    texts = [event["data"]["error_description"] for event in events]
    pairs = [text for text in texts if "candidate:" in text]
    assert len(set(pairs)) == len(pairs) > PLAN.events * 0.85
    assert sum(event["data"]["is_terminal"] is True for event in events) == PLAN.terminal
    inside = [event for event in events if event["type"] != "client.connect.failed"]
    without = sum("session_id" not in event["data"] for event in inside)
    assert without == PLAN.events / 10
    assert (
        len(
            {
                event["data"]["agent"].get("sdk_version")
                for event in events
                if isinstance(event["data"]["agent"], dict)
            }
        )
        >= 5
    )
    assert sum("Could not recover after" in text for text in texts) == PLAN.terminal
    names = "".join({event["data"]["user_name"] for event in events})
    assert all(letter in names for letter in "Mи李म김س🎉")


def test_one_person_floods_with_at_most_a_thousand_rows_a_minute() -> None:
    (shelf,) = fill([PLAN], datetime.now(UTC)).rooms.values()
    connects = [row for row in shelf.rows.every if row.type == "client.connect.failed"]
    ((user_id, count),) = Counter(row.user_id for row in connects).most_common(1)
    assert count > len(connects) / 3
    minutes = Counter(row.at // 60_000_000_000 for row in connects if row.user_id == user_id)
    assert 100 < max(minutes.values()) <= 1000
