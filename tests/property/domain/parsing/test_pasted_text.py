"""What holds for every text that can be pasted."""

import base64
import json
import re
import uuid
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.parsing import find_identifiers, parse_query
from bot.domain.query import Identifier, IdentifierKind
from tests.support.examples import examples

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
APP = "https://acme.app.100ms.live"

hex_ids = st.text("0123456789abcdef", min_size=24, max_size=24)
uuids = st.uuids().map(str)
names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}[0-9]", fullmatch=True)
codes = st.from_regex(r"[a-z]{3}-[a-z]{3,4}-[a-z]{3}", fullmatch=True)
words = st.sampled_from(
    ["room", "Room:", "session", "peer=", "user", "user:", "code:", "in", "since", "2h", "last",
     "3d", "type", "join", "private", "help", "storm", '"', "'", "<", ">", "|", "&amp;", "`", "*",
     "_", "https://", APP, "/meeting/", "?token=", "eyJhbGciOi", ".", "\\n", "\u200b", "\u00a0",
     "<@U1>", "<mailto:", "100ms.live", "%", "[", "2026-05-01", "10:00", "\x00", "\x01", "\ud800"]
)  # fmt: skip
soups = st.lists(words | hex_ids | uuids | st.text(max_size=8), max_size=30).flatmap(
    lambda parts: st.sampled_from(["", " ", "\n"]).map(lambda gap: gap.join(parts))
)
wrappers = st.sampled_from(
    ["{}", " {} ", "`{}`", "```{}```", "*{}*", "_{}_", "~{}~", "<{}>", "&lt;{}&gt;", "“{}”",
     "\u2018{}\u2019", '"{}"', "'{}'", "({})",
     "[{}]", "{}.", "{},", "{}?", "{}!", "{}…", "\u00a0{}\u00a0",
     "\u200b{}\ufeff", "<@U12> {}", "{} <#C12|general>", "{};", "«{}»"]
)  # fmt: skip


