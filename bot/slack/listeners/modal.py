"""Handles a submitted modal: starts a look-up, or shows a complaint at its field.

`read_form_values` reads what a person typed and picked, by the kind of each element.
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.domain.query import LookupQuery
from bot.slack.context import BotContext, Lookup
from bot.slack.listeners.query import parse_query_in_zone, query_error
from bot.slack.lookup.job import start_lookup
from bot.slack.payloads import Body, ReplyTarget, list_at, parse_response_url, text_at, value_at


@dataclass(frozen=True, slots=True)
class FormValues:
    """The modal's values; `typed_in` is the block at which a complaint is shown."""

    text: str = ""
    picked: str = ""
    conversation: str = ""
    response_url: str = ""
    typed_in: str = ""
    private: bool = False


def read_form_values(body: Body) -> FormValues:
    """Return the values of a view_submission, whatever the ids of its blocks are."""
    fields: dict[str, Any] = {}
    for block_id, state in _states(body):
        kind = text_at(state, "type")
        if kind == "plain_text_input":
            fields["typed_in"], fields["text"] = block_id, text_at(state, "value")
        elif kind in ("radio_buttons", "static_select"):
            fields["picked"] = text_at(state, "selected_option", "value")
            fields.setdefault("typed_in", block_id)
        elif kind == "conversations_select":
            fields["conversation"] = text_at(state, "selected_conversation")
        elif kind == "checkboxes":
            fields["private"] = bool(list_at(state, "selected_options"))
    return FormValues(**fields, response_url=_response_url(body))


def _states(body: Body) -> Iterator[tuple[str, Any]]:
    values = value_at(body, "view", "state", "values")
    for block_id, elements in (values if isinstance(values, Mapping) else {}).items():
        if isinstance(elements, Mapping):
            for state in elements.values():
                yield str(block_id), state


def _response_url(body: Body) -> str:
    return next((text_at(entry, "response_url") for entry in list_at(body, "response_urls")), "")


CALLBACK_ID = "diagnose_form"
MAX_COMPLAINT = 150
"""The number of characters that Slack shows well below a field."""
NOTHING_READABLE = "I see nothing in it that I can look up."
HOW_TO_ASK = "Paste a room, session or peer id, a 100ms link, or a room's name."


def form_listener(ctx: BotContext) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """Return a listener that closes the modal and starts the look-up, or shows what to change."""

    async def on_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = read_form_values(body)
        query = await _form_query(ctx, form, text_at(body, "user", "id"))
        error = query_error(query)
        if error is not None:
            text = field_error(error.cause)
            await ack(response_action="errors", errors={form.typed_in: text})
            return
        lookup = Lookup(ctx.tools.new_lookup_id(), query, _form_target(ctx, body, form))
        await start_lookup(ctx, lookup, text_at(body, "trigger_id"))
        await ack()

    return on_form


def field_error(cause: str) -> str:
    """Return the cause and what to paste instead, in whole sentences within the limit."""
    full = f"{cause} {HOW_TO_ASK}"
    return next(
        (words for words in (full, cause) if len(words) <= MAX_COMPLAINT),
        f"{NOTHING_READABLE} {HOW_TO_ASK}",
    )


async def _form_query(ctx: BotContext, form: FormValues, user: str) -> LookupQuery:
    """Return the question; typed text counts before a picked option, because it came later."""
    text = form.text.strip() or form.picked
    query = await parse_query_in_zone(ctx, text, user)
    return replace(query, private=True) if form.private else query


def _form_target(ctx: BotContext, body: Body, form: FormValues) -> ReplyTarget:
    user = text_at(body, "user", "id")
    target = ctx.modal_state.load(text_at(body, "view", "private_metadata"), user)
    if form.conversation:
        url = parse_response_url(form.response_url)
        target = ReplyTarget(user, form.conversation, url=url)
    return target
