"""A dominating type is read in parts: every event, or what is missing, whatever happens."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.events import ErrorEvent
from bot.domain.rooms import Room
from bot.domain.target import Progress, Target
from bot.investigate.fetch.events import EventReader, Fetched
from bot.investigate.ports import HundredMs
from tests.support.events import change_event
from tests.support.examples import examples
from tests.support.investigate.scripted_hundredms import KEPT, KIND, NOW, ROOM, Ledger, Plan, event

TARGET = Target("room", Room(ROOM, "main"))
SESSIONS = [f"session-{number}" for number in range(12)]


def room_of(number: int, sessions: int, *, days: float = 20, gaps: int = 0) -> list[ErrorEvent]:
    """Events over some sessions, evenly; each `gaps`-th has no session; of ten peers."""
    step = timedelta(days=days) / max(number, 1)
    return [
        event(
            index,
            NOW - timedelta(days=days) + step * (index + 1),
            None if gaps and index % gaps == 0 else SESSIONS[index * sessions // number],
            f"peer-{index % 10}",
        )
        for index in range(number)
    ]


async def quiet(note: str) -> None:
    raise AssertionError(note)


class Read:
    """One reading of a ledger, with all that was watched."""

    def __init__(self, ledger: Ledger, cap: int = 200_000) -> None:
        self.ledger = ledger
        self.watched: list[Progress] = []
        self.reader = EventReader(
            cast("HundredMs", ledger), (KIND,), cap, ledger.clock, quiet, self.watched.append
        )

    async def run(self) -> Fetched:
        return await self.reader.read(TARGET)

    def by_part(self) -> int:
        return sum(bool(one.session_id or one.peer_id) for one in self.ledger.asked)


async def read(events: list[ErrorEvent], plan: Plan | None = None) -> tuple[Read, Fetched]:
    one = Read(Ledger(events, SESSIONS, plan or Plan()))
    return one, await one.run()


async def test_a_dominating_type_is_read_by_session_and_proved() -> None:
    events = room_of(3000, 10)
    one, fetched = await read(events)
    assert fetched.completeness.complete
    assert (fetched.completeness.fetched, fetched.completeness.total) == (3000, 3000)
    assert {found.id for found in fetched.events} == {held.id for held in events}
    assert one.by_part() >= 25
    assert one.ledger.calls < 55  # 30 pages, what the chain read beside them, and one proof


async def test_a_short_type_is_not_split() -> None:
    one, fetched = await read(room_of(500, 10))
    assert fetched.completeness.complete
    assert (one.by_part(), one.ledger.calls) == (0, 5)


async def test_events_without_a_session_are_read_by_peer() -> None:
    one, fetched = await read(room_of(2000, 10, gaps=7))
    assert fetched.completeness.complete
    assert len(fetched.events) == 2000
    assert {query.peer_id for query in one.ledger.asked} >= {f"peer-{n}" for n in range(10)}


async def test_events_without_a_session_are_read_by_user_if_all_name_one() -> None:
    """A user has another peer id in each session; ids of users that differ in case are two."""
    events = [
        change_event(one, user_id=f"User-{index % 10}", peer_id=f"peer-{index}")
        for index, one in enumerate(room_of(2000, 10, gaps=7))
    ]
    one, fetched = await read(events, Plan(people=("User-3", "user-3")))
    assert fetched.completeness.complete
    assert len(fetched.events) == 2000
    assert {query.user_id for query in one.ledger.asked} >= {f"User-{n}" for n in range(10)}
    assert not any(query.peer_id or query.session_id for query in one.ledger.asked)
    assert one.ledger.calls < 35


async def test_people_of_sessions_are_read_before_their_errors_are_seen() -> None:
    events = room_of(2000, 1, gaps=7)
    late = [change_event(one, peer_id="peer-late") for one in events[-300:]]
    one, fetched = await read([*events[:-300], *late], Plan(people=("peer-late",)))
    assert fetched.completeness.complete
    asked = [query.peer_id for query in one.ledger.asked]
    assert asked[: asked.index("peer-late")].count(None) < 17, "their errors are on page 18"


async def test_more_people_than_may_be_read_leave_those_of_errors() -> None:
    crowd = tuple(f"guest-{number}" for number in range(500))
    one, fetched = await read(room_of(2000, 10, gaps=7), Plan(people=crowd))
    assert fetched.completeness.complete
    asked = {query.peer_id for query in one.ledger.asked} - {None}
    assert asked == {f"peer-{n}" for n in range(10)}


async def test_a_gap_that_shows_late_is_left_to_the_chain() -> None:
    events = room_of(2000, 10)
    events[-300:] = [change_event(late, session_id=None) for late in events[-300:]]
    one, fetched = await read(events)
    assert fetched.completeness.complete
    assert len(fetched.events) == 2000
    assert one.ledger.calls < 45


async def test_sessions_that_the_list_does_not_know_are_found_by_the_chain() -> None:
    _, fetched = await read(room_of(2000, 10), Plan(listed=3))
    assert fetched.completeness.complete
    assert len(fetched.events) == 2000


async def test_too_many_sessions_are_not_read_one_by_one() -> None:
    events = [
        change_event(one, session_id=f"one-of-many-{index}", peer_id=f"{index}")
        for index, one in enumerate(room_of(700, 1))
    ]
    one, fetched = await read(events)
    assert fetched.completeness.complete
    assert one.by_part() == 0


async def test_beyond_the_cap_the_chain_is_walked_alone() -> None:
    one = Read(Ledger(room_of(2000, 10), SESSIONS, Plan()), cap=1000)
    fetched = await one.run()
    assert not fetched.completeness.complete
    assert "limit of 1,000" in fetched.completeness.notes[0]
    assert one.by_part() == 0


async def test_progress_never_falls_and_never_exceeds_the_total() -> None:
    events = room_of(2000, 10)
    late = [event(5000 + n, NOW, SESSIONS[0], "peer-1") for n in range(40)]
    one, _ = await read(events, Plan(arrivals={6: late}, expiring={9, 12}))
    shown = [progress.fetched for progress in one.watched]
    assert shown == sorted(shown)
    assert all(p.fetched <= p.total for p in one.watched if p.total is not None)
    assert one.watched[-1].begun
    assert one.watched[0].waits_for == "page 2 of 20 of client.publish.failed"


ORDERS = st.sampled_from(["ascending", "descending", "shuffled"])


@dataclass(frozen=True)
class Drawn:
    """A room and what goes wrong in it, short enough to be printed."""

    number: int
    sessions: int
    days: float
    gaps: int
    arrivals: dict[int, tuple[int, float]]
    passing: set[int]
    plan: Plan

    def events(self) -> list[ErrorEvent]:
        gaps = self.number - 1 if self.gaps < 0 else self.gaps
        return room_of(self.number, self.sessions, days=self.days, gaps=gaps)

    def played(self) -> Plan:
        return replace(
            self.plan,
            passing={call: timedelta(minutes=30) for call in self.passing},
            arrivals={
                call: [
                    event(
                        9000 + call * 50 + n, NOW - timedelta(days=age), SESSIONS[n % 3], "peer-new"
                    )
                    for n in range(count)
                ]
                for call, (count, age) in self.arrivals.items()
            },
        )


CALLS = st.integers(2, 40)
AGES = st.sampled_from([0.0, 5.0, 19.0])
DRAWN = st.builds(
    Drawn,
    number=st.integers(501, 1500),
    sessions=st.integers(1, 12),
    days=st.sampled_from([20.0, 29.999, 35.0]),
    gaps=st.sampled_from([0, 0, 2, 50, -1]),
    arrivals=st.dictionaries(CALLS, st.tuples(st.integers(1, 30), AGES), max_size=3),
    passing=st.sets(CALLS, max_size=2),
    plan=st.builds(
        Plan,
        order=ORDERS,
        listed=st.sampled_from([0, 2, 100]),
        people=st.sampled_from([(), ("peer-1", "peer-other")]),
        arrivals=st.just({}),
        passing=st.just({}),
        failing=st.sets(CALLS, max_size=2),
        expiring=st.sets(CALLS, max_size=3),
        twice=st.booleans(),
        total=st.sampled_from([True, True, True, False]),
        seed=st.integers(0, 99),
    ),
)


@examples(100)
@given(DRAWN)
def test_every_event_or_what_is_missing(drawn: Drawn) -> None:
    """An answer that says it is complete holds whatever was there all the time."""
    ledger = Ledger(drawn.events(), SESSIONS, drawn.played())
    begin = {one.id for one in ledger.present()}
    fetched = asyncio.run(Read(ledger).run())
    end = {one.id for one in ledger.present()}
    found = {one.id for one in fetched.events}
    seen = fetched.completeness
    assert len(found) == len(fetched.events)
    assert found <= {one.id for one in ledger.held}
    assert seen.complete == (not seen.notes)
    if seen.complete:
        assert begin & end <= found
        assert seen.fetched == seen.total or drawn.plan.twice
    elif seen.total is not None and seen.fetched < seen.total:
        assert f"{seen.total - seen.fetched:,} missing" in seen.notes[0]


GAP = 5


def with_gap(days: float) -> list[ErrorEvent]:
    """2,000 events of which the last five have no session."""
    events = room_of(2000, 10, days=days)
    events[-GAP:] = [change_event(late, session_id=None) for late in events[-GAP:]]
    return events


def newcomers() -> list[ErrorEvent]:
    """As many as the gap is wide, in a session that is read by itself."""
    return [event(5000 + n, NOW - timedelta(days=1), SESSIONS[9], "peer-1") for n in range(GAP)]


@pytest.mark.parametrize("call", range(2, 26, 3))
async def test_events_that_arrive_meanwhile_hide_no_gap(call: int) -> None:
    events = with_gap(20)
    _, fetched = await read(events, Plan(arrivals={call: newcomers()}))
    assert fetched.completeness.complete
    assert {one.id for one in events} <= {one.id for one in fetched.events}


async def test_events_that_fall_out_meanwhile_hide_no_gap() -> None:
    """As many arrive and as many fall out as are missing: the totals alone would look right."""
    events = with_gap(KEPT.days)
    step = events[1].at - events[0].at
    for call in range(16, 44):
        plan = Plan(arrivals={2: newcomers()}, passing={call: step * (GAP + 0.5)})
        ledger = Ledger(events, SESSIONS, plan)
        fetched = await Read(ledger).run()
        assert fetched.completeness.complete
        assert {one.id for one in ledger.present()} - {one.id for one in newcomers()} <= {
            one.id for one in fetched.events
        }


@examples(60)
@given(DRAWN, st.integers(0, 50), st.sampled_from([0.0, 25.0]))
def test_a_fresh_look_up_after_an_earlier_one(drawn: Drawn, new: int, days: float) -> None:
    """What is known already, and what fell out since, hides nothing that is new."""
    events = drawn.events()
    arrived = [event(7000 + n, NOW - timedelta(hours=n), None, f"peer-{n}") for n in range(new)]
    ledger = Ledger([*events, *arrived], SESSIONS, drawn.played())
    ledger.now = NOW + timedelta(days=days / 5)
    begin = {one.id for one in ledger.present()}
    one = Read(ledger)
    one.reader = replace(one.reader, seed=events)
    fetched = asyncio.run(one.run())
    end = {one.id for one in ledger.present()}
    assert fetched.completeness.complete == (not fetched.completeness.notes)
    if fetched.completeness.complete:
        assert begin & end <= {one.id for one in fetched.events}


async def test_where_nothing_is_new_one_page_is_enough() -> None:
    events = room_of(1500, 10)
    ledger = Ledger(events, SESSIONS, Plan())
    one = Read(ledger)
    one.reader = replace(one.reader, seed=events)
    fetched = await one.run()
    assert fetched.completeness.complete
    assert len(fetched.events) == 1500
    assert ledger.calls <= 2
