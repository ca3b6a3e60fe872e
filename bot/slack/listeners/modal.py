"""Handles a submitted modal: starts a look-up, or shows a complaint at its field.

`read_form_values` reads what a person typed and picked, by the kind of each element.
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.domain.query import LookupQuery
from bot.slack.context import BotContext, Listener, Lookup
from bot.slack.listeners.query import parse_query_in_zone, query_error
from bot.slack.lookup.job import start_lookup
from bot.slack.payloads import (
    Body,
    FormValues,
    ReplyTarget,
    parse_response_url,
    read_form_values,
    text_at,
)

CALLBACK_ID = "diagnose_form"
MAX_COMPLAINT = 150
"""The number of characters that Slack shows well below a field."""
NOTHING_READABLE = "I see nothing in it that I can look up."
HOW_TO_ASK = "Paste a room, session or peer id, a 100ms link, or a room's name."


def form_listener(ctx: BotContext) -> Listener:
    """Return a listener that closes the modal and starts the look-up, or shows what to change."""

    async def on_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = read_form_values(body)
        query = await _form_query(ctx, form, text_at(body, "user", "id"))
        error = query_error(query)
        if error is not None:
            text = field_error(error.cause)
            await ack(response_action="errors", errors={form.typed_in: text})
            return
        lookup = Lookup(ctx.new_lookup_id(), query, _form_target(ctx, body, form))
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
