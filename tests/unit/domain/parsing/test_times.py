"""Times as people write them, and the window that each means."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.parsing import parse_query
from bot.domain.query import Identifier, IdentifierKind

NOW = datetime(2026, 11, 29, 21, 48, tzinfo=UTC)  # a Sunday
PEER = "52c06d19-dca7-5af6-8a23-9361fceb29f9"
STORM = (Identifier(IdentifierKind.NAME, "storm"),)

WINDOWS: list[tuple[str, str, str]] = [
    # the issue's own words
    ("since noon", "11-29 12:00", ""),
    ("yesterday", "11-28 00:00", "11-28 23:59"),
    ("this morning", "11-29 00:00", "11-29 11:59"),
    ("last night", "11-28 18:00", "11-29 05:59"),
    ("at 3pm", "11-29 14:30", "11-29 16:00"),
    ("14:00-15:00", "11-29 14:00", "11-29 15:00"),
    ("from 9 to 10am", "11-29 09:00", "11-29 10:00"),
    ("between 23:30 and 0:30", "11-28 23:30", "11-29 00:30"),
    ("9:30 am yesterday", "11-28 09:00", "11-28 10:30"),
    ("2 hours ago", "11-29 19:18", "11-29 20:48"),
    ("last week", "11-16 00:00", "11-22 23:59"),
    ("14:00 IST", "11-29 08:00", "11-29 09:30"),
    ("from 14:00 to 15:00 IST", "11-29 08:30", "11-29 09:30"),
    # spans
    ("14:00 \u2013 15:00", "11-29 14:00", "11-29 15:00"),
    ("14:00—15:00", "11-29 14:00", "11-29 15:00"),
    ("14:00 till 15:00", "11-29 14:00", "11-29 15:00"),
    ("10-11am", "11-29 10:00", "11-29 11:00"),
    ("from 11 to 1pm", "11-29 11:00", "11-29 13:00"),
    ("from 9pm to 11", "11-29 21:00", ""),
    ("between 9 and 10", "11-29 09:00", "11-29 10:00"),
    ("yesterday from 9 to 10", "11-28 09:00", "11-28 10:00"),
    ("10:00 to 11:00 yesterday", "11-28 10:00", "11-28 11:00"),
    ("on 2026-11-28 between 10:00 and 11:00", "11-28 10:00", "11-28 11:00"),
    ("from 22:00 yesterday to 2am today", "11-28 22:00", "11-29 02:00"),
    ("from 2 hours ago to 1 hour ago", "11-29 19:48", "11-29 20:48"),
    ("since 10am until 11am", "11-29 10:00", "11-29 11:00"),
    ("from monday to wednesday", "11-23 00:00", "11-25 23:59"),
    ("Friday 5pm to Monday 9am", "11-20 17:00", "11-23 09:00"),
    ("from Nov 5 to Nov 7", "11-05 00:00", "11-07 23:59"),
    ("from 2026-11-01 to 2026-11-05", "11-01 00:00", "11-05 23:59"),
    ("noon to 2pm", "11-29 12:00", "11-29 14:00"),
    ("0:00-24:00", "11-29 00:00", ""),
    ("yesterday from 2pm till 3pm", "11-28 14:00", "11-28 15:00"),
    # everyday words
    ("at half past nine", "11-29 09:00", "11-29 10:30"),
    ("quarter to 4", "11-29 03:15", "11-29 04:45"),
    ("quarter to one pm", "11-29 12:15", "11-29 13:45"),
    ("yday", "11-28 00:00", "11-28 23:59"),
    ("all of yesterday", "11-28 00:00", "11-28 23:59"),
    ("late last night", "11-28 18:00", "11-29 05:59"),
    ("earlier today", "11-29 00:00", ""),
    ("2h back", "11-29 19:18", "11-29 20:48"),
    ("approx. 3pm", "11-29 14:30", "11-29 16:00"),
    ("3pm-ish", "11-29 14:30", "11-29 16:00"),
    ("just before 3pm", "", "11-29 15:00"),
    ("10 in the morning", "11-29 09:30", "11-29 11:00"),
    ("7 this morning", "11-29 06:30", "11-29 08:00"),
    ("8 at night", "11-29 19:30", "11-29 21:00"),
    ("since an hour", "11-29 20:48", ""),
    ("28-11-2026", "11-28 00:00", "11-28 23:59"),
    ("at 10am in London", "11-29 09:30", "11-29 11:00"),
    ("10am Pacific", "11-29 17:30", "11-29 19:00"),
    # days
    ("today", "11-29 00:00", ""),
    ("the day before yesterday", "11-27 00:00", "11-27 23:59"),
    ("yesterday evening", "11-28 18:00", "11-28 23:59"),
    ("on Monday at 10", "11-23 09:30", "11-23 11:00"),
    ("on sunday", "11-29 00:00", ""),
    ("last sunday", "11-22 00:00", "11-22 23:59"),
    ("since monday", "11-23 00:00", ""),
    ("Nov 28 14:00", "11-28 13:30", "11-28 15:00"),
    ("on the 5th", "11-05 00:00", "11-05 23:59"),
    ("28th of November", "11-28 00:00", "11-28 23:59"),
    ("28/11 2pm", "11-28 13:30", "11-28 15:00"),
    ("2026/11/28", "11-28 00:00", "11-28 23:59"),
    ("5th november 2026, 14:00 IST", "11-05 08:00", "11-05 09:30"),
    ("3 days ago", "11-26 00:00", "11-26 23:59"),
    ("since last week", "11-16 00:00", ""),
    ("this week", "11-23 00:00", ""),
    ("last month", "10-01 00:00", "10-31 23:59"),
    # times of day
    ("at 12am", "11-28 23:30", "11-29 01:00"),
    ("at 12pm", "11-29 11:30", "11-29 13:00"),
    ("since midnight", "11-29 00:00", ""),
    ("at 16h30", "11-29 16:00", "11-29 17:30"),
    ("at 14h", "11-29 13:30", "11-29 15:00"),
    ("since 14h", "11-29 07:48", ""),
    ("at 10 tonight", "11-28 21:30", "11-28 23:00"),
    ("last night at 11", "11-28 22:30", "11-29 00:00"),
    ("at 2am last night", "11-29 01:30", "11-29 03:00"),
    ("8:00 p.m. yesterday", "11-28 19:30", "11-28 21:00"),
    ("23:59:59", "11-28 23:29", "11-29 00:59"),
    ("before noon", "", "11-29 12:00"),
    ("after 3pm", "11-29 15:00", ""),
    # lengths
    ("last 30 minutes", "11-29 21:18", ""),
    ("past hour", "11-29 20:48", ""),
    ("in the last two hours", "11-29 19:48", ""),
    ("in the last hour", "11-29 20:48", ""),
    ("half an hour ago", "11-29 20:48", ""),
    ("a couple of hours ago", "11-29 19:18", "11-29 20:48"),
    ("last 1 hour 30 minutes", "11-29 20:18", ""),
    ("within 1h", "11-29 20:48", ""),
    ("@ 3pm", "11-29 14:30", "11-29 16:00"),
    ("between 3pm & 4pm", "11-29 15:00", "11-29 16:00"),
    ("today 10-11", "11-29 10:00", "11-29 11:00"),
    ("noon-1pm", "11-29 12:00", "11-29 13:00"),
    ("nov 28th at 10 in the morning", "11-28 09:30", "11-28 11:00"),
    ("past month", "10-30 21:48", ""),
    ("during the last 3 days", "11-26 21:48", ""),
    ("11pm-1am yesterday", "11-28 23:00", "11-29 01:00"),
    ("on Friday, 27 November", "11-27 00:00", "11-27 23:59"),
    ("Sat 28 Nov 3pm", "11-28 14:30", "11-28 16:00"),
    ("27/11/26 14:00", "11-27 13:30", "11-27 15:00"),
    ("15:15 hrs IST", "11-29 09:15", "11-29 10:45"),
    ("1515 hrs", "11-29 14:45", "11-29 16:15"),
    ("12 noon", "11-29 11:30", "11-29 13:00"),
    # zones
    ("14:00 europe/berlin", "11-29 12:30", "11-29 14:00"),
    ("10am my time", "11-29 09:30", "11-29 11:00"),
    ("2:30pm PST", "11-28 22:00", "11-28 23:30"),
    ("14:00 to 15:00 PST", "11-28 22:00", "11-28 23:00"),
    ("5pm Eastern time", "11-28 21:30", "11-28 23:00"),
    ("at 12:30 pm (IST)", "11-29 06:30", "11-29 08:00"),
    ("around 3pm Asia/Kolkata", "11-29 09:00", "11-29 10:30"),
    ("14:00 UTC+2", "11-29 11:30", "11-29 13:00"),
    ("14:00+05:30", "11-29 08:00", "11-29 09:30"),
    ("yesterday morning IST", "11-27 18:30", "11-28 06:29"),
    ("2026-11-01T10:00-05:00", "11-01 14:30", "11-01 16:00"),
]


def _shown(moment: datetime | None) -> str:
    return f"{moment:%m-%d %H:%M}" if moment else ""


@pytest.mark.parametrize(("words", "since", "until"), WINDOWS)
def test_a_time_in_words_is_a_window(words: str, since: str, until: str) -> None:
    # What `at 10 tonight` and `yesterday morning IST` mean depends on the hour: see NOW.
    now = NOW if "tonight" not in words and words != "yesterday morning IST" else EARLY
    for text in (f"storm {words}", f"{words} storm", f"room storm {words}?"):
        question = parse_query(text, now)
        assert question.clues == STORM
        assert (_shown(question.since), _shown(question.until)) == (since, until)
        assert question.remarks == ()


EARLY = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "room yesterday", "room: yesterday", '"yesterday"', "in yesterday", "math-9-10",
        "9am-class", "standup-14:00", "10.30", "v1.2.3", "sunday-school", "room named today",
    ],
)  # fmt: skip
def test_a_name_is_no_time(text: str) -> None:
    question = parse_query(text, NOW)
    assert question.clues
    assert (question.since, question.until) == (None, None)


def test_a_length_beside_a_single_thing_is_a_window() -> None:
    for text in ("storm 24h", "room storm 24h", f"{PEER} in storm 24h"):
        question = parse_query(text, NOW)
        assert STORM[0] in question.clues
        assert question.since == datetime(2026, 11, 28, 21, 48, tzinfo=UTC)


def test_the_length_of_a_call_is_named_beside_its_time() -> None:
    question = parse_query("storm from 3pm for 30 minutes", NOW)
    assert question.clues == STORM
    assert "30 minutes" in question.remarks[0]


@pytest.mark.parametrize("name", ["room-7", "half-past-nine", "yday-standup", "november", "24h"])
def test_a_name_that_sounds_like_a_time_stays_a_name(name: str) -> None:
    assert parse_query(f"room {name}", NOW).clues == (Identifier(IdentifierKind.NAME, name),)


@pytest.mark.parametrize(
    "text",
    [
        "4006 at 3 people in storm-1",
        '{"room_id":"65e1a3b34cba296674838f8b","timestamp":"2026-11-29T07:04:15Z"}',
        "room_id: 65e1a3b34cba296674838f8b\nat 07:04 UTC the alert fired\n2026-11-29 07:04 start",
    ],
)
def test_the_times_of_what_was_pasted_are_no_question(text: str) -> None:
    question = parse_query(text, NOW)
    assert (question.since, question.until) == (None, None)


def test_a_reading_is_told_with_its_zone() -> None:
    (told,) = parse_query("storm from 14:00 to 15:00 IST", NOW).readings
    assert told == "I read “from 14:00 to 15:00 IST” as from 2026-11-29 08:30 to 09:30 UTC."
    (told,) = parse_query("storm since noon", NOW).readings
    assert "as from 2026-11-29 12:00 UTC on" in told
    assert "a time without a zone is UTC" in told
    assert parse_query("storm since 2h", NOW).readings == ()


def test_without_a_zone_it_is_the_askers() -> None:
    question = parse_query("storm since noon", NOW, zone=ZoneInfo("Asia/Kolkata"))
    assert _shown(question.since) == "11-29 06:30"
    assert "your time zone, Asia/Kolkata" in question.readings[0]


@pytest.mark.parametrize(
    ("zone", "words", "since", "until"),
    [
        ("America/New_York", "from 1:30 to 3:30 on 2026-11-01", "11-01 05:30", "11-01 08:30"),
        ("America/New_York", "from 1:30 to 3:30 on 2026-03-08", "03-08 06:30", "03-08 07:30"),
        ("Europe/Berlin", "yesterday", "11-27 23:00", "11-28 22:59"),
    ],
)
def test_summer_time_ends_and_begins(zone: str, words: str, since: str, until: str) -> None:
    question = parse_query(f"storm {words}", NOW, zone=ZoneInfo(zone))
    assert (_shown(question.since), _shown(question.until)) == (since, until)


def test_a_year_ends() -> None:
    january = datetime(2027, 1, 1, 0, 30, tzinfo=UTC)
    question = parse_query("storm between 23:30 and 0:15", january)
    assert (question.since, question.until) == (
        datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
        datetime(2027, 1, 1, 0, 15, tzinfo=UTC),
    )
    assert parse_query("storm Dec 31", january).since == datetime(2026, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("storm sinse 2h", "“sinse”. Did you mean `since 2h`?"),
        ("storm sinse", "“sinse”. Did you mean `since 2h`?"),
        ("storm untill 10:00", "“untill”. Did you mean `until 10:00`?"),
        ("storm typ join", "“typ”. Did you mean `type join`?"),
        ("storm --publik", "“publik”. Did you mean `public`?"),
    ],
)
def test_b13_a_misspelt_option_is_named_with_the_one_meant(text: str, near: str) -> None:
    question = parse_query(text, NOW)
    assert question.clues == STORM
    assert question.remarks[0].startswith(f"I understood the room storm but not {near}")


def test_b13_a_misspelt_option_alone_is_named() -> None:
    question = parse_query("sinse 2h", NOW)
    assert question.complaint
    assert "“sinse”. Did you mean `since 2h`?" in question.complaint


def test_b13_a_wrong_type_is_named_with_the_right_ones() -> None:
    (remark,) = parse_query("storm type foo", NOW).remarks
    assert "the error type “foo”" in remark
    for name in ("join", "connect", "disconnected", "publish", "subscribe"):
        assert f"`{name}`" in remark


def test_who_nearly_wrote_private_is_answered_in_private() -> None:
    question = parse_query("storm privat", NOW)
    assert question.private
    assert "only you see this" in question.remarks[0]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("storm next monday", "next monday"),
        ("storm tomorrow at 10", "tomorrow"),
        ("storm a few minutes ago", "a few minutes ago"),
        ("storm recently", "recently"),
        ("storm at 15.00", "15.00"),
        ("storm weekend", "weekend"),
        ("storm 14:00 Europe/Nowhere", "14:00"),
        ("storm in November", "November"),
        ("storm right now", "right now"),
        ("storm last couple of hours", "couple"),
        ("storm past few days", "past few days"),
        ("storm 25:61 yesterday", "25:61"),
        ("storm 25:61", "25:61"),
    ],
)
def test_a_time_that_cannot_be_read_is_named(text: str, named: str) -> None:
    question = parse_query(text, NOW)
    assert question.clues == STORM
    assert (question.since, question.until) == (None, None)
    assert named in question.remarks[0]


@pytest.mark.parametrize(
    "text",
    [
        "why did storm fail at 14:00 IST?",
        "show me storm yesterday please",
        "storm failures today",
        "check storm from yesterday",
        "what happened in storm last night?",
    ],
)
def test_a_name_is_found_among_the_usual_words(text: str) -> None:
    question = parse_query(text, NOW)
    assert question.clues == STORM
    assert question.since


def test_without_a_clue_the_words_are_named() -> None:
    question = parse_query("customer says it is broken", NOW)
    assert "“customer says it is broken”" in (question.complaint or "")
