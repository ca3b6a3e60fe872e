"""The optional words of a question."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.domain.events import ERROR_TYPES
from bot.domain.parsing import parse_query
from bot.domain.query import Identifier, IdentifierKind

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
STORM = (Identifier(IdentifierKind.NAME, "storm"),)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "since"),
    [
        ("since 2h", "2026-05-20T10:00"),
        ("since 90m", "2026-05-20T10:30"),
        ("since 1h30m", "2026-05-20T10:30"),
        ("since 3d", "2026-05-17T12:00"),
        ("since 1w", "2026-05-13T12:00"),
        ("since 40d", "2026-04-10T12:00"),
        ("since: 2h", "2026-05-20T10:00"),
        ("since=2h", "2026-05-20T10:00"),
        ("--since 2h", "2026-05-20T10:00"),
        ("SINCE 2H", "2026-05-20T10:00"),
        ("since 2 hours ago", "2026-05-20T10:00"),
        ("since 2026-05-01", "2026-05-01T00:00"),
        ("since 2026-05-01T10:00", "2026-05-01T10:00"),
        ("since 2026-05-01T10:00Z", "2026-05-01T10:00"),
        ("since 2026-05-01 10:00:30", "2026-05-01T10:00:30"),
        ("since 2026-05-01T10:00+02:00", "2026-05-01T08:00"),
        ("since 10:00", "2026-05-20T10:00"),
        ("since 9:05 UTC", "2026-05-20T09:05"),
        ("since 13:00", "2026-05-19T13:00"),
        ("since today", "2026-05-20T00:00"),
        ("since yesterday", "2026-05-19T00:00"),
        ("last 3d", "2026-05-17T12:00"),
        ("last 2 hours", "2026-05-20T10:00"),
        ("last hour", "2026-05-20T11:00"),
        ("past week", "2026-05-13T12:00"),
        ("since week", "2026-05-13T12:00"),
    ],
)
def test_since_is_read(words: str, since: str) -> None:
    for text in (f"storm {words}", f"{words} storm", f"room storm {words}."):
        question = parse_query(text, NOW)
        assert question.clues == STORM
        assert question.since == _at(since)
        assert question.remarks == ()


@pytest.mark.parametrize(
    ("words", "until"),
    [
        ("until 2h", "2026-05-20T10:00"),
        ("until 2026-05-01T10:00", "2026-05-01T10:00"),
        ("until 2026-05-01", "2026-05-01T23:59:59.999999"),
        ("until yesterday", "2026-05-19T23:59:59.999999"),
        ("till 10:00", "2026-05-20T10:00"),
        ("until now", "2026-05-20T12:00"),
    ],
)
def test_until_is_read(words: str, until: str) -> None:
    question = parse_query(f"storm {words}", NOW)
    assert (question.clues, question.until, question.since) == (STORM, _at(until), None)


def test_a_clock_time_is_utc_wherever_the_asker_is() -> None:
    away = NOW.astimezone(timezone(timedelta(hours=9)))
    assert parse_query("storm since 10:00", away).since == _at("2026-05-20T10:00")


@pytest.mark.parametrize(
    ("words", "types"),
    [
        ("type join", ["client.join.failed"]),
        ("type disconnected", ["client.disconnected"]),
        ("type disconnect", ["client.disconnected"]),
        ("type: connect", ["client.connect.failed"]),
        ("types=publish,subscribe", ["client.publish.failed", "client.subscribe.failed"]),
        ("type subscribe type publish", ["client.publish.failed", "client.subscribe.failed"]),
        ("type Publish, Join", ["client.publish.failed", "client.join.failed"]),
        ("type client.join.failed", ["client.join.failed"]),
        ("type client.disconnected", ["client.disconnected"]),
        ("", list(ERROR_TYPES)),
    ],
)
def test_types_are_read(words: str, types: list[str]) -> None:
    question = parse_query(f"storm {words}", NOW)
    assert (question.clues, list(question.types)) == (STORM, types)
    assert question.remarks == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("storm since yesterday-ish", "yesterday-ish"),
        ("storm since 2026-02-30", "2026-02-30"),
        ("storm since 25:00", "25:00"),
        ("storm until soon", "soon"),
        ("storm since", "`since`"),
        ("storm last fortnight", "fortnight"),
        ("storm last 3x", "3x"),
        ("storm tomorrow", "tomorrow"),
        ("storm at 13pm", "13pm"),
        ("storm 05/06", "05/06"),
        ("storm type join,jion", "Did you mean `join`?"),
        ("storm type foo", "foo"),
        ("storm type join,foo", "foo"),
        ("storm since 999999999d", "999999999d"),
        ("storm since 2099-01-01", "ahead"),
        ("storm since 1h until 2h", "later"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_goes_on(text: str, told: str) -> None:
    question = parse_query(text, NOW)
    assert question.clues == STORM
    assert question.complaint is None
    assert told in question.remarks[0]
    assert "`" in question.remarks[0]


def test_english_is_no_option() -> None:
    text = "what type of error was the last one in 65af0000aa11bb22cc33dd44?"
    question = parse_query(text, NOW)
    assert question.remarks == ()
    assert len(question.clues) == 1


@pytest.mark.parametrize("text", ["", "  ", "help", "HELP", "<@U1> help", "help!", "private help"])
def test_help(text: str) -> None:
    question = parse_query(text, NOW)
    assert question.help
    assert question.clues == ()


@pytest.mark.parametrize("text", ["room help", "help 65af0000aa11bb22cc33dd44", "since 2h"])
def test_no_help(text: str) -> None:
    assert not parse_query(text, NOW).help


@pytest.mark.parametrize(
    "text", ["storm private", "private storm", "storm (private)", "PRIVATE storm"]
)
def test_private(text: str) -> None:
    question = parse_query(text, NOW)
    assert question.private
    assert question.clues == STORM


@pytest.mark.parametrize("text", ["storm public", "Public, storm", "storm --public private"])
def test_public(text: str) -> None:
    question = parse_query(text, NOW)
    assert question.public
    assert question.clues == STORM
    assert question.private is ("private" in text)


@pytest.mark.parametrize("text", ["room public", "public-room", "storm"])
def test_not_public(text: str) -> None:
    assert not parse_query(text, NOW).public


@pytest.mark.parametrize("text", ["room private", "room:private", "private-room", "storm"])
def test_not_private(text: str) -> None:
    assert not parse_query(text, NOW).private
