from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.events import ErrorEvent
from bot.domain.rooms import Peer
from tests.support.reports.call_builders import (
    CHROME,
    NO_PATH,
    ROOM,
    at,
    crowd,
    event,
    peer,
    session,
    told,
)

LEAVE = {"error_message": "leave called before join could complete"}


def _many(count: int, every: float, code: int = 1003, **facts: Any) -> list[ErrorEvent]:
    kind = facts.pop("kind", "disconnected")
    return [
        event(f"e-{n}", n * every, kind, code, who=f"u-{n}", session_id="s1", **facts)
        for n in range(count)
    ]


def _failing(count: int) -> list[Peer]:
    return [peer(f"u-{number}", -600) for number in range(count)]


@pytest.mark.parametrize(
    ("kind", "code", "facts", "cls"),
    [
        ("publish", 3001, {"error_message": "denied - screen"}, "none"),
        ("join", 6013, LEAVE, "none"),
        ("publish", 421, {}, "none"),
        ("publish", 4007, {}, "none"),
        ("join", 6013, {"error_message": "invalid role"}, "app"),
        ("join", 5001, {}, "app"),
        ("connect", 401, {"is_terminal": True}, "app"),
        ("connect", 403, {"is_terminal": True}, "account"),
        ("disconnected", 403, {"is_terminal": True}, "app"),
        ("join", 400, {"error_message": "role limit reached"}, "account"),
        ("connect", 1000, {"endpoint": "wss://account-disabled"}, "account"),
        ("connect", 429, {}, "service"),
        ("join", 599, {}, "service"),
        ("connect", 40101, {"agent": replace(CHROME, sdk="ios")}, "app"),
        ("join", 6010, {}, "environment"),
        ("join", 6011, {}, "environment"),
        ("join", 6012, {}, "environment"),
        ("join", 6010, {"agent": replace(CHROME, sdk="android")}, "environment"),
        ("join", 6012, {"agent": replace(CHROME, sdk="android")}, "app"),
        ("publish", 3011, {}, "device"),
        ("publish", 3008, {"agent": replace(CHROME, sdk="ios")}, "device"),
        ("publish", None, {"error_name": "NotFoundError"}, "device"),
        ("publish", 4003, {}, "app"),
        ("publish", 4005, {}, "user_network"),
        ("publish", 99_999_999, {}, "unknown"),
    ],
)
def test_the_class_of_one_failure(
    kind: str, code: int | None, facts: dict[str, Any], cls: str
) -> None:
    found = told(event("a", 0, kind, code, **facts))
    assert found.verdict.cls == cls
    assert len(found.verdict.evidence) >= 2


def test_joining_twice_is_no_fault_of_somebody_who_is_in() -> None:
    held = session(peer("ann"), peer("bob"))
    assert told(event("a", 10, "join", 5001), sessions=(held,)).verdict.cls == "none"


@pytest.mark.parametrize(
    ("failed", "healthy", "every", "cls"),
    [
        (5, 4, 10, "service"),
        (5, 5, 10, "user_network"),
        (5, 4, 15, "service"),
        (5, 4, 15.01, "user_network"),
    ],
)
def test_most_people_within_a_minute(failed: int, healthy: int, every: float, cls: str) -> None:
    held = session(*_failing(failed), *crowd(healthy))
    assert told(*_many(failed, every), sessions=(held,)).verdict.cls == cls


def test_one_person_alone_is_no_outage() -> None:
    assert told(*_many(1, 0), sessions=(session(*_failing(1)),)).verdict.cls == "user_network"


@pytest.mark.parametrize(
    ("joined", "cls"), [(30, "user_network"), (-1, "service"), (61, "service")]
)
def test_others_getting_in_speaks_for_the_service(joined: float, cls: str) -> None:
    held = session(*_failing(4), peer("bob", joined))
    assert told(*_many(4, 5), sessions=(held,)).verdict.cls == cls


@pytest.mark.parametrize(
    ("count", "facts", "cls"),
    [
        (3, {"public_address": "mark"}, "shared_network"),
        (2, {"public_address": "mark"}, "user_network"),
    ],
)
def test_one_public_address(count: int, facts: dict[str, Any], cls: str) -> None:
    held = session(*_failing(count))
    found = told(*_many(count, 5, 4005, kind="publish", **facts), sessions=(held,))
    assert found.verdict.cls == cls


@pytest.mark.parametrize(
    ("count", "every", "text", "cls"),
    [
        (3, 30.1, NO_PATH, "shared_network"),
        (3, 30, NO_PATH, "user_network"),
        (2, 90, NO_PATH, "user_network"),
        (3, 90, "no candidates told", "user_network"),
    ],
)
def test_one_telling_pattern_over_a_minute(count: int, every: float, text: str, cls: str) -> None:
    held = session(*_failing(count), *crowd(9))
    events = _many(count, every, 4005, kind="subscribe", error_description=text, is_terminal=True)
    assert told(*events, sessions=(held,)).verdict.cls == cls


@pytest.mark.parametrize(("devices", "cls"), [(1, "mixed"), (2, "device")])
def test_two_thirds_of_the_weight(devices: int, cls: str) -> None:
    blocked = [event(f"d-{n}", 5, "publish", 3002, who=f"d-{n}") for n in range(devices)]
    lost = event("lost", 0, "disconnected", 1003, is_terminal=True)
    found = told(lost, *blocked, sessions=(session(*crowd(6)),))
    assert found.verdict.cls == cls


def test_the_recovered_weigh_only_if_nobody_failed_for_good() -> None:
    held = session(*_failing(3), *crowd(9))
    blips = _many(3, 200)
    alone = told(*blips, sessions=(held,))
    assert alone.verdict.cls == "user_network"
    assert (alone.people.recovered, alone.people.failed_for_good) == (3, 0)
    blocked = event("d", 5, "publish", 3002)
    assert told(*blips, blocked, sessions=(held,)).verdict.cls == "device"


