"""Errors below the fields of a form."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.parsing import parse_query
from bot.slack.listeners.modal import field_error
from bot.slack.listeners.query import query_error


@given(st.text(max_size=400) | st.sampled_from(("nothing to see here", "sinse 2h " * 20)))
def test_b12_a_forms_error_ends_with_a_whole_sentence(text: str) -> None:
    error = query_error(parse_query(text, datetime(2026, 5, 20, tzinfo=UTC)))
    shown = field_error(error.cause) if error else "."
    assert len(shown) <= 150
    assert shown[-1] in ".?"
