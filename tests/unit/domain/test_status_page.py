"""An incident of a status page is compared with the time of a failure."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.status_page import Incident, find_incident, find_new_incident

POSTED = datetime(2025, 10, 11, 20, 40, tzinfo=UTC)
LATE = Incident(
    "late",
    "Users were unable to join",
    "https://stspg.io/late",
    POSTED,
    POSTED,
    POSTED,
    "a spike in the peer join failure metric between 17:05 and 18:15 UTC",
)


def at(hour: int, minute: int) -> datetime:
    return POSTED.replace(hour=hour, minute=minute)


@pytest.mark.parametrize(
    ("first", "last", "named"),
    [
        (at(17, 30), at(17, 40), True),
        (at(18, 15), at(18, 20), True),
        (at(18, 16), at(18, 20), False),
        (at(16, 50), at(17, 4), False),
        (at(20, 30), at(20, 31), True),
    ],
)
def test_the_hours_of_an_incidents_text_count(
    first: datetime, last: datetime, *, named: bool
) -> None:
    assert bool(find_incident([LATE], first, last).name) == named


def test_an_incident_covers_a_quarter_of_an_hour_before_it_was_posted() -> None:
    incident = Incident("one", "Outage", "", at(10, 0), at(10, 0), at(11, 0))
    assert find_incident([incident], at(9, 40), at(9, 45)).name
    assert not find_incident([incident], at(9, 40), at(9, 44)).name
    assert not find_incident([incident], at(11, 1), at(11, 2)).name


def test_an_open_incident_has_no_end() -> None:
    incident = Incident("one", "Outage", "", at(10, 0), at(10, 0))
    assert find_incident([incident], at(19, 0), at(19, 1)).name == "Outage"


def test_only_an_incident_that_was_not_known_is_new() -> None:
    first, last = at(17, 30), at(17, 31)
    assert find_new_incident([LATE], ["late"], first, last).name == ""
    assert find_new_incident([LATE], [], first, last).link == "https://stspg.io/late"


def test_a_late_report_without_hours_counts_within_six_hours() -> None:
    silent = Incident("silent", "It is over", "", POSTED, POSTED, POSTED + timedelta(minutes=2))
    assert find_new_incident([silent], [], at(14, 40), at(14, 41)).name
    assert not find_new_incident([silent], [], at(14, 39), at(14, 41)).name
    assert not find_incident([silent], at(14, 40), at(14, 41)).name
