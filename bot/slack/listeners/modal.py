"""The modal "Diagnose a call": opens it, fills in choices, and handles its submission.

The modal opens at once, because a trigger expires after three seconds. Choices are filled in when
they are known. A submission starts a look-up, or shows a complaint at its field.
https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses

`read_form_values` reads what a person typed and picked, by the kind of each element.
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

import json
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.domain.errors import BotError, NotAllowed, SlackTrouble
from bot.domain.query import Identifier, LookupQuery
from bot.domain.target import Choices
from bot.slack.checkpoints.job_context import as_bot_error
from bot.slack.context import BotContext, Listener, Lookup
from bot.slack.error_boundary import ErrorBoundary
from bot.slack.listeners.query import parse_query_in_zone, query_error
from bot.slack.lookup.job import start_lookup
from bot.slack.payloads import (
    Body,
    FormValues,
    ReplyTarget,
    read_form_values,
    text_at,
)
from bot.slack.response_url import ModalUrls, parse_response_url
from bot.slack.sending.calls import OpenView, UpdateView
from bot.slack.sending.errors import SlackErrorKind

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
    target = load_target(ctx.modal_urls, text_at(body, "view", "private_metadata"), user)
    if form.conversation:
        url = parse_response_url(form.response_url)
        target = ReplyTarget(user, form.conversation, url=url)
    return target


TRIGGER_EXPIRED = NotAllowed(
    "Slack allows three seconds to open a form, and it took longer.",
    headline="I could not open the form",
    next_step="Use the shortcut again.",
)

SEVERAL_IDS = "I found several ids in this message. One moment, I am checking what each is."
VIEW_CLOSED = "not_found"
"""Slack's error for a view that is gone.

https://docs.slack.dev/reference/methods/views.update"""


async def open_lookup_modal(
    ctx: BotContext,
    target: ReplyTarget,
    trigger_id: str,
    reference: str,
    identifiers: tuple[Identifier, ...] = (),
    *,
    remark: str = "",
) -> None:
    """Open the modal; with several identifiers, change it into a choice among them.

    `remark` says what was not found in the message, or what was left out.
    """
    async with ErrorBoundary(ctx, target, reference):
        note = f"{SEVERAL_IDS} {remark}".strip() if identifiers else remark
        private_metadata = save_target(ctx.modal_urls, target)
        view = ctx.renderer.modal(
            None, private_metadata=private_metadata, note=note, conversation=not target.channel
        )
        result = await ctx.sender.send(OpenView(trigger_id, view))
        if result.cause is SlackErrorKind.EXPIRED:
            raise TRIGGER_EXPIRED
        if not result.ok:
            raise SlackTrouble(f"Slack would not open the form ({result.error}).")
        if identifiers:
            await _show_choices(ctx, target, identifiers, result.ts, private_metadata, remark)


async def _show_choices(
    ctx: BotContext,
    target: ReplyTarget,
    identifiers: tuple[Identifier, ...],
    view_id: str,
    private_metadata: str,
    remark: str,
) -> None:
    """Put the choices into the open modal. A modal that was closed meanwhile is not an error."""
    choices: Choices | None = None
    try:
        async with ctx.tasks.limiter.slot(target.user, _ignore_waiting):
            workspaces = ctx.workspaces_at(target.channel)
            choices = await ctx.investigator.describe(identifiers, workspaces)
    except BotError as error:
        bot_error = as_bot_error(error)
        note = f"{bot_error.headline}. {bot_error.cause} {bot_error.next_step}"
    else:
        note = f"{choices.note} {remark}".strip()
    view = ctx.renderer.modal(
        choices, private_metadata=private_metadata, note=note, conversation=False
    )
    result = await ctx.sender.send(UpdateView(view_id, view))
    if not result.ok and result.error != VIEW_CLOSED:
        raise SlackTrouble(
            f"Slack would not update the form ({result.error}), so it does not list the ids.",
            headline="I could not fill in the form",
            next_step="Type the id you mean into the form.",
        )


async def _ignore_waiting(_: str) -> None:
    """Leave the modal unchanged while its ids wait for the asker's other look-ups."""


def save_target(modal_urls: ModalUrls, target: ReplyTarget) -> str:
    """Return the private_metadata of a modal that is opened for this target.

    https://docs.slack.dev/reference/views/modal-views
    """
    ticket = modal_urls.save(target.url)
    return json.dumps({"channel": target.channel, "thread": target.thread, "ticket": ticket})


def load_target(modal_urls: ModalUrls, private_metadata: str, user: str) -> ReplyTarget:
    """Return the target for which a modal was opened."""
    try:
        facts = json.loads(private_metadata)
    except ValueError:
        facts = {}
    url = modal_urls.find(text_at(facts, "ticket"))
    return ReplyTarget(user, text_at(facts, "channel"), text_at(facts, "thread"), url)
