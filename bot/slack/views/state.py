"""What a person typed and picked in a modal, read by the kind of each element.

https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.payloads import Body, at, list_at, text_at


@dataclass(frozen=True, slots=True)
class Filled:
    """The form's fields; `typed_in` is the block that a complaint is shown at."""

    text: str = ""
    picked: str = ""
    conversation: str = ""
    response_url: str = ""
    typed_in: str = ""
    private: bool = False


def read_state(body: Body) -> Filled:
    """The fields of a view_submission, whatever its blocks are called."""
    facts: dict[str, Any] = {}
    for block_id, state in _states(body):
        kind = text_at(state, "type")
        if kind == "plain_text_input":
            facts["typed_in"], facts["text"] = block_id, text_at(state, "value")
        elif kind in ("radio_buttons", "static_select"):
            facts["picked"] = text_at(state, "selected_option", "value")
            facts.setdefault("typed_in", block_id)
        elif kind == "conversations_select":
            facts["conversation"] = text_at(state, "selected_conversation")
        elif kind == "checkboxes":
            facts["private"] = bool(list_at(state, "selected_options"))
    return Filled(**facts, response_url=_url(body))


def _states(body: Body) -> Iterator[tuple[str, Any]]:
    values = at(body, "view", "state", "values")
    for block_id, elements in (values if isinstance(values, Mapping) else {}).items():
        if isinstance(elements, Mapping):
            for state in elements.values():
                yield str(block_id), state


def _url(body: Body) -> str:
    return next((text_at(each, "response_url") for each in list_at(body, "response_urls")), "")
