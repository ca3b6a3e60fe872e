"""Listeners for the buttons that ask again or open a page.

A choice among several matches repeats the question about just one of them. *New answer*, which was
*Refresh* in earlier releases, asks the same question again. A button that opens a page needs an
acknowledgement too. Button values come from outside, so their types are checked.
https://docs.slack.dev/reference/block-kit/block-elements/button-element
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from pydantic import AwareDatetime, StrictBool, TypeAdapter
from slack_bolt.async_app import AsyncAck

from bot.domain.answer_log import PostedAnswer
from bot.domain.audit import AuditOutcome
from bot.domain.errors import NotAllowed
from bot.domain.events import ERROR_TYPES, YEARS
from bot.domain.metrics import LookupOutcome
from bot.domain.parsing import parse_query
from bot.domain.query import LookupQuery
from bot.domain.saved_lookup import SavedLookup, decode, query_of
from bot.slack.audit import set_outcome
from bot.slack.buttons.job import LookupButton
from bot.slack.buttons.refresh import start_refresh
from bot.slack.context import BotContext, Listener, Lookup
from bot.slack.error_boundary import report_error
from bot.slack.lookup.job import start_lookup
from bot.slack.payloads import (
    MENU,
    Body,
    ReplyTarget,
    click_id,
    is_ephemeral,
    message_ts,
    pressed_action,
    pressed_name,
    pressed_value,
    reply_target_of_click,
    text_at,
)

CHOOSE = re.compile(r"choose-\d+")


@dataclass(frozen=True, slots=True)
class Choice:
    """The value of a choice's button."""

    q: str
    private: StrictBool = False
    public: StrictBool = False
    since: datetime | None = None
    until: datetime | None = None
    types: tuple[str, ...] = ()
    follow_up: StrictBool = False
    thread: str = ""


_THREAD = re.compile(r"\d{1,12}\.\d{1,9}", re.ASCII)
_CHOICE_ADAPTER = TypeAdapter(Choice)


def choose_listener(ctx: BotContext) -> Listener:
    """Return a listener that looks up the chosen match, then acknowledges.

    A second press by the same person is ignored.
    """

    async def on_choice(ack: AsyncAck, body: dict[str, Any]) -> None:
        target = reply_target_of_click(body)
        key = (
            "choose",
            target.channel,
            message_ts(body),
            text_at(pressed_action(body), "action_id"),
        )
        if ctx.recent_keys.add(*key, target.user):
            with ctx.recent_keys.rollback_on_error(*key, target.user):
                await _start_chosen_lookup(ctx, target, body)
        else:
            set_outcome(AuditOutcome.REPEATED)
            ctx.metrics.duplicate_suppressed()
        await ack()

    return on_choice


async def _start_chosen_lookup(ctx: BotContext, target: ReplyTarget, body: Body) -> None:
    reference = ctx.new_lookup_id()
    try:
        choice = read_value(_CHOICE_ADAPTER, text_at(pressed_action(body), "value"))
        query = _chosen_query(ctx, choice)
        if not target.thread and _THREAD.fullmatch(choice.thread):
            target = replace(target, thread=choice.thread)
    except NotAllowed as error:
        set_outcome(AuditOutcome.ASKED_WRONGLY)
        ctx.tasks.spawn(report_error(ctx, target, reference, error))
    else:
        await start_lookup(ctx, Lookup(reference, query, target), click_id(body))


def _chosen_query(ctx: BotContext, choice: Choice) -> LookupQuery:
    """Return the question of a choice: `q`, with the options of the first question.

    Raises NotAllowed if the choice has no question.
    """
    if not choice.q.strip():
        raise unreadable_value()
    query = parse_query(choice.q, ctx.clock())
    return replace(
        query,
        private=choice.private,
        public=choice.public,
        since=choice.since or query.since,
        until=choice.until or query.until,
        types=tuple(kind for kind in ERROR_TYPES if kind in choice.types) or query.types,
        follow_up=choice.follow_up,
    )


REFRESH = re.compile(r"\Arefresh\Z")

_QUERY_ADAPTER = TypeAdapter(LookupQuery)


def refresh_listener(ctx: BotContext) -> Listener:
    """Return a listener that records a new look-up for the button, then acknowledges."""

    async def on_refresh(ack: AsyncAck, body: dict[str, Any]) -> None:
        target, reference = reply_target_of_click(body), ctx.new_lookup_id()
        try:
            query = _refresh_query(text_at(pressed_action(body), "value"))
        except NotAllowed as error:
            set_outcome(AuditOutcome.ASKED_WRONGLY)
            ctx.tasks.spawn(report_error(ctx, target, reference, error))
        else:
            await start_lookup(ctx, Lookup(reference, query, target), click_id(body))
        await ack()

    return on_refresh


def _refresh_query(value: str) -> LookupQuery:
    """Return the question in a button's value. Raises NotAllowed if it is not one of ours."""
    query = read_value(_QUERY_ADAPTER, value)
    if not query.clues or not set(query.types) <= set(ERROR_TYPES):
        raise unreadable_value()
    return replace(query, anew=True)


