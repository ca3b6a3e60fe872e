"""Errors over time against people in the room."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.events import ErrorEvent
from bot.domain.rooms import Peer, Session
from bot.render.error_chart import COLUMNS, build_columns
from bot.slack.sending.format_fallback import as_classic_blocks
from tests.support.reports.diagnosed_reports import RENDERER, of_scenario
from tests.support.reports.plain_reports import failure
from workbench.pretend_slack.limits import check_message

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def event(seconds: float) -> ErrorEvent:
    return replace(failure(1), id=f"e{seconds}", at=NOON + timedelta(seconds=seconds))


@given(st.lists(st.integers(0, 30 * 86_400), min_size=1, max_size=60))
def test_every_error_is_in_one_column(seconds: list[int]) -> None:
    columns = build_columns([event(at) for at in seconds], ())
    assert sum(one.errors for one in columns) == len(seconds)
    assert len(columns) <= COLUMNS
    assert columns[0].errors
    assert columns[-1].errors
    assert len({one.label for one in columns}) == len(columns)


def test_people_are_counted_while_they_are_there() -> None:
    stays = {
        "a": Peer("a", user_id="u", joined_at=NOON, left_at=NOON + timedelta(seconds=20)),
        "b": Peer("b", user_id="u", joined_at=NOON + timedelta(seconds=30)),
        "c": Peer("c", joined_at=NOON + timedelta(seconds=41)),
    }
    session = Session("s", "r", "main", created_at=NOON, peers=stays)
    columns = build_columns([event(at) for at in range(0, 60, 5)], (session,))
    assert [one.people for one in columns] == [1, 1, 1, 1, 1, 0, 1, 1, 2, 2, 2, 2]


def test_a_chart_for_what_concerns_the_room() -> None:
    message = RENDERER.error_chart(of_scenario("service-outage-in-three-guises"))
    assert message is not None
    assert check_message({"text": message.text, "blocks": list(message.blocks)}) == []
    chart = next(one for one in message.blocks if one["type"] == "data_visualization")["chart"]
    errors = next(one for one in chart["series"] if one["name"] == "errors")
    assert sum(point["value"] for point in errors["data"]) == 7
    assert [point["label"] for point in errors["data"]] == chart["axis_config"]["categories"]


def test_its_classic_form_has_every_number() -> None:
    message = RENDERER.error_chart(of_scenario("service-outage-in-three-guises"))
    assert message is not None
    words = str(as_classic_blocks(message).blocks)
    assert "10:10:00: errors 1, people in the room 7" in words
    assert "data_visualization" not in words


@pytest.mark.parametrize("name", ["story-retry-pair", "people-one-of-two-hundred"])
def test_no_chart_for_a_person_or_two(name: str) -> None:
    assert RENDERER.error_chart(of_scenario(name)) is None
