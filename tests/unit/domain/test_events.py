"""An event holds little, and shows everything."""

import copy
import pickle
import re
from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.events import (
    Agent,
    ErrorEvent,
    ErrorFacts,
    EventSource,
    event_from_parts,
    has_duplicates,
    sort_events,
    sort_key,
)
from bot.domain.report import distinct_events
from bot.domain.timestamps import stamp_of, suffix_in, suffix_of
from bot.hundredms.lenient import as_time

AT = datetime(2026, 5, 1, 9, 0, 1, 123456, tzinfo=UTC)
FACTS = {
    "peer_id": "p", "user_id": "u", "user_name": "Ann", "session_id": "s", "room_id": "r",
    "room_name": "desk", "template_id": "t", "account_id": "a", "role": "host",
    "error_code": 4006, "error_name": "n", "error_message": "m", "error_description": "d",
    "is_terminal": True, "action": "JOIN", "domain": "HMS", "transport_state": "x",
    "endpoint": "e", "retries_join": 2, "media": (("Audio", "opus"),), "extras": (("k", "v"),),
    "agent": Agent(sdk="web"), "public_address": "mark",
}  # fmt: skip
EVENT = ErrorEvent("x", "client.join.failed", AT, "2026-05-01T09:00:01.123456789Z", **FACTS)

stamps = st.builds(
    lambda digits, end: f"2026-05-01T09:00:01{digits}{end}",
    st.just("") | st.from_regex(r"\.[0-9]{1,10}", fullmatch=True) | st.text(max_size=4),
    st.sampled_from(("Z", "+00:00", "z", "")),
) | st.text(max_size=34)


def test_every_field_is_shown_as_given() -> None:
    assert {each.name for each in fields(ErrorEvent)} == {"id", "type", "at", "stamp", *FACTS}
    for name, value in FACTS.items():
        assert getattr(EVENT, name) == value
    assert EVENT.stamp == "2026-05-01T09:00:01.123456789Z"


def test_unknown_facts_are_refused() -> None:
    with pytest.raises(TypeError):
        ErrorEvent("x", "t", AT, "", nonsense=1)


def test_it_cannot_be_changed_but_copied_with_changes() -> None:
    with pytest.raises(FrozenInstanceError):
        EVENT.id = "y"  # type: ignore[misc]  # the point of it
    with pytest.raises((FrozenInstanceError, AttributeError)):
        EVENT.peer_id = "y"  # type: ignore[misc]  # as above
    other = replace(EVENT, peer_id="q", error_code=None, extras=(), stamp="later")
    assert (other.peer_id, other.error_code, other.extras, other.stamp) == ("q", None, (), "later")
    assert (
        replace(other, peer_id="p", error_code=4006, extras=EVENT.extras, stamp=EVENT.stamp)
        == EVENT
    )


def test_equal_events_are_one() -> None:
    assert copy.deepcopy(EVENT) == pickle.loads(pickle.dumps(EVENT)) == EVENT  # noqa: S301  our own
    assert len({EVENT, replace(EVENT), replace(EVENT, id="y")}) == 2
    assert replace(EVENT, user_name="Bob") != EVENT


def test_events_of_one_person_and_failure_hold_little() -> None:
    sender, failure = EventSource(peer_id="p"), ErrorFacts("t")
    one, two = (
        event_from_parts(name, AT, "2026-05-01T09:00:01.12Z", sender, failure, ()) for name in "xy"
    )
    assert one.sender is two.sender
    assert one.tail is two.tail
    assert not hasattr(one, "__dict__")


@given(stamps, st.datetimes(timezones=st.just(UTC)) | st.just(AT))
def test_the_stamp_comes_back_as_it_was(stamp: str, at: datetime) -> None:
    assert stamp_of(suffix_of(stamp, at), at) == stamp
    try:
        told = datetime.fromisoformat(stamp)
    except ValueError:
        return
    assert stamp_of(suffix_of(stamp, told), told) == stamp


@given(stamps)
def test_the_tail_in_a_stamp_is_the_one_beside_its_own_time(stamp: str) -> None:
    at = as_time(stamp)
    assert at is None or suffix_in(stamp) == suffix_of(stamp, at)


@given(stamps)
def test_the_order_reads_nanoseconds_in_any_spelling(stamp: str) -> None:
    found = re.search(r"\.(\d{1,9})", stamp)
    finer = int(found[1].ljust(9, "0")[6:]) if found else 0
    event = ErrorEvent("x", "t", AT, stamp, is_terminal=True)
    assert sort_key(event) == (AT, finer, True, "x")
    known = AT + timedelta(microseconds=1)
    assert sort_key(replace(event, at=known)) == (known, finer, True, "x")


SENDER, FAILURES = EventSource(), (ErrorFacts("t"), ErrorFacts("t", is_terminal=True))
events = st.lists(
    st.builds(
        lambda identity, nanos, failure: event_from_parts(
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
    many = [event_from_parts(f"{n}", AT, "", SENDER, FAILURES[0], ()) for n in range(70_000)]
    assert not has_duplicates(many)
    assert has_duplicates([*many, many[40_000]])
