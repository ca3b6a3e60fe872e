"""Text of a message, from its blocks too."""

from typing import Any

from hypothesis import given

from bot.slack.message_text import text_of_message
from tests.support.examples import JSON


@given(JSON)
def test_any_message_can_be_read(message: Any) -> None:
    assert isinstance(text_of_message(message), str)


def test_slacks_own_ids_are_no_text() -> None:
    text = text_of_message({"text": "a", "ts": "1.2", "user": "U1", "blocks": [{"block_id": "b1"}]})
    assert text == "a"
