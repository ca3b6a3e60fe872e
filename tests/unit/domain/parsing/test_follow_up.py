"""Words in a thread that holds an answer, and the questions that they become."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.events import ERROR_TYPES
from bot.domain.parsing.follow_up import FollowUp, Unclear, parse_follow_up
from bot.domain.query import Identifier, IdentifierKind, LookupQuery
from bot.domain.saved_lookup import SavedLookup

NOW = datetime(2026, 11, 30, 14, 20, tzinfo=UTC)
ROOM, PEER = "65af97002889d74ef8d1e18f", "0b2f6c1e-9a3d-4c55-8e2b-7d1f0a6b9c11"
SAVED = SavedLookup(
    "CD-ABCD2345", "main", "user", ROOM, NOW, user_id="u-1", since=NOW - timedelta(hours=5)
)
SESSION = SavedLookup(
    "CD-ABCD2345", "main", "session", ROOM, NOW, session_id="66ac5e989b41849dde50f549"
)


def in_words(found: FollowUp | Unclear | None) -> str:
    """Return what was understood, in a few words."""
    if not isinstance(found, FollowUp):
        return "own question" if found is None else "unclear"
    people = [f"{person.kind.value} {person.value}" for person in found.people]
    options = found.options
    parts = [
        str(found.action),
        "everybody" * found.everybody,
        *people,
        f"since {options.since:%H:%M}" if options.since else "",
        f"until {options.until:%H:%M}" if options.until else "",
        "private" * options.private,
        "public" * options.public,
        "types" * (options.types != ERROR_TYPES),
    ]
    return " ".join(filter(None, parts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("again", "again"),
        ("Again, please!", "again"),
        ("private again", "again private"),
        ("again since 1h", "again since 13:20"),
        ("since 1h", "look_up since 13:20"),
        ("yesterday", "look_up since 00:00 until 23:59"),
        ("who else?", "look_up everybody"),
        ("Who else had this", "look_up everybody"),
        ("who else since 1h", "look_up everybody since 13:20"),
        ("room", "look_up everybody"),
        ("room since 1h", "look_up everybody since 13:20"),
        ("private", "look_up private"),
        ("public", "look_up public"),
        ("type join", "look_up types"),
        ("timeline", "timeline"),
        ("show me the timeline", "timeline"),
        ("report room", "report everybody"),
        ("reply", "reply"),
        ("evidence private", "evidence private"),
        ("others", "others"),
        ("And the others?", "others"),
        ("others room", "others everybody"),
        ("others marta", "unclear"),
        ("marta", "look_up person marta"),
        ("and marta?", "look_up person marta"),
        ("what about Marta L. since 1h", "look_up person Marta L since 13:20"),
        ("“Ann Smith”", "look_up person Ann Smith"),
        ("Zoë O'Brien", "look_up person Zoë O'Brien"),
        ("<mailto:marta@example.com|marta@example.com>", "look_up user marta@example.com"),
        ("user:u-7", "look_up user u-7"),
        ("customer-7", "look_up person customer-7"),
        ("auth0|5f7c8ec7", "look_up user auth0|5f7c8ec7"),
        ("user:samlp|acme|u7 since 1h", "look_up user samlp|acme|u7 since 13:20"),
        ("@marta", "look_up person marta"),
        ("is marta ok?", "look_up person marta"),
        (
            "what happened to marta's call yesterday",
            "look_up person marta since 00:00 until 23:59",
        ),
        ("what happened to Marta yesterday", "look_up person Marta since 00:00 until 23:59"),
        ("marta's", "look_up person marta"),
        ("marta in this call", "look_up person marta"),
        ("Ana María de la Cruz", "look_up person Ana María de la Cruz"),
        ("山田 太郎", "look_up person 山田 太郎"),
        ("Олег", "look_up person Олег"),
        ("محمد", "look_up person محمد"),
        ("room yesterday", "look_up everybody since 00:00 until 23:59"),
        ("room last 2h", "look_up everybody since 12:20"),
        ("the room, 13:00-14:00", "look_up everybody since 13:00 until 14:00"),
        ("all of them", "look_up everybody"),
        ("anybody else?", "look_up everybody"),
        ("what happened yesterday", "look_up since 00:00 until 23:59"),
        ("can you check again", "again"),
        ("refresh", "again"),
        ("report to 100ms", "report"),
        ("reply to the customer", "reply"),
        ("thank you very much", "unclear"),
        ("great", "unclear"),
        ("is it fixed?", "unclear"),
        ("why does it always break", "unclear"),
        ("one two three four", "unclear"),
        ("", "unclear"),
        ("thanks", "unclear"),
        ("hello", "unclear"),
        ("ok, yes", "unclear"),
        ("reply marta", "unclear"),
        ("timeline evidence", "unclear"),
        ("what is going on here", "unclear"),
        ("sinse 1h", "unclear"),
        ("help", "own question"),
        ("room again", "own question"),
        ("room private", "own question"),
        ("room:timeline", "own question"),
        ("room monday", "own question"),
        ("room storm", "own question"),
        ("marta in storm", "own question"),
        (ROOM, "own question"),
        (f"peer {PEER}", "own question"),
        ("https://acme.app.100ms.live/meeting/abc-defg-hij", "own question"),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert in_words(parse_follow_up(text, NOW)) == expected


def question(text: str, saved_lookup: SavedLookup = SAVED) -> LookupQuery:
    found = parse_follow_up(text, NOW)
    assert isinstance(found, FollowUp)
    return found.about(saved_lookup)


def test_a_time_holds_until_another_is_typed() -> None:
    assert question("room").since == SAVED.since
    assert question("room").held_window
    assert question("room since 1h").since == NOW - timedelta(hours=1)
    assert question("until 10:00").since is None


def test_people_are_looked_for_in_the_same_room() -> None:
    room = Identifier(IdentifierKind.ROOM, ROOM)
    assert question("private").clues == (Identifier(IdentifierKind.USER, "u-1"), room)
    assert question("who else").clues == (room,)
    assert question("marta").clues == (Identifier(IdentifierKind.PERSON, "marta"), room)
    assert question("marta").workspace == "main"


def test_a_session_stays_until_a_time_is_typed() -> None:
    assert question("private", SESSION).clues[0].kind is IdentifierKind.SESSION
    assert question("yesterday", SESSION).clues == (Identifier(IdentifierKind.ROOM, ROOM),)
