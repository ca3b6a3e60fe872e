"""A shortcut, in the manifest's words, and its listener.

The same form from anywhere in Slack.

Diagnose this call: reads a message for ids and answers in its thread.

Opens the form: at once, since a trigger lives three seconds, and filled in when we know more.

https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.errors import BotError, NotAllowed, SlackTrouble
from bot.domain.parsing import MOST_CLUES, find_identifiers
from bot.domain.query import Identifier, LookupQuery
from bot.domain.target import Choices
from bot.slack.access.audit import recorded
from bot.slack.context import BotContext, Lookup
from bot.slack.error_boundary import ErrorBoundary, as_bot_error
from bot.slack.lookup.job import start_lookup
from bot.slack.message_text import texts_of
from bot.slack.payloads import ReplyTarget, reply_target_of_shortcut, text_at
from bot.slack.sending.errors import SlackErrorKind

Listener = Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One shortcut. `listen` makes its listener."""

    name: str
    type: Literal["message", "global"]
    callback_id: str
    description: str
    listen: Callable[[BotContext], Listener]


TOO_LATE = NotAllowed(
    "Slack gives three seconds to open a form, and they were over.",
    headline="The form could not be opened",
    next_step="Use the shortcut once more.",
)

SEVERAL = "I found several ids in this message; one moment, I look up what each is."
CLOSED = "not_found"
"""What Slack says of a view that is gone.

https://docs.slack.dev/reference/methods/views.update
"""


async def open_lookup_modal(
    desk: BotContext,
    place: ReplyTarget,
    trigger_id: str,
    reference: str,
    clues: tuple[Identifier, ...] = (),
    *,
    why: str = "",
) -> None:
    """Open the form; with several clues, change it into a choice among them.

    `why` says what was not found in the message, or left out.
    """
    async with ErrorBoundary(desk, place, reference):
        note = f"{SEVERAL} {why}".strip() if clues else why
        kept = desk.modals.save(place)
        view = desk.tools.renderer.modal(
            None, private_metadata=kept, note=note, conversation=not place.channel
        )
        opened = await desk.poster.plain.open_view(trigger_id, view)
        if opened.cause is SlackErrorKind.EXPIRED:
            raise TOO_LATE
        if not opened.ok:
            raise SlackTrouble(f"Slack would not open the form ({opened.error}).")
        if clues:
            await _choose(desk, place, clues, opened.ts, kept, why)


async def _choose(
    desk: BotContext,
    place: ReplyTarget,
    clues: tuple[Identifier, ...],
    view_id: str,
    kept: str,
    why: str,
) -> None:
    """Put the choice into the open form. One that was closed meanwhile is nobody's loss."""
    choices: Choices | None = None
    try:
        async with desk.crew.bounds.slot(place.user, _say_nothing):
            workspaces = desk.workspaces_at(place.channel)
            choices = await desk.tools.investigator.describe(clues, workspaces)
    except BotError as error:
        said = as_bot_error(error, structlog.get_logger("call_doctor"))
        note = f"{said.headline}. {said.cause} {said.next_step}"
    else:
        note = f"{choices.note} {why}".strip()
    view = desk.tools.renderer.modal(choices, private_metadata=kept, note=note, conversation=False)
    changed = await desk.poster.plain.change_view(view_id, view)
    if not changed.ok and changed.error != CLOSED:
        raise SlackTrouble(
            f"Slack would not change the form ({changed.error}): what the ids are does not show.",
            headline="The form could not be filled in",
            next_step="Type the one id you mean into the form.",
        )


async def _say_nothing(_: str) -> None:
    """Leave the form as it is while its ids wait for the asker's other look-ups."""


def _listen_for_call(desk: BotContext) -> Listener:
    async def on_shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        await recorded()
        await ack()
        place = ReplyTarget(text_at(body, "user", "id"))
        desk.crew.spawn(
            open_lookup_modal(desk, place, text_at(body, "trigger_id"), desk.tools.new_lookup_id())
        )

    return on_shortcut


DIAGNOSE_CALL = Shortcut(
    name="Diagnose a call",
    type="global",
    callback_id="diagnose_call",
    description="Ask why a 100ms call failed, from anywhere",
    listen=_listen_for_call,
)


NOTHING = (
    "I found no id and no 100ms link in this message or its files, and names are too easily "
    "guessed. Type below what it is about."
)


def _listen_for_message(desk: BotContext) -> Listener:
    async def on_shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        place, reference = reply_target_of_shortcut(body), desk.tools.new_lookup_id()
        found = _distinct(find_identifiers(texts_of(body.get("message"))))
        clues = found[:MOST_CLUES]
        if len(clues) == 1:
            lookup = Lookup(reference, LookupQuery(clues=clues), place)
            await start_lookup(desk, lookup, text_at(body, "trigger_id"))
            await ack()
        else:
            await recorded()
            await ack()
            why = _left_out(len(found) - len(clues)) if clues else NOTHING
            trigger = text_at(body, "trigger_id")
            desk.crew.spawn(open_lookup_modal(desk, place, trigger, reference, clues, why=why))

    return on_shortcut


def _left_out(number: int) -> str:
    return f"{number:,} more ids of this message are left out." if number else ""


def _distinct(clues: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    """The same id written twice is one; ids do not mind their case."""
    return tuple({(clue.kind, clue.value.lower()): clue for clue in clues}.values())


DIAGNOSE_MESSAGE = Shortcut(
    name="Diagnose this call",
    type="message",
    callback_id="diagnose_message",
    description="Find 100ms ids and links in this message and explain what failed",
    listen=_listen_for_message,
)
