"""What comes back as a button's value: one of ours, or a plain refusal."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import NotAllowed
from bot.domain.events import ERROR_TYPES
from bot.domain.saved_lookup import SavedLookup, decode, encode
from tests.support.examples import examples

HANDLE = SavedLookup(
    lookup_id="CD-TEST2345",
    workspace="main",
    kind="session",
    room_id="6600aa11bb22cc33dd44ee55",
    as_of=datetime(2026, 5, 1, tzinfo=UTC),
    session_id="6600aa12bb22cc33dd44ee56",
    session_from=datetime(2026, 5, 1, tzinfo=UTC),
    user_id="",
    types=ERROR_TYPES[:2],
    after="event-1",
    shown=3,
    private=True,
)
FACTS: dict[str, Any] = json.loads(encode(HANDLE))

odd: st.SearchStrategy[Any] = st.sampled_from([
    None, True, 0, -1, 2**70, 10**400, 1.5, "", "\ud83d", "\x00", [], [[]], [5], [-1], [True], {},
    {"a": []}, "2026-05-01T00:00:00", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-14:00",
])  # fmt: skip
jsons = st.recursive(
    odd | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


def refused_or_sound(text: str) -> None:
    try:
        handle = decode(text)
    except NotAllowed:
        return
    assert hash(handle)
    assert handle.as_of.tzinfo
    assert handle.shown >= 0
    assert decode(encode(handle)) == handle
    repr(handle).encode()


@given(st.dictionaries(st.sampled_from([*FACTS, "since", "until", "peer_id", "x"]), jsons))
@examples(600)
def test_forged_fields(changes: dict[str, Any]) -> None:
    refused_or_sound(json.dumps({**FACTS, **changes}))


@given(jsons | st.text(max_size=50))
@examples(300)
def test_forged_documents(value: object) -> None:
    refused_or_sound(json.dumps(value))
    refused_or_sound(str(value))


@pytest.mark.parametrize("text", ["[" * 1_900, '{"v":1,"kind":[]}', "", "null", "1" * 1_990, "NaN"])
def test_forged_texts(text: str) -> None:
    with pytest.raises(NotAllowed):
        decode(text)


def test_ours_comes_back() -> None:
    assert decode(encode(HANDLE)) == HANDLE