ASK_AGAIN = re.compile(r"\Aask_again\Z")
POST_IN_CHANNEL = re.compile(r"\Apost_in_channel\Z")
MORE = re.compile(rf"\A{MENU}\Z")


def ask_again_listener(ctx: BotContext) -> Listener:
    """Return a listener that asks the question of the answer again, and edits the answer."""

    async def on_press(ack: AsyncAck, body: dict[str, Any]) -> None:
        saved_lookup = _saved_lookup_of(ctx, body)
        if saved_lookup is not None:
            target, is_home = reply_target_of_click(body), not message_ts(body)
            answer = await _pressed_answer(ctx, saved_lookup, body)
            await start_refresh(ctx, target, answer, click_id(body), home=is_home)
        await ack()

    return on_press


async def _pressed_answer(ctx: BotContext, saved_lookup: SavedLookup, body: Body) -> PostedAnswer:
    """Return the answer above the pressed button; in Home, the one that the button names."""
    target, ts = reply_target_of_click(body), message_ts(body)
    if not ts and ctx.answer_log is not None:
        stored = await ctx.answer_log.find(saved_lookup.lookup_id)
        if stored is not None:
            return replace(stored, handle=saved_lookup)
    if is_ephemeral(body):
        saved_lookup, ts = replace(saved_lookup, private=True), ""
    outcome = LookupOutcome.ANSWERED
    return PostedAnswer(saved_lookup, "", target.channel, ts, outcome, target.thread or ts)


def post_in_channel_listener(
    ctx: BotContext,
) -> Listener:
    """Return a listener that posts the answer that only the presser has seen.

    It is posted once, however often that is pressed, and as if `public` had been typed, so that no
    setting of the channel hides it.
    """

    async def on_press(ack: AsyncAck, body: dict[str, Any]) -> None:
        target = reply_target_of_click(body)
        key = ("post_in_channel", target.channel, pressed_value(body))
        if not ctx.recent_keys.add(*key):
            set_outcome(AuditOutcome.REPEATED)
            ctx.metrics.duplicate_suppressed()
            await ack()
            return
        with ctx.recent_keys.rollback_on_error(*key):
            saved_lookup = _saved_lookup_of(ctx, body)
            if saved_lookup is not None:
                query = replace(query_of(saved_lookup), private=False, public=True)
                lookup = Lookup(ctx.new_lookup_id(), query, target)
                await start_lookup(ctx, lookup, click_id(body))
        await ack()

    return on_press


def _saved_lookup_of(ctx: BotContext, body: Body) -> SavedLookup | None:
    """Return the look-up of a pressed button; tell the presser if its value is not one of ours."""
    try:
        return decode(pressed_value(body))
    except NotAllowed as error:
        set_outcome(AuditOutcome.ASKED_WRONGLY)
        ctx.tasks.spawn(report_error(ctx, reply_target_of_click(body), ctx.new_lookup_id(), error))
        return None


def menu_listener(ctx: BotContext, buttons: Iterable[LookupButton]) -> Listener:
    """Return a listener that runs the button that a menu's entry stands for."""
    listeners = {button.name: button.listener(ctx) for button in buttons}

    async def on_menu(ack: AsyncAck, body: dict[str, Any]) -> None:
        listener = listeners.get(pressed_name(body))
        if listener is not None:
            await listener(ack, body)
            return
        set_outcome(AuditOutcome.ASKED_WRONGLY)
        target, reference = reply_target_of_click(body), ctx.new_lookup_id()
        ctx.tasks.spawn(report_error(ctx, target, reference, unreadable_value()))
        await ack()

    return on_menu


LINKS = re.compile(r".*", re.DOTALL)


def link_listener(_: BotContext) -> Listener:
    """Return a listener that only acknowledges: the client has already opened the page."""

    async def on_link(ack: AsyncAck, body: dict[str, Any]) -> None:  # noqa: ARG001  Bolt's form
        set_outcome(AuditOutcome.LINK)
        await ack()

    return on_link


T = TypeVar("T")

_TIME_ADAPTER: TypeAdapter[AwareDatetime | None] = TypeAdapter(AwareDatetime | None)


def unreadable_value() -> NotAllowed:
    """Return the error for a button whose value is not one of ours."""
    return NotAllowed(
        "That button belongs to an older answer that I can't read any more.",
        next_step="Ask again for a new answer.",
    )


def read_value(adapter: TypeAdapter[T], text: str) -> T:
    """Return a button's JSON value in the adapter's form. Raises NotAllowed if the form differs."""
    try:
        return adapter.validate_python(_check_value(json.loads(text)))
    except (ValueError, TypeError, RecursionError) as error:
        raise unreadable_value() from error


def _check_value(value: Any) -> Any:  # noqa: ANN401  JSON can be anything
    """Return the value unchanged.

    Raises ValueError for times without a zone, for dates far from ours, and for odd characters.
    """
    text = json.dumps(value, ensure_ascii=False)
    text.encode()  # raises for half of a surrogate pair
    if not isinstance(value, dict) or "\\u0000" in text:
        raise ValueError("no value of ours")
    for name in ("since", "until", "usual_since"):
        moment = _TIME_ADAPTER.validate_python(value.get(name))
        if moment and moment.year not in YEARS:
            raise ValueError(name)
    return value
