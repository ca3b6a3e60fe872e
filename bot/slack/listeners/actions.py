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
from bot.domain.parsing import parse_query
from bot.domain.query import LookupQuery
from bot.domain.records.audit import AuditOutcome
from bot.slack.access.audit import note
from bot.slack.context import BotContext, Lookup
from bot.slack.error_boundary import report_error
from bot.slack.listeners.button_values import read_value, unreadable
from bot.slack.lookup.job import start_lookup
from bot.slack.payloads import (
    Body,
    ReplyTarget,
    click_id,
    message_ts,
    reply_target_of_click,
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


def choose_listener(desk: BotContext) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """Acknowledges and looks up what was chosen; a second press by the same person is ignored."""

    async def on_choice(ack: AsyncAck, body: dict[str, Any]) -> None:
        place = reply_target_of_click(body)
        key = ("choose", place.channel, message_ts(body), text_at(pressed(body), "action_id"))
        if desk.seen.add(*key, place.user):
            with desk.seen.rollback_on_error(*key, place.user):
                await _begin(desk, place, body)
        else:
            note(AuditOutcome.REPEATED)
            desk.tools.meters.duplicate_suppressed()
        await ack()

    return on_choice


async def _begin(desk: BotContext, place: ReplyTarget, body: Body) -> None:
    reference = desk.tools.new_lookup_id()
    try:
        question = _question(desk, text_at(pressed(body), "value"))
    except NotAllowed as error:
        note(AuditOutcome.ASKED_WRONGLY)
        desk.crew.spawn(report_error(desk, place, reference, error))
    else:
        await start_lookup(desk, Lookup(reference, question, place), click_id(body))


def _question(desk: BotContext, value: str) -> LookupQuery:
    """The button's value: `q` asks for just one thing; the rest repeats the first question.

    Raises NotAllowed when it is not one of ours.
    """
    chosen = read_value(_FORM, value)
    if not chosen.q.strip():
        raise unreadable()
    question = parse_query(chosen.q, desk.tools.clock())
    return replace(
        question,
        private=chosen.private,
        public=chosen.public,
        since=chosen.since or question.since,
        until=chosen.until or question.until,
        types=tuple(kind for kind in ERROR_TYPES if kind in chosen.types) or question.types,
    )


REFRESH = re.compile(r"\Arefresh\Z")

_REFRESH_FORM = TypeAdapter(LookupQuery)


def refresh_listener(desk: BotContext) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """Records a fresh look-up in the place of the button, then acknowledges."""

    async def on_refresh(ack: AsyncAck, body: dict[str, Any]) -> None:
        place, reference = reply_target_of_click(body), desk.tools.new_lookup_id()
        try:
            question = _refresh_question(text_at(pressed(body), "value"))
        except NotAllowed as error:
            note(AuditOutcome.ASKED_WRONGLY)
            desk.crew.spawn(report_error(desk, place, reference, error))
        else:
            await start_lookup(desk, Lookup(reference, question, place), click_id(body))
        await ack()

    return on_refresh


def _refresh_question(value: str) -> LookupQuery:
    """Raises NotAllowed for what is no question of ours."""
    question = read_value(_REFRESH_FORM, value)
    if not question.clues or not set(question.types) <= set(ERROR_TYPES):
        raise unreadable()
    return question


LINKS = re.compile(r".*", re.DOTALL)


def link_listener(_: BotContext) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """Acknowledges and does nothing: the client opened the page already."""

    async def on_link(ack: AsyncAck, body: dict[str, Any]) -> None:  # noqa: ARG001  Bolt's form
        note(AuditOutcome.LINK)
        await ack()

    return on_link
