"""The words of `watch`: the target, the end and its zone, and `notify me`."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.parsing.watch_command import WatchCommand, parse_watch

NOW = datetime(2026, 3, 10, 16, 30, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("for 90s", 90),
        ("for 90 seconds", 90),
        ("for 2h", 7200),
        ("for 2 hours", 7200),
        ("for the next 30 min", 1800),
        ("for an hour", 3600),
        ("for half an hour", 1800),
        ("for 1h 30m", 5400),
        ("for 1h and 30s", 3630),
        ("for 3 days", 259_200),
    ],
)
def test_a_length_counts_from_now(words: str, seconds: int) -> None:
    until = NOW + timedelta(seconds=seconds)
    assert parse_watch(f"standup {words}", NOW) == WatchCommand("standup", until)
    assert parse_watch(f"{words} standup, notify me", NOW) == WatchCommand("standup", until, True)


@pytest.mark.parametrize(
    ("words", "zone", "until", "zoned"),
    [
        ("until 18:00", UTC, datetime(2026, 3, 10, 18, tzinfo=UTC), False),
        ("until 18:00", OSLO, datetime(2026, 3, 10, 17, tzinfo=UTC), False),
        ("until 18:00 UTC", OSLO, datetime(2026, 3, 10, 18, tzinfo=UTC), True),
        ("until 6pm CET", UTC, datetime(2026, 3, 10, 17, tzinfo=UTC), True),
        ("till 16:00", UTC, datetime(2026, 3, 11, 16, tzinfo=UTC), False),
        ("until 17:00", OSLO, datetime(2026, 3, 11, 16, tzinfo=UTC), False),
        ("until tomorrow 9am", UTC, datetime(2026, 3, 11, 9, tzinfo=UTC), False),
        ("until Friday", UTC, datetime(2026, 3, 14, tzinfo=UTC), False),
        ("until Wed 10:00", OSLO, datetime(2026, 3, 11, 9, tzinfo=UTC), False),
        ("until Tuesday 10:00", UTC, datetime(2026, 3, 17, 10, tzinfo=UTC), False),
        ("until 12 Mar 10:00 CET", UTC, datetime(2026, 3, 12, 9, tzinfo=UTC), True),
        ("until Mar 15", UTC, datetime(2026, 3, 16, tzinfo=UTC), False),
        ("until the 12th", UTC, datetime(2026, 3, 13, tzinfo=UTC), False),
    ],
)
def test_a_time_of_day_is_the_next_one_in_its_zone(
    words: str, zone: ZoneInfo, until: datetime, *, zoned: bool
) -> None:
    expected = WatchCommand("standup", until, zoned=zoned)
    assert parse_watch(f"standup {words}", NOW, zone) == expected
    notified = WatchCommand("standup", until, True, zoned)
    assert parse_watch(f"standup {words} notify me", NOW, zone) == notified


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("", ""),
        ("standup", "standup"),
        ("marta in standup", "marta in standup"),
        ("standup public", "standup public"),
        ("waiting-for-godot", "waiting-for-godot"),
    ],
)
def test_without_a_time_there_is_no_end(text: str, question: str) -> None:
    assert parse_watch(text, NOW) == WatchCommand(question)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("standup until yellow", "I couldn't read the time “yellow” after `until`."),
        ("standup for ever", "I couldn't read the time “ever” after `for`."),
        ("standup for <!channel>", "I couldn't read the time after `for`."),
        ("standup for 0m", "That time has no length."),
        ("standup for 999999999 weeks", "That time is too long to watch."),
        ("standup until yesterday", "That time has passed already."),
        ("standup until last Friday", "That time has passed already."),
        ("standup until 10 Mar 9:00", "That time has passed already."),
        ("standup until 9 Mar", "That time has passed already."),
    ],
)
def test_a_time_that_cannot_be_used_is_named(text: str, complaint: str) -> None:
    assert parse_watch(text, NOW).complaint == complaint


@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    command = parse_watch(f"standup {text}", NOW)
    assert command.until is None or command.until > NOW
