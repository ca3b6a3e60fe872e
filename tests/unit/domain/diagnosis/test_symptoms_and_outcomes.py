from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.domain.diagnosis import Story
from bot.domain.diagnosis.intervals import EARLIEST, LATEST
from bot.domain.events import Agent
from bot.domain.rooms import PeerStats
from tests.support.reports.call_builders import (
    CHROME,
    at,
    crowd,
    event,
    only,
    peer,
    session,
    told,
    track,
)

NEWER = replace(CHROME, sdk_version="0.13.0")
DEPENDS = "x. Could not recover all of it's required dependencies - [SignalDisconnect]"


def _by_first(stories: tuple[Story, ...], name: str) -> Story:
    return next(one for one in stories if name in one.event_ids)


@pytest.mark.parametrize(
    ("start", "linked"), [(15, True), (-2, True), (15.001, False), (-2.001, False)]
)
def test_starting_within_15_seconds_of_a_lost_signal(start: float, *, linked: bool) -> None:
    found = told(event("lost", 60, "disconnected", 1003), event("pub", 60 + start, "publish", 4005))
    cause = _by_first(found.stories, "lost").id if linked else None
    assert _by_first(found.stories, "pub").symptom_of == cause


def test_the_text_names_the_cause_however_late() -> None:
    found = told(
        event("lost", 0, "disconnected", 1003),
        event("pub", 40, "subscribe", 4005, error_description=DEPENDS, is_terminal=True),
    )
    assert _by_first(found.stories, "pub").symptom_of == _by_first(found.stories, "lost").id


@pytest.mark.parametrize(("gap", "outcome"), [(60, "gave_up"), (60.001, "unknown")])
def test_followed_within_a_minute_by_giving_up(gap: float, outcome: str) -> None:
    found = told(
        event("lost", 0, "disconnected", 1003),
        event("token", gap, "disconnected", 401, is_terminal=True, action="INIT"),
    )
    lost, token = (_by_first(found.stories, name) for name in ("lost", "token"))
    assert lost.outcome == outcome
    assert lost.symptom_of == (token.id if outcome == "gave_up" else None)
    assert found.verdict.cls == "app"


def test_what_ended_in_another_failure_shares_its_end() -> None:
    found = told(
        event("first", 0, "connect", 1000),
        event("second", 20, "connect", 500, is_terminal=True),
        sessions=(session(peer("ann", 30)),),
    )
    assert {one.outcome for one in found.stories} == {"recovered"}


@pytest.mark.parametrize(("stayed", "outcome"), [(60.001, "recovered"), (60, "left"), (0, "left")])
def test_staying_on_proves_and_leaving_does_not(stayed: float, outcome: str) -> None:
    story = only(
        event("a", 100, "publish", 4006), sessions=(session(peer("ann", 0, 100 + stayed)),)
    )
    assert story.outcome == outcome


@pytest.mark.parametrize(
    ("kind", "code", "stayed", "outcome"),
    [
        ("disconnected", 1003, 120.001, "recovered"),
        ("disconnected", 1003, 120, "gave_up"),
        ("subscribe", 4005, 600, "gave_up"),
    ],
)
def test_the_session_beats_the_terminal_flag_but_not_for_media(
    kind: str, code: int, stayed: float, outcome: str
) -> None:
    story = only(
        event("a", 100, kind, code, is_terminal=True),
        sessions=(session(peer("ann", 0, 100 + stayed)),),
    )
    assert story.outcome == outcome


@pytest.mark.parametrize(("joined", "outcome"), [(600, "recovered"), (600.001, "gave_up")])
def test_a_later_join_counts_within_10_minutes(joined: float, outcome: str) -> None:
    story = only(
        event("a", 0, "connect", 503, is_terminal=True),
        sessions=(session(peer("ann", joined, suffix="-2")),),
    )
    assert story.outcome == outcome
    assert story.evidence.removeprefix("final; ") == "joined 10 min later"


def test_a_later_call_does_not_say_that_somebody_joined_this_one_again() -> None:
    lost = event("a", 60, "disconnected", 1003, is_terminal=True, session_id="s1")
    next_call = replace(session(peer("ann", 5000, 6000, "-2"), ends=6000), id="s2")
    story = only(lost, sessions=(session(peer("ann", 0, 70), *crowd(2)), next_call))
    assert story.evidence == "final; not seen again"
    back = session(peer("ann", 0, 70), peer("ann", 1260, suffix="-2"), *crowd(2))
    assert only(lost, sessions=(back, next_call)).evidence == "final; joined again 20 min later"


@pytest.mark.parametrize(
    ("kind", "code", "left", "evidence"),
    [
        ("publish", 6002, 181, "final; stayed in the call"),
        ("publish", 6002, 179, "final; not seen again"),  # a silent peer is listed for a while
        ("disconnected", 1003, 179, "final; not seen again"),
    ],
)
def test_staying_is_said_only_of_somebody_who_was_connected(
    kind: str, code: int, left: float, evidence: str
) -> None:
    failure = event("a", 60, kind, code, is_terminal=True, session_id="s1")
    call = session(peer("ann", 0, left), *crowd(2), ends=None)
    assert only(failure, sessions=(call,)).evidence == evidence


VIDEO = {"error_message": "User denied permission - video"}


