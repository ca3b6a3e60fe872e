"""A choice among several matches: the same question about just this one."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import StrictBool, TypeAdapter
from slack_bolt.async_app import AsyncAck

from bot.domain.audit import AuditOutcome
from bot.domain.errors import NotAllowed
from bot.domain.events import ERROR_TYPES
from bot.domain.question import Question
from bot.domain.reading import read_question
from bot.slack.actions.values import read_value, unreadable
from bot.slack.desk import Desk, Lookup
from bot.slack.explain import told
from bot.slack.lookup import start
from bot.slack.payloads import (
    Body,
    click_id,
    message_ts,
    place_of_click,
    pressed,
    text_at,
)
from bot.slack.place import Place
from bot.slack.trail import note

ACTION_ID = re.compile(r"choose-\d+")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the button of a candidate holds."""

    q: str
    private: StrictBool = False
    public: StrictBool = False
    since: datetime | None = None
    until: datetime | None = None
    types: tuple[str, ...] = ()


_FORM = TypeAdapter(Choice)


def listen(desk: Desk) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """Acknowledges and looks up what was chosen; a second press by the same person is ignored."""

    async def on_choice(ack: AsyncAck, body: dict[str, Any]) -> None:
        place = place_of_click(body)
        key = ("choose", place.channel, message_ts(body), text_at(pressed(body), "action_id"))
        if desk.seen.first(*key, place.user):
            with desk.seen.unless_it_fails(*key, place.user):
                await _begin(desk, place, body)
        else:
            note(AuditOutcome.REPEATED)
            desk.tools.meters.duplicate_suppressed()
        await ack()

    return on_choice


async def _begin(desk: Desk, place: Place, body: Body) -> None:
    reference = desk.tools.references()
    try:
        question = _question(desk, text_at(pressed(body), "value"))
    except NotAllowed as error:
        note(AuditOutcome.ASKED_WRONGLY)
        desk.crew.start(told(desk, place, reference, error))
    else:
        await start(desk, Lookup(reference, question, place), click_id(body))


def _question(desk: Desk, value: str) -> Question:
    """The button's value: `q` asks for just one thing; the rest repeats the first question.

    Raises NotAllowed when it is not one of ours.
    """
    chosen = read_value(_FORM, value)
    if not chosen.q.strip():
        raise unreadable()
    question = read_question(chosen.q, desk.tools.clock())
    return replace(
        question,
        private=chosen.private,
        public=chosen.public,
        since=chosen.since or question.since,
        until=chosen.until or question.until,
        types=tuple(kind for kind in ERROR_TYPES if kind in chosen.types) or question.types,
    )
