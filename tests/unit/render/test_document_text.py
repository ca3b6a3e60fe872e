"""The text in pieces is the text of `json.dumps`."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.render.document_text import pieces_of

jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), jsons, max_size=4))
def test_pieces_make_the_whole(facts: dict[str, Any]) -> None:
    whole = json.dumps(facts, ensure_ascii=False, indent=2)
    assert "".join(pieces_of(facts)) == whole
    to_come = {name: iter(part) if isinstance(part, list) else part for name, part in facts.items()}
    assert "".join(pieces_of(to_come)) == whole
