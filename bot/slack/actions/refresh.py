"""`Refresh`: the same question, asked anew."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import TypeAdapter
from slack_bolt.async_app import AsyncAck

from bot.domain.audit import AuditOutcome
from bot.domain.errors import NotAllowed
from bot.domain.events import ERROR_TYPES
from bot.domain.question import Question
from bot.slack.actions.values import read_value, unreadable
from bot.slack.desk import Desk, Lookup
from bot.slack.explain import told
from bot.slack.lookup import start
from bot.slack.payloads import click_id, place_of_click, pressed, text_at
from bot.slack.trail import note

ACTION_ID = re.compile(r"\Arefresh\Z")

_FORM = TypeAdapter(Question)


def listen(desk: Desk) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """Records a fresh look-up in the place of the button, then acknowledges."""

    async def on_refresh(ack: AsyncAck, body: dict[str, Any]) -> None:
        place, reference = place_of_click(body), desk.tools.references()
        try:
            question = _question(text_at(pressed(body), "value"))
        except NotAllowed as error:
            note(AuditOutcome.ASKED_WRONGLY)
            desk.crew.start(told(desk, place, reference, error))
        else:
            await start(desk, Lookup(reference, question, place), click_id(body))
        await ack()

    return on_refresh


def _question(value: str) -> Question:
    """Raises NotAllowed for what is no question of ours."""
    question = read_value(_FORM, value)
    if not question.clues or not set(question.types) <= set(ERROR_TYPES):
        raise unreadable()
    return question
