"""*Right* and *Wrong* under an answer: stores the vote, confirms it to the voter, acknowledges it.

*Wrong* opens a form that asks for the true cause, and counts when the form is submitted. A vote is
stored before Slack gets the acknowledgement: a person whose vote was lost sees that the button
failed. `bot.slack.admission` refuses people of other companies before.
https://docs.slack.dev/reference/block-kit/block-elements/feedback-buttons-element
"""

import asyncio
import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.audit import AuditOutcome
from bot.domain.diagnosis import VerdictClass
from bot.domain.errors import NotAllowed, SlackTrouble, StoreUnreachable
from bot.domain.saved_lookup import decode
from bot.domain.votes import (
    Ballot,
    Vote,
    clean_note,
    decode_ballot,
    encode_ballot,
    is_verdict_class,
)
from bot.render.message import Message
from bot.slack.audit import set_outcome, wait_until_recorded
from bot.slack.context import BotContext, Listener
from bot.slack.error_boundary import notify_user
from bot.slack.home import refresh_home
from bot.slack.payloads import (
    FEEDBACK_IDS,
    Body,
    ReplyTarget,
    message_ts,
    pressed_action,
    private_metadata_of,
    read_form_values,
    reply_target_of_click,
    text_at,
)
from bot.slack.sending.calls import OpenView
from bot.slack.sending.errors import SlackErrorKind

FEEDBACK = re.compile(rf"\A({'|'.join(FEEDBACK_IDS)})\Z")
CONFIRM_SECONDS = 0.9
"""Seconds for which the acknowledgement waits for the confirmation. Slack waits three in all."""
STORE_SECONDS = 1.2
_NOT_STORED = "The vote could not be stored just now. Try again."
_NO_CAUSE = "Choose the true cause."
_EXPIRED = NotAllowed(
    "Slack allows three seconds to open a form, and it took longer.",
    headline="I could not open the form",
    next_step="Press Wrong again.",
)


def feedback_listener(ctx: BotContext) -> Listener:
    """Return a listener that stores a vote for the answer, or opens the form for one against it."""

    async def on_feedback(ack: AsyncAck, body: dict[str, Any]) -> None:
        ballot = decode_ballot(text_at(pressed_action(body), "value"))
        target = _target_of_press(body)
        await wait_until_recorded()
        if ballot.vote == "wrong":
            set_outcome(AuditOutcome.FORM_OPENED, ballot.reference)
            await _open_form(ctx, ballot, target, text_at(body, "trigger_id"))
        else:
            set_outcome(AuditOutcome.VOTED, ballot.reference)
            await _store(ctx, ballot, _vote_of(ballot, target.user))
            await _confirm(ctx, target, ballot)
        await ack()

    return on_feedback


def feedback_form_listener(ctx: BotContext) -> Listener:
    """Return a listener that stores a vote against an answer, with the true cause."""

    async def on_submit(ack: AsyncAck, body: dict[str, Any]) -> None:
        ballot = decode_ballot(text_at(private_metadata_of(body), "ballot"))
        form, target = read_form_values(body), _target_of_form(ctx, body)
        cause = form.picked
        await wait_until_recorded()
        if not is_verdict_class(cause):
            set_outcome(AuditOutcome.ASKED_WRONGLY, ballot.reference)
            await ack(response_action="errors", errors={"cause": _NO_CAUSE})
            return
        vote = replace(_vote_of(ballot, target.user), cause=cause, note=clean_note(form.text))
        try:
            await _store(ctx, ballot, vote)
        except StoreUnreachable:
            set_outcome(AuditOutcome.UNAVAILABLE, ballot.reference)
            await ack(response_action="errors", errors={"cause": _NOT_STORED})
            return
        set_outcome(AuditOutcome.VOTED, ballot.reference)
        await _confirm(ctx, target, ballot, cause)
        await ack()

    return on_submit


def _vote_of(ballot: Ballot, voter: str) -> Vote:
    is_right = ballot.vote == "right"
    return Vote(ballot.reference, voter, ballot.verdict, ballot.confidence, is_right)


async def _store(ctx: BotContext, ballot: Ballot, vote: Vote) -> None:
    """Store the vote. Raises StoreUnreachable, also if that takes too long."""
    if ctx.votes is None:
        raise StoreUnreachable
    try:
        async with asyncio.timeout(STORE_SECONDS):
            await ctx.votes.cast(vote, _time_of(ctx, ballot))
    except TimeoutError as error:
        raise StoreUnreachable("The vote could not be stored in time.") from error


def _time_of(ctx: BotContext, ballot: Ballot) -> datetime:
    """Return when the answer was given, as far as its button tells."""
    try:
        return decode(ballot.lookup).as_of
    except NotAllowed:
        return ctx.clock()


async def _confirm(
    ctx: BotContext, target: ReplyTarget, ballot: Ballot, cause: VerdictClass | None = None
) -> None:
    """Tell the voter alone what was stored; a slow Slack does not hold up the acknowledgement."""
    refresh_home(ctx, target.user)
    message = ctx.renderer.vote_stored(ballot.reference, cause)
    task = asyncio.create_task(_tell(ctx, target, message))
    done, _ = await asyncio.wait({task}, timeout=CONFIRM_SECONDS)
    if not done:
        ctx.tasks.spawn(_finish(task))


async def _tell(ctx: BotContext, target: ReplyTarget, message: Message) -> None:
    if not await notify_user(ctx.sender, target, message, ""):
        structlog.get_logger("call_doctor").error("asker_not_reached")


async def _finish(task: "asyncio.Task[None]") -> None:
    await task


async def _open_form(ctx: BotContext, ballot: Ballot, target: ReplyTarget, trigger: str) -> None:
    """Open the form. Raises BotError if Slack would not."""
    facts = {
        "channel": target.channel,
        "thread": target.thread,
        "ticket": ctx.modal_urls.save(target.url),
        "lookup": ballot.lookup,
        "ballot": encode_ballot(ballot),
    }
    view = ctx.renderer.feedback_form(json.dumps(facts, ensure_ascii=False))
    opened = await ctx.sender.send(OpenView(trigger, view))
    if opened.cause is SlackErrorKind.EXPIRED:
        raise _EXPIRED
    if not opened.ok:
        raise SlackTrouble(f"Slack would not open the form ({opened.error}).")


def _target_of_press(body: Body) -> ReplyTarget:
    """Return the place of the answer; the thread that the answer itself began is not meant.

    In another thread the response_url does not count: what it takes appears beside the thread.
    """
    target = reply_target_of_click(body)
    if target.thread == message_ts(body):
        return replace(target, thread="")
    return replace(target, url=None) if target.thread else target


def _target_of_form(ctx: BotContext, body: Body) -> ReplyTarget:
    facts = private_metadata_of(body)
    return ReplyTarget(
        text_at(body, "user", "id"),
        text_at(facts, "channel"),
        text_at(facts, "thread"),
        ctx.modal_urls.find(text_at(facts, "ticket")),
    )
