from dataclasses import replace

import pytest

from bot.domain.diagnosis.people import is_bot_role
from bot.domain.rooms import Peer
from tests.support.reports.call_builders import (
    CHROME,
    NO_PATH,
    at,
    event,
    only,
    peer,
    session,
    told,
)


def _guest(name: str, seconds: float, who: str, **facts: object) -> object:
    return event(name, seconds, "connect", 1000, peer_id=who, user_id=None, **facts)


def test_one_peer_id_is_one_person_even_where_the_user_id_is_missing() -> None:
    found = told(
        event("a", 0, "publish", 3001),
        event("b", 300, "connect", 1000, user_id=None, peer_id="P-ANN"),
    )
    assert {story.user_id for story in found.stories} == {"ann"}
    assert found.people.affected == 1


@pytest.mark.parametrize(
    ("other", "people"),
    [
        ({"user_name": " ANN "}, 1),
        ({"user_name": "Anna"}, 2),
        ({"user_name": None}, 2),
        ({"user_name": "Ann", "agent": replace(CHROME, os="web_Windows")}, 2),
        ({"user_name": "Ann", "agent": replace(CHROME, device_model="Edge_125.0.0.0")}, 2),
        ({"user_name": "Ann", "agent": replace(CHROME, device_model=None)}, 2),
    ],
)
def test_name_and_device_join_peers_without_user_id(other: dict[str, object], people: int) -> None:
    found = told(_guest("a", 0, "p-1", user_name="Ann"), _guest("b", 300, "p-2", **other))  # type: ignore[arg-type]
    assert found.people.affected == people
    if people == 1:
        assert found.stories[0].person.confidence < 1


@pytest.mark.parametrize(("joined", "people"), [(600, 1), (599, 2)])
def test_namesakes_in_a_session_together_are_two(joined: float, people: int) -> None:
    first = Peer("p-1", "Ann", None, "guest", at(0), at(600))
    second = Peer("p-2", "Ann", None, "guest", at(joined), at(1200))
    found = told(
        _guest("a", 10, "p-1", user_name="Ann"),  # type: ignore[arg-type]
        _guest("b", 700, "p-2", user_name="Ann"),  # type: ignore[arg-type]
        sessions=(session(first, second),),
    )
    assert found.people.affected == people


@pytest.mark.parametrize(
    ("role", "bot"),
    [("__internal_recorder", True), ("Recorder Bot", True), ("recorder-fan", False), (None, False)],
)
def test_recorders_are_known_by_role(role: str | None, *, bot: bool) -> None:
    assert is_bot_role(role) is bot


def test_a_bot_has_stories_but_is_nobody() -> None:
    found = told(
        event("a", 0, "disconnected", 1003, role="__internal_recorder", is_terminal=True),
        sessions=(session(peer("bob")),),
    )
    assert found.stories[0].bot
    assert (found.verdict.cls, found.people.affected, found.people.in_room) == ("none", 0, 1)


def test_a_recorder_of_a_persons_user_id_and_no_peer_id_is_not_that_person() -> None:
    found = told(
        event("a", 0, "publish", 3001),
        event("b", 300, "connect", 1000, peer_id=None, role="__internal_recorder"),
    )
    assert [story.bot for story in found.stories] == [False, True]
    assert found.people.affected == 1


@pytest.mark.parametrize(("gap", "stories"), [(120, 1), (120.001, 2)])
def test_a_story_ends_after_120_seconds(gap: float, stories: int) -> None:
    found = told(event("a", 0, "connect", 1000), event("b", gap, "connect", 1000))
    assert len(found.stories) == stories


@pytest.mark.parametrize(
    ("facts", "stories"),
    [({"action": "init"}, 1), ({"action": "JOIN"}, 2), ({"peer_id": "p-9", "session_id": "s9"}, 1)],
)
def test_what_tells_stories_apart(facts: dict[str, object], stories: int) -> None:
    first = event("a", 0, "connect", 1000, action="INIT")
    second = event("b", 5, "connect", 1000, **{"action": "INIT", **facts})
    assert len(told(first, second).stories) == stories


def test_no_code_is_zero_and_shown_as_none() -> None:
    story = only(event("a", 0, "publish", None), event("b", 5, "publish", 0))
    assert (story.code, story.error_code, story.events) == (0, None, 2)


def test_a_story_keeps_what_was_reported() -> None:
    text = f"{NO_PATH}. [PublishIceConnectionFailed] Could not recover after 60123 milliseconds"
    story = only(
        event("a", 0, "publish", 4005, error_description=NO_PATH),
        event("b", 60, "publish", 4005, error_description=text, is_terminal=True),
    )
    assert story.event_ids == ("a", "b")
    assert story.retry_ms == 60123
    assert story.platform == "web"
    assert story.path == "never found a path: UDP probably blocked"
    assert (story.first_at, story.last_at, story.terminal) == (at(0), at(60), True)


def test_nanoseconds_decide_where_microseconds_are_equal() -> None:
    late = event("a", 0, "disconnected", 1003, is_terminal=True)
    late = replace(late, stamp="2026-11-02T10:00:00.0000004Z")
    early = replace(event("b", 0, "disconnected", 1003), stamp="2026-11-02T10:00:00Z")
    assert only(late, early).event_ids == ("b", "a")