def _token(payload: object, signature: bytes) -> str:
    parts = [json.dumps({"alg": "HS256"}).encode(), json.dumps(payload).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


@given(soups | st.text())
@example("https://[")
@example("since 99999-99-99 until 0000-00-00T99:99+99:99")
@example('{"' * 2000)
def test_any_text_is_read(text: str) -> None:
    for expect in (None, IdentifierKind.ROOM, IdentifierKind.PEER):
        question = parse_query(text, NOW, expect=expect)
        assert len(set(question.clues)) == len(question.clues)
        assert not (question.help and question.clues)
    for clue in (*find_identifiers(text), *parse_query(text, NOW).clues):
        assert clue.value
        assert len(clue.value) <= 256
        assert "\x00" not in clue.value
        assert "\x01" not in clue.value


@given(hex_ids, wrappers, wrappers)
def test_hex_ids_survive_wrappings(value: str, inner: str, outer: str) -> None:
    text = outer.format(inner.format(value))
    assert parse_query(text, NOW).clues == (Identifier(IdentifierKind.OBJECT, value),)
    assert find_identifiers(text) == (Identifier(IdentifierKind.OBJECT, value),)


@given(uuids, wrappers, wrappers)
def test_uuids_survive_wrappings(value: str, inner: str, outer: str) -> None:
    text = outer.format(inner.format(value.upper()))
    assert parse_query(text, NOW).clues == (Identifier(IdentifierKind.UUID, value.upper()),)
    assert find_identifiers(text) == (Identifier(IdentifierKind.UUID, value.upper()),)


@given(names, wrappers)
def test_names_survive_wrappings(value: str, wrapper: str) -> None:
    assert parse_query(wrapper.format(value), NOW).clues == (
        Identifier(IdentifierKind.NAME, value),
    )


@given(codes, wrappers, st.sampled_from(["", "/meeting", "/preview", "/streaming/meeting"]))
def test_links_survive_wrappings(code: str, wrapper: str, path: str) -> None:
    text = wrapper.format(f"{APP}{path}/{code}")
    assert parse_query(text, NOW).clues == (Identifier(IdentifierKind.CODE, code),)
    assert find_identifiers(text) == (Identifier(IdentifierKind.CODE, code),)


@given(hex_ids, hex_ids, uuids, codes, st.sampled_from([" ", "\n", ", ", " and ", " | "]))
def test_several_in_one_text_are_all_found(
    room: str, session: str, peer: str, code: str, gap: str
) -> None:
    text = gap.join([f"room {room}", f"session: {session}", f"peer_id={peer}", f"{APP}/{code}"])
    expected = (
        Identifier(IdentifierKind.ROOM, room),
        Identifier(IdentifierKind.SESSION, session),
        Identifier(IdentifierKind.PEER, peer),
        Identifier(IdentifierKind.CODE, code),
    )
    assert parse_query(text, NOW).clues == expected
    assert find_identifiers(text) == expected


@given(st.lists(hex_ids | uuids, min_size=1, max_size=8, unique=True))
def test_shapes_never_overlap(ids: list[str]) -> None:
    found = find_identifiers(" ".join(ids))
    assert [clue.value for clue in found] == ids
    for clue in found:
        assert (clue.kind is IdentifierKind.OBJECT) == (
            re.fullmatch("[0-9a-f]{24}", clue.value) is not None
        )


@given(
    hex_ids,
    st.dictionaries(st.text(max_size=8), st.text(max_size=20) | st.integers(), max_size=4),
    st.binary(min_size=8, max_size=40),
    st.sampled_from(
        ["{}", "room {}", "user:{}", "code:{}", "in {}", "since {}", "type {}", "last {}", "<{}>",
         "`{}`", APP + "/meeting/x?auth_token={}", "https://x.example.com/?token={}",
         "https://x.example.com/{}", "<https://x.example.com?authToken={}|join>", "Bearer {} room"]
    ),
    st.booleans(),
)  # fmt: skip
def test_no_token_survives(
    room: str,
    rest: dict[str, object],
    signature: bytes,
    form: str,
    named: bool,  # noqa: FBT001
) -> None:
    token = _token(rest | ({"room_id": room} if named else {}), signature)
    text = form.format(token)
    question = parse_query(text, NOW)
    shown = repr(question) + repr(find_identifiers(text))
    for part in token.split("."):
        assert part not in shown
    if named and "example.com/{}" not in form:
        assert Identifier(IdentifierKind.ROOM, room) in question.clues
        assert Identifier(IdentifierKind.ROOM, room) in find_identifiers(text)


@given(soups)
@examples(60)
def test_what_was_found_is_found_again(text: str) -> None:
    """A clue, written with its word, is understood as itself."""
    labels = {
        IdentifierKind.ROOM: "room ",
        IdentifierKind.SESSION: "session ",
        IdentifierKind.PEER: "peer ",
        IdentifierKind.CODE: "code:",
    }
    for clue in parse_query(text, NOW).clues:
        if clue.kind in labels or clue.kind in {IdentifierKind.OBJECT, IdentifierKind.UUID}:
            again = parse_query(labels.get(clue.kind, "") + clue.value, NOW)
            assert again.clues == (clue,)


times = st.sampled_from(
    ["since", "until", "from", "to", "between", "and", "at", "on", "last", "past", "this", "next",
     "yesterday", "today", "tonight", "morning", "night", "noon", "midnight", "monday", "fri",
     "Nov", "Feb 29", "Feb 30", "31/12", "2026-02-30", "9999-12-31", "0001-01-01", "24:00", "25:61",
     "12am", "13pm", "0am", "14h", "9", "10:30", "IST", "PST", "+14:00", "-12:00", "UTC-25",
     "Area/Nowhere", "Asia/Kolkata", "hours ago", "2 hours ago", "999999999w ago", "week", "-", ",",
     "the", "of", "2026-11-29T07:04:15Z", "99th", "0th", "31st", "(", ")", "'", '"', "storm"]
)  # fmt: skip


@given(
    st.lists(times, max_size=12).map(" ".join),
    st.datetimes(min_value=datetime(2020, 1, 2), max_value=datetime(2090, 1, 1)),  # noqa: DTZ001
    st.sampled_from([None, "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"]),
)
def test_any_time_is_read_or_named(text: str, now: datetime, zone: str | None) -> None:
    now = now.replace(tzinfo=UTC)
    question = parse_query(text, now, zone=ZoneInfo(zone) if zone else UTC)
    since, until = question.since, question.until
    assert since is None or since <= now
    assert until is None or until <= now
    assert not (since and until) or since < until


SEEDS = (
    "<",
    "<a|",
    "eyJ",
    "eyJa.",
    "-eyJ",
    "a.",
    "https://",
    "room ",
    "room room:",
    "user ",
    'user "',
    "type x ",
    "since ",
    "last 1",
    "in ",
    "[",
    "{",
    "*",
    "a-",
    "code ",
    "0-",
    "0123456789abcdef",
    "=",
    "&amp;",
    "room:a ",
    str(uuid.UUID(int=7)) + " in ",
    "100ms.live.",
    "x@",
    " ",
    "\n",
    "__",
    "room id ",
    "private ",
    '"',
    "'",
    "a b ",
    "14:00 ",
    "14:00-",
    "from 9 to ",
    "at 9 ",
    "since 1 ",
    "yesterday ",
    "last monday at ",
    "sinse 2h ",
    "2 hours ",
    "28 Nov ",
    "http://a?u=http%3A",
    "https%3A%2F%2F",
    "%25",
    "aHR0cHM6Ly9h/",
    "/v3/__https://",
    '{"id":"',
    '"room":{"id":',
)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_large_hostile_text_ends(seed: str) -> None:
    """Nothing is quadratic: each of these would take minutes if it were."""
    text = (seed * (100_000 // len(seed) + 1))[:100_000]
    find_identifiers(text)
    parse_query(text, NOW)
