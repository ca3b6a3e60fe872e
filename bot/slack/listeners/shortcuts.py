"""The shortcuts, in the manifest's words, and their listeners.

`Diagnose a call` opens the modal from anywhere in Slack. `Diagnose this call` reads a message for
ids and answers in its thread.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from slack_bolt.async_app import AsyncAck

from bot.domain.audit import AuditOutcome
from bot.domain.parsing import MAX_IDS, find_identifiers
from bot.domain.query import Identifier, LookupQuery
from bot.slack.audit import set_outcome, wait_until_recorded
from bot.slack.context import BotContext, Listener, Lookup
from bot.slack.listeners.modal import open_lookup_modal
from bot.slack.lookup.job import start_lookup
from bot.slack.message_text import text_of_message
from bot.slack.payloads import ReplyTarget, reply_target_of_shortcut, text_at


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One shortcut. `make_listener` returns its listener."""

    name: str
    type: Literal["message", "global"]
    callback_id: str
    description: str
    make_listener: Callable[[BotContext], Listener]


HOME_DIAGNOSE = re.compile(r"\Ahome_diagnose\Z")
"""The button of the Home tab that opens the same form."""


def diagnose_listener(ctx: BotContext) -> Listener:
    """Return a listener that opens the form "Diagnose a call" from anywhere."""

    async def on_shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        set_outcome(AuditOutcome.FORM_OPENED)
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
    make_listener=diagnose_listener,
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
