"""The lines that are due, the end of a call, and the time of the next look."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.diagnosis import Person
from bot.domain.watching.state import (
    CallView,
    Pace,
    PersonInTrouble,
    WatchState,
    after_line,
    after_session,
    due_line,
    is_call_over,
    line_between,
    marks_of,
    next_look,
)
from bot.domain.watching.watch import Watch

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
WATCH = Watch("CD-ABCD2345", "main", "room", "room-1", "C0ONCALL", "U0ALICE", START)
PACE = Pace()
ANN, BOB = (Person(name, user_id=name, peer_ids=(f"p-{name}",)) for name in ("ann", "bob"))


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def view(
    *failed: Person, seconds: float = 0, recovered: tuple[Person, ...] = (), verdict: str = "none"
) -> CallView:
    trouble = tuple(
        PersonInTrouble(one, marks_of(one, WATCH.id), START, failed=True) for one in failed
    )
    marks = frozenset().union(*(marks_of(one, WATCH.id) for one in recovered))
    return CallView(at(seconds), trouble, marks, verdict=verdict)  # type: ignore[arg-type]


def told(state: WatchState, seen: CallView) -> WatchState:
    """Return the state once the line that is due stands in the thread."""
    line = due_line(state, seen, seen.as_of)
    assert line is not None
    return after_line(state, line, seen.as_of)


def test_the_first_failure_is_a_line_at_once_and_told_once() -> None:
    state = told(WatchState(START), view(ANN, verdict="user_network"))
    assert set(state.failed) == marks_of(ANN, WATCH.id)
    assert due_line(state, view(ANN, seconds=600, verdict="user_network"), at(600)) is None


def test_changes_within_a_minute_wait_and_are_folded() -> None:
    state = told(WatchState(START), view(ANN, verdict="user_network"))
    changed = view(BOB, seconds=59, recovered=(ANN,), verdict="service")
    assert due_line(state, changed, at(59)) is None
    line = due_line(state, changed, at(60))
    assert line is not None
    assert set(line.failed) == marks_of(BOB, WATCH.id)
    assert set(line.recovered) == marks_of(ANN, WATCH.id)
    assert line.verdict == "service"


def test_what_passes_within_a_minute_is_no_line() -> None:
    state = told(WatchState(START), view(ANN, verdict="user_network"))
    state = told(state, view(seconds=60, recovered=(ANN,), verdict="user_network"))
    assert due_line(state, view(seconds=200, recovered=(ANN, BOB)), at(200)) is None


def test_a_cause_without_a_failure_for_good_is_a_line_only_if_it_concerns_many() -> None:
    state = WatchState(START)
    assert due_line(state, view(verdict="user_network"), START) is None
    assert due_line(state, view(verdict="service"), START) is not None


@pytest.mark.parametrize(
    ("last", "differs"),
    [
        (view(ANN, verdict="user_network"), False),
        (view(ANN, verdict="service"), True),
        (view(ANN, BOB, verdict="user_network"), True),
        (view(recovered=(ANN,), verdict="user_network"), True),
    ],
)
def test_the_final_line_says_whether_it_differs(last: CallView, *, differs: bool) -> None:
    state = told(WatchState(START), view(ANN, verdict="user_network"))
    assert line_between(state, last, final=True).differs is differs
    assert line_between(WatchState(START), last, final=True).differs is None


def test_a_call_is_over_after_the_linger_time_and_a_minute_after_the_last_line() -> None:
    state = WatchState(START, ended_at=at(0))
    assert not is_call_over(WatchState(START), at(9_999), PACE)
    assert not is_call_over(state, at(299), PACE)
    assert is_call_over(state, at(300), PACE)
    late = WatchState(START, ended_at=at(0), line_at=at(280))
    assert not is_call_over(late, at(339), PACE)
    assert is_call_over(late, at(340), PACE)


@pytest.mark.parametrize(
    ("state", "now", "seconds"),
    [
        (WatchState(START, session_id="s1"), 0, 15),
        (WatchState(START), 0, 60),
        (WatchState(START, session_id="s1", ended_at=at(0)), 0, 60),
        (WatchState(START, session_id="s1", ended_at=at(0)), 280, 20),
        (WatchState(START, session_id="s1"), 7_190, 10),
        (WatchState(START, session_id="s1"), 7_200, 15),
    ],
)
def test_the_next_look(state: WatchState, now: float, seconds: float) -> None:
    assert next_look(WATCH, state, at(now), PACE) == at(now + seconds)


def test_the_next_session_begins_with_nobody_in_trouble_and_one_notice_at_most() -> None:
    state = told(WatchState(START, session_id="s1"), view(ANN, verdict="service"))
    over = WatchState(
        START, "s1", at(100), state.failed, state.verdict, notified=True, trouble_peers=("p-ann",)
    )
    later = after_session(over, at(400))
    assert (later.since, later.session_id, later.ended_at) == (at(100), "", None)
    assert (later.failed, later.verdict, later.trouble_peers) == ((), "", ())
    assert later.notified


def test_marks_differ_from_watch_to_watch() -> None:
    assert not marks_of(ANN, "CD-AAAAAAAA") & marks_of(ANN, "CD-BBBBBBBB")
    assert "ann" not in str(marks_of(ANN, WATCH.id))