@pytest.mark.parametrize(
    ("count", "agents", "cls"),
    [
        (3, [replace(CHROME, sdk_version=f"0.{n}") for n in range(3)], "environment"),
        (2, [replace(CHROME, sdk_version=f"0.{n}") for n in range(3)], "app"),
        (3, [replace(CHROME, device_model=f"B{n}x_1", os=f"o{n}") for n in range(3)], "app"),
    ],
)
def test_negotiation_failures_of_people_alike(count: int, agents: list[Any], cls: str) -> None:
    events = [
        event(f"e-{n}", n, "publish", 4003, who=f"u-{n}", agent=agents[n]) for n in range(count)
    ]
    assert told(*events).verdict.cls == cls


@pytest.mark.parametrize(("others", "sure"), [(2, True), (1, False)])
def test_few_people_lower_the_confidence(others: int, *, sure: bool) -> None:
    newer = replace(CHROME, sdk_version="0.12.24")
    lost = event("a", 0, "disconnected", 1003, is_terminal=True, agent=newer)
    verdict = told(lost, sessions=(session(peer("ann", 0, 100), *crowd(others)),)).verdict
    assert (verdict.confidence >= 0.7) is sure


def test_an_end_that_may_hide_a_refused_token_is_not_sure() -> None:
    lost = event("a", 0, "disconnected", 1003, is_terminal=True)  # 0.12.15 reports no try's error
    verdict = told(lost, sessions=(session(peer("ann", 0, 100), *crowd(5)),)).verdict
    assert verdict.cls == "user_network"
    assert verdict.confidence < 0.7


@pytest.mark.parametrize(("count", "sure"), [(3, True), (2, False)])
def test_few_server_errors_lower_the_confidence(count: int, *, sure: bool) -> None:
    held = session(*crowd(9))
    verdict = told(*_many(count, 300, 503, kind="connect"), sessions=(held,)).verdict
    assert verdict.cls == "service"
    assert (verdict.confidence >= 0.7) is sure


def test_what_a_code_settles_does_not_depend_on_numbers() -> None:
    assert told(event("a", 0, "publish", 3002)).verdict.confidence >= 0.7


def test_nothing_found_means_something() -> None:
    held = session(peer("ann"), peer("bob"))
    old = replace(held, created_at=at(0) - timedelta(days=31), ended_at=at(0) - timedelta(days=31))
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"sessions": (held,)}, "none", "healthy"),
        ({"sessions": ()}, "unknown", "no_session"),
        ({"sessions": (session(),)}, "unknown", "no_session"),
        ({"known": False}, "unknown", "unknown_id"),
        ({"room": None}, "unknown", "unknown_id"),
        ({"room": replace(ROOM, enabled=False), "sessions": (held,)}, "account", "room_disabled"),
        ({"sessions": (old,), "session_id": "s1", "kind": "session"}, "unknown", "too_old"),
        ({"sessions": (held,), "kind": "peer", "peer_id": "p-cid"}, "unknown", "not_seen"),
        ({"sessions": (held,), "kind": "peer", "peer_id": "P-ANN"}, "none", "healthy"),
    ]
    for facts, cls, reason in cases:
        found = told(**facts)
        assert found.nothing is not None
        assert (found.verdict.cls, found.nothing.reason) == (cls, reason)
        assert len(found.verdict.evidence) >= 2


def test_other_people_around_tell_a_line_from_the_service() -> None:
    mine, *others = _many(5, 5)
    held = session(*_failing(5))
    facts: dict[str, Any] = {"sessions": (held,), "kind": "peer", "peer_id": "p-u-0"}
    found = told(mine, around=tuple(others), **facts)
    assert (found.verdict.cls, len(found.stories)) == ("service", 1)


def test_how_far_it_reaches() -> None:
    found = told(*_many(2, 300), sessions=(session(*_failing(2), *crowd(3)),))
    people = found.people
    assert (people.affected, people.in_room, people.recovered) == (2, 5, 2)
    assert [(one.label, one.affected, one.total) for one in people.by_role] == [("guest", 2, 5)]
    assert [(one.label, one.affected) for one in people.by_platform] == [("web", 2)]
    assert [(one.label, one.affected) for one in people.by_sdk_version] == [("web 0.12.15", 2)]
    assert people.failed_calls == (("user:u-0", 1), ("user:u-1", 1))


def test_of_one_person_no_shared_address_is_told() -> None:
    def lines(people: int) -> str:
        events = [
            event(f"e{n}", 0, "publish", 4005, who=f"who-{n}", is_terminal=True,
                  error_description=NO_PATH, public_address="mark")
            for n in range(people)
        ]  # fmt: skip
        return " ".join(told(*events, sessions=(session(*crowd(5)),)).verdict.evidence)

    assert "IP address" not in lines(1)
    assert "2 of 2 people with one IP address" in lines(2)


def test_one_healthy_person_who_undoes_an_outage_makes_no_graver_verdict() -> None:
    newer = replace(CHROME, sdk_version="0.13.0")  # of these a 2003 is blocked by nature
    rows = [
        event(f"e{n}", seconds, "connect", code, who=f"u{who}", agent=newer)
        for n, (who, seconds, code) in enumerate(
            ((1, 61, 2003), (2, 61, 1000), (1, 0, 500), (4, 0, 1000), (3, 0, 1000))
        )
    ]
    before = told(*rows).verdict
    after = told(*rows, sessions=(session(peer("healthy", 0, 1), ends=1),)).verdict
    assert before.cls == after.cls == "shared_network"
    assert before.confidence < 0.7