@pytest.mark.parametrize(
    ("sign", "outcome"),
    [
        (track(30, "add", "video", mute=False), "recovered"),
        (track(30, "add", "video", mute=True), "blocked"),
        (track(30, "add", "video"), "blocked"),
        (track(30, "update", "video", mute=False), "recovered"),
        (track(30, "update", "video", mute=True), "blocked"),
        (track(30, "add", "audio", mute=False), "blocked"),
        (track(30, "add", "video", mute=False, source="screen"), "blocked"),
        (track(30, "remove", "video"), "blocked"),
        (track(-30, "add", "video", mute=False), "blocked"),
        (track(30, "add", "video", mute=False, who="bob"), "blocked"),
    ],
)
def test_a_device_needs_its_own_medium_back(sign: Any, outcome: str) -> None:
    story = only(
        event("a", 0, "publish", 3001, **VIDEO), tracks=(sign,), sessions=(session(peer("ann")),)
    )
    assert story.outcome == outcome


def test_both_media_must_come_back_if_both_failed() -> None:
    denied = event("a", 0, "publish", 3001, error_message="denied - audio, video")
    sound = track(10, "add", "audio", mute=False)
    picture = track(14, "add", "video", mute=False)
    assert only(denied, tracks=(sound,)).outcome == "blocked"
    story = only(denied, tracks=(sound, picture))
    assert (story.outcome, story.evidence) == ("recovered", "sent video again 14 s later")


@pytest.mark.parametrize(
    ("kind", "stats", "outcome"),
    [
        ("publish", PeerStats("p-ann", "s1", published=(at(30),)), "recovered"),
        ("publish", PeerStats("p-ann", "s1", received=(at(30),)), "unknown"),
        ("subscribe", PeerStats("p-ann", "s1", received=(at(30),)), "recovered"),
        ("subscribe", PeerStats("p-ann", "s1", published=(at(30),)), "unknown"),
    ],
)
def test_samples_prove_the_way_they_flow(kind: str, stats: PeerStats, outcome: str) -> None:
    assert only(event("a", 0, kind, 4003), stats=(stats,)).outcome == outcome


@pytest.mark.parametrize(
    ("kind", "code", "facts", "outcome"),
    [
        ("publish", 3002, {}, "blocked"),
        ("publish", 3001, {"error_message": "denied - screen"}, "unknown"),
        ("publish", 3011, {"error_message": "denied - screen"}, "blocked"),
        ("publish", None, {"error_name": "NotReadableError"}, "blocked"),
        ("publish", None, {"error_name": "TypeError"}, "unknown"),
        ("connect", 2003, {}, "unknown"),
        ("connect", 2003, {"agent": NEWER}, "blocked"),
        ("connect", 2003, {"agent": Agent()}, "blocked"),
        ("connect", 429, {}, "unknown"),
        ("connect", None, {"error_name": "TypeError", "error_message": "Load failed"}, "blocked"),
        ("connect", 2003, {"is_terminal": True}, "gave_up"),
        ("connect", 404, {}, "blocked"),
        ("publish", 4003, {}, "unknown"),
        ("connect", 1000, {}, "unknown"),
        ("join", 6013, {"error_message": "leave called before join could complete"}, "left"),
    ],
)
def test_blocked_by_nature(
    kind: str, code: int | None, facts: dict[str, Any], outcome: str
) -> None:
    story = only(event("a", 0, kind, code, **facts))
    assert story.outcome == outcome
    assert story.evidence


@pytest.mark.parametrize(("terminal", "outcome"), [(True, "gave_up"), (False, "unknown")])
def test_stamped_after_leaving_is_never_left(outcome: str, *, terminal: bool) -> None:
    late = event("a", 700, "disconnected", 1003, is_terminal=terminal)
    assert only(late, sessions=(session(peer("ann", 0, 690)),)).outcome == outcome


def test_a_running_call_counts_up_to_now() -> None:
    held = session(peer("ann", 0, None), ends=None)
    lost = event("a", 100, "disconnected", 1003)
    assert only(lost, sessions=(held,), now=at(161)).outcome == "recovered"
    assert only(lost, sessions=(held,), now=at(160)).outcome == "unknown"


def test_a_call_that_ended_nobody_knows_when_did_not_go_on() -> None:
    over = replace(session(peer("ann", 0, None), ends=None), active=False)
    assert only(event("a", 100, "disconnected", 1003), sessions=(over,)).outcome == "unknown"


def test_symptoms_do_not_weigh() -> None:
    found = told(
        event("lost", 0, "disconnected", 1003, is_terminal=True),
        event("mic", 2, "publish", 3001, error_message="denied - audio"),
        sessions=(session(peer("ann", 0, 300), *crowd(3)),),
    )
    assert found.verdict.cls == "user_network"
    assert len(found.classes) == 1
    assert len(found.symptoms_of(_by_first(found.stories, "lost").id)) == 1


@pytest.mark.parametrize("moment", [EARLIEST, LATEST])
def test_stamps_at_the_ends_of_the_calendar_are_survived(moment: datetime) -> None:
    kinds = (("a", "publish", 4005), ("b", "disconnected", 1003), ("c", "subscribe", 4005))
    rows = [event(name, 0, kind, code, error_message=DEPENDS) for name, kind, code in kinds]
    there = [replace(row, at=moment, stamp=moment.isoformat()) for row in rows]
    found = told(*there, sessions=(session(peer("ann", 0)),), tracks=(track(9, "add", "audio"),))
    assert len(found.stories) == 3
