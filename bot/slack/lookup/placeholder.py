"""Posts "Looking…" where the answer will appear, and ends openings that stayed unfinished.

An opening that says "so far …" must not stay that way when the result went elsewhere. This happens
if Slack refuses the edit that should finish the opening, or does not confirm in time that the
opening was posted. The result is then delivered another way, and a note is left at the opening.
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
from bot.slack.sending.calls import PostEphemeral, PostMessage, Respond, UpdateMessage
from bot.slack.sending.errors import TRANSIENT, SlackErrorKind
from bot.slack.sending.format_fallback import SendResult


async def post_placeholder(ctx: BotContext, lookup: Lookup) -> ReplyTarget:
    """Post "Looking…" unless the acknowledgement already said it; return the target with the post.

    A message that only the asker sees carries no metadata, because it is not part of the answer.
    """
    target = lookup.place
    if target.acked:
        return target
    message = ctx.tools.renderer.placeholder(lookup.question, lookup.id)
    if target.url is not None:
        await ctx.sender.send(Respond(target.url, message, ""))
        return target
    if lookup.question.private and target.channel:
        await ctx.sender.send(
            PostEphemeral(target.channel, target.user, message, "", target.thread)
        )
        return target
    sent = await ctx.sender.send(
        PostMessage(target.channel or target.user, message, lookup.id, target.thread, first=True)
    )
    return replace(target, channel=sent.channel, looking=sent.ts) if sent.ok else target


RETRY_PAUSES = (2.0, 5.0, 20.0, 120.0, 600.0)
"""Seconds before each attempt. They outlast a short disturbance in Slack; if Slack fails for
longer, the log says so."""

_MESSAGE_GONE = "message_not_found"


async def close_unfinished_opening(
    ctx: BotContext, lookup: Lookup, steps: Steps, changed: Container[str]
) -> None:
    """End our opening if it is still unfinished. Call this after everything else is sent.

    `changed` holds the time stamps of the messages that were finished.
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
    """Return where the opening is.

    The result has no `ts` if the opening was not posted, and the kind UNKNOWN if this cannot be
    found out.
    """

    async def look() -> Json:
        target = lookup.place
        posted = await ctx.reconciler.find(target.channel, target.thread, lookup.id, "opening")
        return to_json(SendResult, posted or SendResult(SlackErrorKind.UNKNOWN))

    opening: SendResult = from_json(SendResult, await steps.run("late-look", look))
    return opening


async def _close_opening(
    ctx: BotContext, sender: CheckpointedSender, lookup: Lookup, opening: SendResult
) -> bool:
    """Return whether nothing more needs to be done about the opening."""
    if not opening.ts:
        return True
    text = ended_elsewhere_text(lookup.id)
    message = replace(unconfirmed_message(ctx, lookup, text), part="ended")
    sent = await sender.send(UpdateMessage(opening.channel, opening.ts, message, lookup.id))
    if sent.ok or sent.cause in TRANSIENT or sent.error == _MESSAGE_GONE:
        return sent.cause not in TRANSIENT
    message = replace(
        unconfirmed_message(ctx, lookup, unchangeable_text(sent, lookup.id)), part="stays"
    )
    thread = lookup.place.thread or opening.ts
    reply = await sender.send(PostMessage(opening.channel, message, lookup.id, thread))
    if not reply.ok:
        structlog.get_logger("call_doctor").error("opening_unfinished", error=reply.error)
    return True
