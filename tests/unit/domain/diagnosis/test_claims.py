"""What a diagnosis claims follows from what was read, and its advice from what it found."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.diagnosis import Diagnosis
from bot.domain.diagnosis.input import OLDER_EVENTS, UnreadSources
from bot.domain.events import ERROR_TYPES, ErrorEvent
from bot.domain.rooms import Session
from tests.support.reports.call_builders import NO_PATH, ROOM, at, crowd, event, peer, session, told

WHOLE = session(peer("ann"), *crowd(4))
PICKER = {"error_message": "User denied permission to access capture device - screen"}


def blocked() -> ErrorEvent:
    return event("a", 0, "publish", 3002, error_message="no device - video")


def half(*events: ErrorEvent, **unread: Any) -> Diagnosis:
    return told(*events, sessions=(WHOLE,), unread=UnreadSources(**unread), complete=False)


def drops(*addresses: str) -> list[ErrorEvent]:
    """One lost call after the other, of somebody at each of these addresses."""
    return [
        event(f"e{n}", n, "disconnected", 1003, who=f"other-{n}", is_terminal=True,
              session_id="s1", public_address=address)
        for n, address in enumerate(addresses)
    ]  # fmt: skip


@pytest.mark.parametrize("unread", [{"tracks": True}, {"types": frozenset({ERROR_TYPES[0]})}])
def test_without_a_terminal_event_and_its_proof_nobody_failed(unread: dict[str, Any]) -> None:
    assert told(blocked(), sessions=(WHOLE,)).people.failed_for_good == 1
    found = half(blocked(), **unread)
    assert found.stories[0].outcome == "unknown"
    assert "could not be read" in found.stories[0].evidence
    assert (found.people.failed_for_good, found.people.unclear) == (0, 1)


def test_a_terminal_event_stands_with_its_doubt() -> None:
    refused = event("a", 0, "connect", 2003, is_terminal=True)
    found = told(refused, unread=UnreadSources(sessions=True), complete=False)
    assert found.stories[0].outcome == "gave_up"
    assert "could not be read (who was in the call)" in found.stories[0].evidence
    assert found.verdict.unread == ("who was in the call",)
    assert found.verdict.confidence < 0.7


def test_measurements_left_out_leave_the_others_alone() -> None:
    events = [
        event(name, 0, "publish", 4005, who=name, error_description=NO_PATH)
        for name in ("other-0", "other-1")
    ]
    call = session(peer("other-0", left=30), peer("other-1", left=30), *crowd(0))
    unread = UnreadSources(stays=frozenset({("p-other-0", "s1")}))
    found = told(*events, sessions=(call,), unread=unread)
    assert {one.person.user_id: one.outcome for one in found.stories} == {
        "other-0": "unknown",
        "other-1": "left",
    }


def test_people_of_an_old_session_are_no_doubt_about_another_day() -> None:
    day = at(-86_400)
    old = Session("s0", ROOM.id, "main", created_at=day, ended_at=day, peers_read=False)
    found = told(blocked(), sessions=(WHOLE, old))
    assert found.people.in_room is None
    assert found.stories[0].outcome == "blocked"


@pytest.mark.parametrize(
    ("unread", "known"),
    [
        ({"sessions": True}, False),
        ({"tracks": True}, True),
        ({"stats": True}, True),
        ({"types": frozenset({"client.publish.failed"})}, True),
        ({"types": frozenset({"client.connect.failed"})}, False),
        ({"types": frozenset({OLDER_EVENTS})}, False),
    ],
)
def test_who_was_in_the_room_has_a_completeness_of_its_own(
    unread: dict[str, Any], *, known: bool
) -> None:
    people = half(blocked(), **unread).people
    assert people.in_room == (5 if known else None)
    assert all((one.total is not None) == known for one in people.by_role)


def test_with_a_type_unread_nobodys_fault_is_no_claim() -> None:
    cancelled = event("a", 0, "publish", 3001, error_description="Permission denied", **PICKER)
    assert told(cancelled, sessions=(WHOLE,)).verdict.confidence >= 0.7
    found = half(cancelled, types=frozenset({"client.join.failed"}))
    assert found.verdict.cls == "none"
    assert found.verdict.confidence < 0.7


def test_calls_of_a_person_are_counted_only_if_all_were_read() -> None:
    assert told(blocked(), sessions=(WHOLE,)).people.failed_calls == (("user:ann", 1),)
    for unread in ({"sessions": True}, {"around": True}, {"types": frozenset({ERROR_TYPES[0]})}):
        assert half(blocked(), **unread).people.failed_calls == ()


def test_nothing_found_claims_no_more_than_was_read() -> None:
    def reason(**unread: Any) -> tuple[str, str]:
        found = told(unread=UnreadSources(**unread), complete=not unread)
        assert found.nothing
        return found.verdict.cls, found.nothing.reason

    assert reason() == ("unknown", "no_session")
    assert reason(sessions=True) == ("unknown", "unread")
    partial = half(types=frozenset({ERROR_TYPES[0]}))
    assert partial.verdict.unread == ("publish errors",)
    assert partial.nothing
    assert (partial.nothing.sessions, partial.nothing.people) == (1, 5)


def test_evidence_of_an_outage_is_many_addresses_and_never_one() -> None:
    call = session(*(peer(f"other-{n}", -600, 300) for n in range(12)))
    call = replace(call, peers={key: replace(one, left_at=None) for key, one in call.peers.items()})
    spread = told(*drops(*(f"mark-{n}" for n in range(8))), sessions=(call,)).verdict
    assert spread.cls == "service"
    assert "8 people on different IP addresses" in " ".join(spread.evidence)
    office = drops("one", "one", *(f"mark-{n}" for n in range(6)))
    mostly = told(*office, sessions=(call,)).verdict
    assert mostly.cls == "service"
    assert "IP address" not in " ".join(mostly.evidence)


def test_the_doubt_about_an_outage_counts_those_who_share_an_address() -> None:
    rows = [
        event(f"e{n}", n, "connect", 503, who=f"user-{n}", is_terminal=True, public_address="one")
        for n in range(4)
    ]
    verdict = told(*rows, sessions=(session(*crowd(3)),)).verdict
    assert verdict.cls == "service"
    assert verdict.doubt.startswith("4 of them share one IP address.")
    assert "IP address" not in " ".join(verdict.evidence)


def test_what_the_codes_and_reasons_ask_for() -> None:
    token = told(event("a", 0, "connect", 401, is_terminal=True), sessions=(WHOLE,)).verdict
    assert token.doubt == ""
    page = told(event("a", 0, "join", 6010), sessions=(WHOLE,)).verdict
    assert "token" not in f"{page.doubt}{page.next_steps}"
    unknown = told(event("a", 0, "publish", 99_999_999), sessions=(WHOLE,)).verdict
    assert "Ask for the room" not in " ".join(unknown.next_steps)


def test_numbers_have_one_form() -> None:
    rows = [event(f"e{n}", n / 100, "connect", 2003) for n in range(1200)]
    assert (
        "1,200 events in 1 failure: 2003 on client.connect.failed (1,200)."
        in told(*rows, sessions=(WHOLE,)).verdict.evidence
    )
