"""The text in pieces is the text of `json.dumps`."""

import json
import re
import unicodedata
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.privacy.addresses import redact_all_for_output
from bot.render.json_document import json_chunks

jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), jsons, max_size=4))
def test_pieces_make_the_whole(facts: dict[str, Any]) -> None:
    left = redact_all_for_output(facts)
    text = "".join(json_chunks(facts))
    assert json.loads(text) == left
    assert _seen(text) == _seen(json.dumps(left, ensure_ascii=False, indent=2))
    assert not {unicodedata.category(char) for char in text.replace("\n", "")} & {"Cc", "Cf"}
    to_come = {name: iter(part) if isinstance(part, list) else part for name, part in facts.items()}
    assert "".join(json_chunks(to_come)) == text


def _seen(text: str) -> str:
    """The layout: what is not seen is escaped by one and not by the other."""
    return re.sub(r"\\u[0-9a-f]{4}|[^\n -~]", "", text)


def test_a_document_moves_no_cursor_and_shows_no_address() -> None:
    facts = {"user_id": "bob\x1b[2J\x9b31m\u202e", "peer_id": "guest-203.0.113.77"}
    text = "".join(json_chunks(facts))
    assert text.replace("\n", "").isprintable()
    assert json.loads(text) == {"user_id": facts["user_id"], "peer_id": "guest-[ip]"}
