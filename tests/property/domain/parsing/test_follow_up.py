"""What holds for every text that is typed in a thread."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.parsing import parse_query
from bot.domain.parsing.follow_up import WORDS, FollowUp, Unclear, parse_follow_up
from bot.domain.query import IdentifierKind
from bot.domain.saved_lookup import SavedLookup
from tests.property.domain.parsing.test_pasted_text import hex_ids, soups, uuids, wrappers

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
SAVED = SavedLookup("CD-ABCD2345", "main", "room", "65af97002889d74ef8d1e18f", NOW)
ACTIONS = ("again", "timeline", "reply", "report", "evidence", "")
OPTIONS = ("since 1h", "yesterday", "private", "room", "who else", "")


@given(soups | st.text())
def test_any_text_is_read(text: str) -> None:
    found = parse_follow_up(text, NOW)
    if isinstance(found, FollowUp):
        query = found.about(SAVED)
        assert query.follow_up
        assert query.clues[-1].value == SAVED.room_id
        for clue in query.clues:
            assert clue.value.isprintable() or clue.kind is IdentifierKind.USER


@given(hex_ids | uuids, wrappers, st.sampled_from(WORDS))
def test_an_id_counts_more_than_any_word(identifier: str, wrapper: str, word: str) -> None:
    text = f"{word} {wrapper.replace('{}', identifier)}"
    if parse_query(text, NOW).clues:
        assert not isinstance(parse_follow_up(text, NOW), FollowUp)


@given(
    st.sampled_from(ACTIONS),
    st.lists(st.sampled_from(OPTIONS), max_size=3, unique=True),
    st.booleans(),
    st.sampled_from(["{}", " {} ", "{}?", "{} please", "<@U12> {}"]),
)
def test_words_combine_in_any_order_and_case(
    action: str,
    options: list[str],
    upper: bool,  # noqa: FBT001
    wrapper: str,
) -> None:
    parts = [part for part in (action, *options) if part]
    # `room` before another word names a room; two times are one too many.
    if "room" in parts and parts.index("room") < len(parts) - 1:
        parts.append(parts.pop(parts.index("room")))
    text = wrapper.replace("{}", ", ".join(parts))
    found = parse_follow_up(text.upper() if upper else text, NOW)
    if not parts:
        assert isinstance(found, Unclear)
        return
    assert isinstance(found, FollowUp)
    assert found.action == (action or "look_up")
    assert found.everybody is bool({"room", "who else"} & set(parts))
    assert found.options.private is ("private" in parts)
    assert found.has_time is bool({"since 1h", "yesterday"} & set(parts))
