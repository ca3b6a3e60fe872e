"""Errors below the fields of a form, and its private_metadata, which holds no response_url."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.parsing import parse_query
from bot.slack.listeners.modal import field_error, load_target, save_target
from bot.slack.listeners.query import query_error
from bot.slack.payloads import ReplyTarget
from bot.slack.response_url import ModalUrls, ResponseUrl

ADDRESS = "https://hooks.slack.example/commands/T1/1/secret"


@given(st.text(max_size=400) | st.sampled_from(("nothing to see here", "sinse 2h " * 20)))
def test_b12_a_forms_error_ends_with_a_whole_sentence(text: str) -> None:
    error = query_error(parse_query(text, datetime(2026, 5, 20, tzinfo=UTC)))
    shown = field_error(error.cause) if error else "."
    assert len(shown) <= 150
    assert shown[-1] in ".?"


def test_a_modal_carries_a_ticket_not_the_address() -> None:
    urls = ModalUrls()
    target = ReplyTarget("U1", "C1", "1.2", ResponseUrl(ADDRESS))
    note = save_target(urls, target)
    assert "secret" not in note
    assert load_target(urls, note, "U1") == target
    assert load_target(ModalUrls(), note, "U1") == ReplyTarget("U1", "C1", "1.2")
    assert load_target(urls, "no json", "U1") == ReplyTarget("U1")
