"""People failing over time against people in the call."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.diagnosis import Story
from bot.domain.events import ErrorEvent
from bot.domain.rooms import Peer, Session
from bot.render.error_chart import COLUMNS, build_columns
from bot.slack.sending.format_fallback import as_classic_blocks
from tests.support.events import change_event
from tests.support.reports.diagnosed_reports import RENDERER, diagnosed, of_scenario
from tests.support.reports.plain_reports import failure, report
from workbench.pretend_slack.limits import check_message

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def story(seconds: float, number: int = 0, length: float = 0) -> Story:
    """A failure of one person; each `number` is another person."""
    first = failure(number, at=NOON + timedelta(seconds=seconds))
    last = failure(number, id="last", at=NOON + timedelta(seconds=seconds + length))
    [found] = diagnosed(report(failure(number))).diagnosis.stories  # type: ignore[union-attr]
    return replace(found, rows=(first, last))


@given(st.lists(st.integers(0, 30 * 86_400), min_size=1, max_size=40))
def test_every_person_who_fails_is_in_a_column(seconds: list[int]) -> None:
    base = story(0)
    stories = [
        replace(
            base,
            person=replace(base.person, key=str(number)),
            rows=(replace_time(base.rows[0], at),),
        )
        for number, at in enumerate(seconds)
    ]
    columns = build_columns(stories, ())
    assert sum(one.failing for one in columns) == len(seconds)
    assert len(columns) <= COLUMNS
    assert len({one.label for one in columns}) == len(columns)


def replace_time(event: ErrorEvent, seconds: int) -> ErrorEvent:
    return change_event(event, at=NOON + timedelta(seconds=seconds))


def test_a_person_counts_once_a_minute_for_as_long_as_they_fail() -> None:
    columns = build_columns([story(0, 1, 130), story(5, 1), story(65, 2)], ())
    assert [(one.label, one.failing) for one in columns] == [
        ("11:58", 0),
        ("11:59", 0),
        ("12:00", 1),
        ("12:01", 2),
        ("12:02", 1),
        ("12:03", 0),
        ("12:04", 0),
    ]


def test_people_are_counted_while_they_are_there() -> None:
    minute = timedelta(minutes=1)
    stays = {
        "a": Peer("a", user_id="u", joined_at=NOON, left_at=NOON + minute / 2),
        "b": Peer("b", user_id="u", joined_at=NOON + 2.2 * minute),
        "c": Peer("c", joined_at=NOON + 3.5 * minute),
    }
    session = Session("s", "r", "main", created_at=NOON, peers=stays)
    columns = build_columns([story(0, 1, 180)], (session,))
    assert [one.people for one in columns] == [0, 0, 1, 0, 1, 2, 2, 2]


def test_a_chart_for_what_concerns_the_room() -> None:
    message = RENDERER.error_chart(of_scenario("service-outage-in-three-guises"))
    assert message is not None
    assert check_message({"text": message.text, "blocks": list(message.blocks)}) == []
    chart = next(one for one in message.blocks if one["type"] == "data_visualization")["chart"]
    failing = next(one for one in chart["series"] if one["name"] == "failing")
    assert sum(point["value"] for point in failing["data"]) == 7
    assert [point["label"] for point in failing["data"]] == chart["axis_config"]["categories"]


def test_its_classic_form_has_every_number() -> None:
    message = RENDERER.error_chart(of_scenario("service-outage-in-three-guises"))
    assert message is not None
    words = str(as_classic_blocks(message).blocks)
    assert "10:10: failing 7, in the call 7" in words
    assert "data_visualization" not in words


@pytest.mark.parametrize("name", ["story-retry-pair", "people-one-of-two-hundred"])
def test_no_chart_for_a_person_or_two(name: str) -> None:
    assert RENDERER.error_chart(of_scenario(name)) is None
