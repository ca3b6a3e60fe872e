"""Whatever a plan asks for, its events add up."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.pretend_hundredms.world import ERROR_TYPES
from workbench.swift_hundredms.plan import RoomPlan
from workbench.swift_hundredms.timetable import timetable

PLANS = st.builds(
    RoomPlan,
    name=st.just("room"),
    events=st.integers(1, 600),
    types=st.integers(1, 5).map(lambda count: ERROR_TYPES[:count]),
    sessions=st.integers(1, 6),
    people=st.integers(1, 12),
    terminal=st.integers(0, 1),
)


@given(PLANS)
def test_events_are_exact_and_even(plan: RoomPlan) -> None:
    events = list(timetable(plan))
    assert len(events) == plan.events
    assert sum(event.terminal for event in events) == plan.terminal
    kinds = Counter(event.kind for event in events)
    assert max(kinds.values()) - min(kinds[kind] for kind in plan.types) <= 1
    assert all(0 <= event.person < plan.people for event in events)
    assert all(0 <= event.session < plan.sessions for event in events)
    assert all(60 <= event.into < plan.minutes * 60 for event in events)


def test_a_room_ten_times_as_large_has_as_many_bursts() -> None:
    def bursts(events: int) -> int:
        plan = RoomPlan("room", events=events, sessions=5, people=40)
        last: dict[tuple[int, int, str], float] = {}
        count = 0
        for event in sorted(timetable(plan), key=lambda one: (one.session, one.into)):
            key = (event.session, event.person, event.kind)
            count += key not in last or event.into - last[key] > 120
            last[key] = event.into
        return count

    assert bursts(10_000) == bursts(100_000) == 5 * 40 * 5


def test_more_ends_than_bursts_are_refused() -> None:
    with pytest.raises(ValueError, match="bursts"):
        list(timetable(RoomPlan("room", events=100, people=1, terminal=6)))
