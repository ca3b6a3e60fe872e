"""The shortcuts, in the manifest's words, and their listeners.

`Diagnose a call` opens the modal from anywhere in Slack. `Diagnose this call` reads a message for
ids and answers in its thread.

The modal opens at once, because a trigger expires after three seconds. Choices are filled in when
they are known.
https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from slack_bolt.async_app import AsyncAck

from bot.domain.errors import BotError, NotAllowed, SlackTrouble
from bot.domain.parsing import MAX_IDS, find_identifiers
from bot.domain.query import Identifier, LookupQuery
from bot.domain.target import Choices
from bot.slack.audit import wait_until_recorded
from bot.slack.checkpoints.job_context import as_bot_error
from bot.slack.context import BotContext, Listener, Lookup
from bot.slack.error_boundary import ErrorBoundary
from bot.slack.lookup.job import start_lookup
from bot.slack.message_text import text_of_message
from bot.slack.payloads import ReplyTarget, reply_target_of_shortcut, text_at
from bot.slack.sending.calls import OpenView, UpdateView
from bot.slack.sending.errors import SlackErrorKind


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One shortcut. `make_listener` returns its listener."""

    name: str
    type: Literal["message", "global"]
    callback_id: str
    description: str
    make_listener: Callable[[BotContext], Listener]


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
        private_metadata = ctx.modal_state.save(target)
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


def _call_shortcut_listener(ctx: BotContext) -> Listener:
    async def on_shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        await wait_until_recorded()
        await ack()
        target = ReplyTarget(text_at(body, "user", "id"))
        ctx.tasks.spawn(
            open_lookup_modal(ctx, target, text_at(body, "trigger_id"), ctx.new_lookup_id())
        )

    return on_shortcut


DIAGNOSE_CALL = Shortcut(
    name="Diagnose a call",
    type="global",
    callback_id="diagnose_call",
    description="Ask why a 100ms call failed, from anywhere",
    make_listener=_call_shortcut_listener,
)


NOTHING_IN_MESSAGE = (
    "I found no id and no 100ms link in this message or its files. If it names a room, type the "
    "room's name below."
)


def _message_shortcut_listener(ctx: BotContext) -> Listener:
    async def on_shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        target, reference = reply_target_of_shortcut(body), ctx.new_lookup_id()
        matches = _distinct_identifiers(find_identifiers(text_of_message(body.get("message"))))
        identifiers = matches[:MAX_IDS]
        if len(identifiers) == 1:
            lookup = Lookup(reference, LookupQuery(clues=identifiers), target)
            await start_lookup(ctx, lookup, text_at(body, "trigger_id"))
            await ack()
        else:
            await wait_until_recorded()
            await ack()
            remark = (
                _omission_note(len(matches) - len(identifiers))
                if identifiers
                else NOTHING_IN_MESSAGE
            )
            trigger = text_at(body, "trigger_id")
            ctx.tasks.spawn(
                open_lookup_modal(ctx, target, trigger, reference, identifiers, remark=remark)
            )

    return on_shortcut


def _omission_note(count: int) -> str:
    return f"I left out {count:,} more ids of this message." if count else ""


def _distinct_identifiers(identifiers: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    """Return the identifiers without repetitions; the case of an id does not matter."""
    return tuple(
        {
            (identifier.kind, identifier.value.lower()): identifier for identifier in identifiers
        }.values()
    )


DIAGNOSE_MESSAGE = Shortcut(
    name="Diagnose this call",
    type="message",
    callback_id="diagnose_message",
    description="Find 100ms ids and links in this message and explain what failed",
    make_listener=_message_shortcut_listener,
)
