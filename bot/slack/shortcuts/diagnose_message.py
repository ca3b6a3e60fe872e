"""Diagnose this call: reads a message for ids and answers in its thread."""

from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.domain.question import Clue, Question
from bot.domain.reading import MOST_CLUES, clues_in
from bot.slack.desk import Desk, Lookup
from bot.slack.lookup import start
from bot.slack.message_text import texts_of
from bot.slack.payloads import place_of_message_shortcut, text_at
from bot.slack.shortcuts.asking_form import ask
from bot.slack.shortcuts.shortcut import Listener, Shortcut
from bot.slack.trail import recorded

NOTHING = (
    "I found no id and no 100ms link in this message or its files, and names are too easily "
    "guessed. Type below what it is about."
)


def _listen(desk: Desk) -> Listener:
    async def on_shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        place, reference = place_of_message_shortcut(body), desk.tools.references()
        found = _distinct(clues_in(texts_of(body.get("message"))))
        clues = found[:MOST_CLUES]
        if len(clues) == 1:
            lookup = Lookup(reference, Question(clues=clues), place)
            await start(desk, lookup, text_at(body, "trigger_id"))
            await ack()
        else:
            await recorded()
            await ack()
            why = _left_out(len(found) - len(clues)) if clues else NOTHING
            trigger = text_at(body, "trigger_id")
            desk.crew.start(ask(desk, place, trigger, reference, clues, why=why))

    return on_shortcut


def _left_out(number: int) -> str:
    return f"{number:,} more ids of this message are left out." if number else ""


def _distinct(clues: tuple[Clue, ...]) -> tuple[Clue, ...]:
    """The same id written twice is one; ids do not mind their case."""
    return tuple({(clue.kind, clue.value.lower()): clue for clue in clues}.values())


SHORTCUT = Shortcut(
    name="Diagnose this call",
    type="message",
    callback_id="diagnose_message",
    description="Find 100ms ids and links in this message and explain what failed",
    listen=_listen,
)
