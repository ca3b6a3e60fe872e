"""Events are sorted by time, and duplicate ids are found."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.events import (
    ErrorEvent,
    ErrorFacts,
    EventSource,
    has_duplicates,
    sort_events,
    sort_key,
)
from bot.domain.report import distinct_events
from tests.support.events import make_event

AT = datetime(2026, 5, 1, 9, 0, 1, 123456, tzinfo=UTC)
stamps = st.builds(
    lambda digits, end: f"2026-05-01T09:00:01{digits}{end}",
    st.just("") | st.from_regex(r"\.[0-9]{1,10}", fullmatch=True) | st.text(max_size=4),
    st.sampled_from(("Z", "+00:00", "z", "")),
) | st.text(max_size=34)


@given(stamps)
def test_the_order_reads_nanoseconds_in_any_spelling(stamp: str) -> None:
    found = re.search(r"\.(\d{1,9})", stamp)
    finer = int(found[1].ljust(9, "0")[6:]) if found else 0
    event = make_event("x", "t", AT, stamp, is_terminal=True)
    assert sort_key(event) == (AT, finer, True, "x")
    known = AT + timedelta(microseconds=1)
    assert sort_key(replace(event, at=known)) == (known, finer, True, "x")


SENDER, FAILURES = EventSource(), (ErrorFacts("t"), ErrorFacts("t", is_terminal=True))
events = st.lists(
    st.builds(
        lambda identity, nanos, failure: ErrorEvent(
            identity, AT, f"2026-05-01T09:00:01.123456{nanos:03}Z", SENDER, failure, ()
        ),
        st.sampled_from("abcdef"),
        st.integers(0, 3),
        st.sampled_from(FAILURES),
    ).flatmap(lambda event: st.integers(0, 2).map(lambda later: _later(event, later))),
    max_size=9,
)


def _later(event: ErrorEvent, seconds: int) -> ErrorEvent:
    return replace(event, at=event.at + timedelta(seconds=seconds))


@given(events)
def test_they_are_sorted_by_order(found: list[ErrorEvent]) -> None:
    assert sort_events(found) == sorted(found, key=sort_key)


@given(events)
def test_of_twins_the_first_is_kept(found: list[ErrorEvent]) -> None:
    ids = [event.id for event in found]
    assert has_duplicates(found) == (len(set(ids)) < len(ids))
    kept = distinct_events(found)
    assert {event.id for event in kept} == set(ids)
    assert not has_duplicates(kept)
    assert list(kept) == sorted(kept, key=sort_key)


def test_one_twin_among_very_many_is_found() -> None:
    many = [ErrorEvent(f"{n}", AT, "", SENDER, FAILURES[0], ()) for n in range(70_000)]
    assert not has_duplicates(many)
    assert has_duplicates([*many, many[40_000]])
