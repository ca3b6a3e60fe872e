"""A choice among several matches: the same question about just this one.

`Refresh`: the same question, asked anew.

Buttons that open a page: Slack still wants them acknowledged.

https://docs.slack.dev/reference/block-kit/block-elements/button-element
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import StrictBool, TypeAdapter
from slack_bolt.async_app import AsyncAck

from bot.domain.errors import NotAllowed
from bot.domain.events import ERROR_TYPES
from bot.domain.parsing import read_question
from bot.domain.query import Question
from bot.domain.records.audit import AuditOutcome
from bot.slack.access.audit import note
from bot.slack.context import Desk, Lookup
from bot.slack.error_boundary import told
from bot.slack.listeners.button_values import read_value, unreadable
from bot.slack.lookup.job import start
from bot.slack.payloads import (
    Body,
    Place,
    click_id,
    message_ts,
    place_of_click,
    pressed,
    text_at,
)

CHOOSE = re.compile(r"choose-\d+")


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


def choose_listener(desk: Desk) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
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


REFRESH = re.compile(r"\Arefresh\Z")

_REFRESH_FORM = TypeAdapter(Question)


def refresh_listener(desk: Desk) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """Records a fresh look-up in the place of the button, then acknowledges."""

    async def on_refresh(ack: AsyncAck, body: dict[str, Any]) -> None:
        place, reference = place_of_click(body), desk.tools.references()
        try:
            question = _refresh_question(text_at(pressed(body), "value"))
        except NotAllowed as error:
            note(AuditOutcome.ASKED_WRONGLY)
            desk.crew.start(told(desk, place, reference, error))
        else:
            await start(desk, Lookup(reference, question, place), click_id(body))
        await ack()

    return on_refresh


def _refresh_question(value: str) -> Question:
    """Raises NotAllowed for what is no question of ours."""
    question = read_value(_REFRESH_FORM, value)
    if not question.clues or not set(question.types) <= set(ERROR_TYPES):
        raise unreadable()
    return question


LINKS = re.compile(r".*", re.DOTALL)


def link_listener(_: Desk) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """Acknowledges and does nothing: the client opened the page already."""

    async def on_link(ack: AsyncAck, body: dict[str, Any]) -> None:  # noqa: ARG001  Bolt's form
        note(AuditOutcome.LINK)
        await ack()

    return on_link
