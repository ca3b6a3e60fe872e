"""Ends openings that stayed unfinished.

An opening that says "so far …" must not stay that way when the result went elsewhere. This happens
if Slack refuses the edit that should finish the opening, or does not confirm in time that the
opening was posted. The result is then delivered another way, and a note is left at the opening.
"""

from dataclasses import replace

import structlog

from bot.jobs.ports import Json
from bot.slack.checkpoints.checkpointed_sender import CheckpointedSender
from bot.slack.checkpoints.job_context import JobContext
from bot.slack.checkpoints.serialization import from_json, to_json
from bot.slack.context import BotContext, Lookup
from bot.slack.delivery.unconfirmed import (
    ended_elsewhere_text,
    unchangeable_text,
    unconfirmed_message,
)
from bot.slack.job import Job
from bot.slack.sending.calls import PostMessage, UpdateMessage
from bot.slack.sending.errors import TRANSIENT, SlackErrorKind
from bot.slack.sending.format_fallback import SendResult

RETRY_PAUSES = (2.0, 5.0, 20.0, 120.0, 600.0)
"""Seconds before each attempt. They outlast a short disturbance in Slack; if Slack fails for
longer, the log says so."""

_MESSAGE_GONE = "message_not_found"


async def close_unfinished_opening(job: Job) -> None:
    """End our opening if it is still unfinished. Call this after everything else is sent.

    The steps are not cancelled, even if one of the job's subjects was erased.
    """
    ctx, lookup, target = job.ctx, job.lookup, job.lookup.target
    refusal = lookup.opening_error
    if refusal and refusal.cause is SlackErrorKind.UNKNOWN and ctx.reconciler.may_read:
        opening = SendResult(SlackErrorKind.UNKNOWN)
    elif target.looking and target.looking not in job.sender.changed:
        opening = SendResult(channel=target.channel, ts=target.looking)
    else:
        return
    steps = job.steps.uncancellable()
    sender = CheckpointedSender(ctx.sender, steps, ctx.reconciler)
    for pause in RETRY_PAUSES:
        await steps.sleep(pause)
        if not opening.ts:
            opening = await _find_opening(ctx, lookup, steps)
        if opening.ok and await _close_opening(job, sender, opening):
            return
    structlog.get_logger("call_doctor").error("opening_unfinished")


async def _find_opening(ctx: BotContext, lookup: Lookup, steps: JobContext) -> SendResult:
    """Return where the opening is.

    The result has no `ts` if the opening was not posted, and the kind UNKNOWN if this cannot be
    found out.
    """

    async def look() -> Json:
        target = lookup.target
        posted = await ctx.reconciler.find(target.channel, target.thread, lookup.id, "opening")
        return to_json(SendResult, posted or SendResult(SlackErrorKind.UNKNOWN))

    opening: SendResult = from_json(SendResult, await steps.step("late-look", look))
    return opening


async def _close_opening(job: Job, sender: CheckpointedSender, opening: SendResult) -> bool:
    """Return whether nothing more needs to be done about the opening."""
    if not opening.ts:
        return True
    lookup = job.lookup
    message = replace(unconfirmed_message(job, ended_elsewhere_text(lookup.id)), part="ended")
    sent = await sender.send(UpdateMessage(opening.channel, opening.ts, message, lookup.id))
    if sent.ok or sent.cause in TRANSIENT or sent.error == _MESSAGE_GONE:
        return sent.cause not in TRANSIENT
    message = replace(unconfirmed_message(job, unchangeable_text(sent, lookup.id)), part="stays")
    thread = lookup.target.thread or opening.ts
    reply = await sender.send(PostMessage(opening.channel, message, lookup.id, thread))
    if not reply.ok:
        structlog.get_logger("call_doctor").error("opening_unfinished", error=reply.error)
    return True
