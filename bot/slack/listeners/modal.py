"""The form, sent: a question, or a complaint at its field.

What a person typed and picked in a modal, read by the kind of each element.

https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.domain.query import LookupQuery
from bot.slack.context import BotContext, Lookup
from bot.slack.listeners.query import question_of, query_error
from bot.slack.lookup.job import start_lookup
from bot.slack.payloads import Body, ReplyTarget, at, list_at, response_url, text_at


@dataclass(frozen=True, slots=True)
class FormValues:
    """The form's fields; `typed_in` is the block that a complaint is shown at."""

    text: str = ""
    picked: str = ""
    conversation: str = ""
    response_url: str = ""
    typed_in: str = ""
    private: bool = False


def read_form_values(body: Body) -> FormValues:
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
    return FormValues(**facts, response_url=_url(body))


def _states(body: Body) -> Iterator[tuple[str, Any]]:
    values = at(body, "view", "state", "values")
    for block_id, elements in (values if isinstance(values, Mapping) else {}).items():
        if isinstance(elements, Mapping):
            for state in elements.values():
                yield str(block_id), state


def _url(body: Body) -> str:
    return next((text_at(each, "response_url") for each in list_at(body, "response_urls")), "")


CALLBACK_ID = "diagnose_form"
COMPLAINT = 150
"""Characters that Slack shows well below a field."""
SHORT = "There is nothing in it that I can look up."
HOW = "Paste a room, session or peer id, a 100ms link, or a room's name."


def listen(desk: BotContext) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """Closes the form and starts the look-up, or shows what to change."""

    async def on_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        filled = read_form_values(body)
        question = await _question(desk, filled, text_at(body, "user", "id"))
        trouble = query_error(question)
        if trouble is not None:
            words = below_field(trouble.cause)
            await ack(response_action="errors", errors={filled.typed_in: words})
            return
        lookup = Lookup(desk.tools.new_lookup_id(), question, _place(desk, body, filled))
        await start_lookup(desk, lookup, text_at(body, "trigger_id"))
        await ack()

    return on_form


def below_field(cause: str) -> str:
    """Why it cannot be looked up and what to paste, in whole sentences within the limit."""
    both = f"{cause} {HOW}"
    return next((words for words in (both, cause) if len(words) <= COMPLAINT), f"{SHORT} {HOW}")


async def _question(desk: BotContext, filled: FormValues, user: str) -> LookupQuery:
    """What was typed counts before what was picked: it is the later thought."""
    words = filled.text.strip() or filled.picked
    question = await question_of(desk, words, user)
    return replace(question, private=True) if filled.private else question


def _place(desk: BotContext, body: Body, filled: FormValues) -> ReplyTarget:
    user = text_at(body, "user", "id")
    place = desk.modals.load(text_at(body, "view", "private_metadata"), user)
    if filled.conversation:
        url = response_url(filled.response_url)
        place = ReplyTarget(user, filled.conversation, url=url)
    return place
