"""The first sign of life: "Looking…", where the answer will be.

An opening that says "so far …" does not stand for good when its end was told elsewhere.

Slack may refuse the edit that was to end it, or not tell in time that the opening stands at all.
Then what came of the look-up goes another way, and this is said where the opening stands.
"""

from collections.abc import Container
from dataclasses import replace

import structlog

from bot.jobs.ports import Json, Steps
from bot.slack.checkpoints.sender import CheckpointedSender
from bot.slack.checkpoints.serialization import from_json, to_json
from bot.slack.context import BotContext, Lookup
from bot.slack.delivery.unconfirmed import (
    ended_elsewhere_text,
    unchangeable_text,
    unconfirmed_message,
)
from bot.slack.payloads import ReplyTarget
from bot.slack.sending.errors import TRANSIENT, SlackErrorKind
from bot.slack.sending.format_fallback import SendResult


async def post_placeholder(ctx: BotContext, lookup: Lookup) -> ReplyTarget:
    """Say "Looking…" unless the acknowledgement did; returns the place with what was posted.

    What only the asker sees carries no metadata: it is no part of the answer.
    """
    target = lookup.place
    if target.acked:
        return target
    message = ctx.tools.renderer.placeholder(lookup.question, lookup.id)
    if target.url is not None:
        await ctx.sender.respond(target.url, message, "")
        return target
    if lookup.question.private and target.channel:
        await ctx.sender.ephemeral(target.channel, target.user, message, "", thread=target.thread)
        return target
    sent = await ctx.sender.post(
        target.channel or target.user, message, lookup.id, thread=target.thread, first=True
    )
    return replace(target, channel=sent.channel, looking=sent.ts) if sent.ok else target


RETRY_PAUSES = (2.0, 5.0, 20.0, 120.0, 600.0)
"""Seconds before each attempt: Slack's bad moments pass, its bad hours are told in the log."""

_MESSAGE_GONE = "message_not_found"


async def close_unfinished_opening(
    ctx: BotContext, lookup: Lookup, steps: Steps, changed: Container[str]
) -> None:
    """End our opening if it stands unfinished; to be called when all else is said.

    `changed` are the time stamps of the messages that were brought to their end.
    """
    target = lookup.place
    sender = CheckpointedSender(ctx.sender.plain, steps, ctx.reconciler)
    is_uncertain = lookup.refused is not None and lookup.refused.cause is SlackErrorKind.UNKNOWN
    if is_uncertain and ctx.reconciler.may_read:
        opening = SendResult(SlackErrorKind.UNKNOWN)
    elif target.looking and target.looking not in changed:
        opening = SendResult(channel=target.channel, ts=target.looking)
    else:
        return
    for pause in RETRY_PAUSES:
        await steps.pause(pause)
        if not opening.ts:
            opening = await _find_opening(ctx, lookup, steps)
        if opening.ok and await _close_opening(ctx, sender, lookup, opening):
            return
    structlog.get_logger("call_doctor").error("opening_unfinished")


async def _find_opening(ctx: BotContext, lookup: Lookup, steps: Steps) -> SendResult:
    """Where the opening stands; without `ts` if it does not, UNKNOWN if nobody can tell."""

    async def look() -> Json:
        target = lookup.place
        posted = await ctx.reconciler.find(target.channel, target.thread, lookup.id, "opening")
        return to_json(SendResult, posted or SendResult(SlackErrorKind.UNKNOWN))

    opening: SendResult = from_json(SendResult, await steps.run("late-look", look))
    return opening


async def _close_opening(
    ctx: BotContext, sender: CheckpointedSender, lookup: Lookup, opening: SendResult
) -> bool:
    """Whether nothing is left to be done about it."""
    if not opening.ts:
        return True
    text = ended_elsewhere_text(lookup.id)
    message = replace(unconfirmed_message(ctx, lookup, text), part="ended")
    sent = await sender.update(opening.channel, opening.ts, message, lookup.id)
    if sent.ok or sent.cause in TRANSIENT or sent.error == _MESSAGE_GONE:
        return sent.cause not in TRANSIENT
    message = replace(
        unconfirmed_message(ctx, lookup, unchangeable_text(sent, lookup.id)), part="stays"
    )
    thread = lookup.place.thread or opening.ts
    reply = await sender.post(opening.channel, message, lookup.id, thread=thread)
    if not reply.ok:
        structlog.get_logger("call_doctor").error("opening_unfinished", error=reply.error)
    return True
