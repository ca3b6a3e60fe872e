"""Reports what Slack did not confirm, explains other routes, and ends unfinished openings.

Parts that Slack did not confirm are named, not repeated.

An opening that says "so far …" must not stay that way when the result went elsewhere. This happens
if Slack refuses the edit that should finish the opening, or does not confirm in time that the
opening was posted. The result is then delivered another way, and a note is left at the opening.
"""

import json
from dataclasses import replace

import structlog

from bot.domain.query import LookupQuery
from bot.domain.saved_lookup import LIMIT
from bot.jobs.ports import Json
from bot.render.message import Message
from bot.slack.checkpoints.checkpointed_sender import CheckpointedSender
from bot.slack.checkpoints.job_context import JobContext
from bot.slack.checkpoints.serialization import from_json, to_json
from bot.slack.context import BotContext, Lookup
from bot.slack.error_boundary import notify_user
from bot.slack.job import Job
from bot.slack.sending.calls import PostMessage, UpdateMessage
from bot.slack.sending.errors import TRANSIENT, SlackErrorKind
from bot.slack.sending.format_fallback import SendResult

_REASONS = {
    "is_archived": "this channel is archived",
    "not_in_channel": "I am not in this channel; `/invite @Call Doctor` lets me answer in it",
    "channel_not_found": "I am not in this conversation; `/invite @Call Doctor` lets me in",
    "restricted_action_thread_locked": "that thread is locked",
    "messages_tab_disabled": "my direct messages are switched off",
    "shared_channel": "people of another company are in this channel; write `public` in the "
    "question to answer here, without names",
    "sharing_unknown": "Slack did not say whether people of another company are in this channel; "
    "write `public` in the question to answer here, without names",
    "missing_scope": "I lack a permission; ask whoever runs Call Doctor to run `call-doctor check`",
}
_REASONS_BY_KIND = {
    SlackErrorKind.PLACE: "this channel doesn't let me post",
    SlackErrorKind.SETUP: (
        "Slack refuses my token; ask whoever runs Call Doctor to run `call-doctor check`"
    ),
    SlackErrorKind.BUSY: "Slack asks me to slow down",
    SlackErrorKind.FORM: "Slack didn't accept the form of the answer",
    SlackErrorKind.LONG: "Slack found the answer too long",
    SlackErrorKind.STALE: "the message that I wanted to change is gone",
    SlackErrorKind.EXPIRED: "Slack no longer accepts an answer there",
}


def refusal_text(sent: SendResult) -> str:
    """Return the meaning of Slack's refusal, as half a sentence."""
    text = _REASONS.get(sent.error) or _REASONS_BY_KIND.get(sent.cause or SlackErrorKind.PLACE)
    return text or "Slack did not confirm the message"


def only_you_note(sent: SendResult, reference: str) -> str:
    """Return the note for a private answer that replaces a public one."""
    return f"Shown only to you because {refusal_text(sent)}. (Reference {reference})"


def sent_here_note(sent: SendResult, reference: str) -> str:
    """Return the note for a direct message that replaces an answer elsewhere."""
    return f"I could not answer where you asked: {refusal_text(sent)}. (Reference {reference})"


def unconfirmed_text(parts: list[str]) -> str:
    """Return the warning about parts that Slack did not confirm."""
    count = "1 message" if len(parts) == 1 else f"{len(parts)} messages"
    return f"Slack didn't confirm {count} ({', '.join(parts)})."


ENDED_ELSEWHERE = (
    "Couldn't update this message; the answer was posted separately, below or to the asker alone."
)
"""Replaces an opening whose end could not be posted there in time."""


def unchangeable_text(sent: SendResult) -> str:
    """Return the text for the thread of an opening that Slack does not let us change."""
    return (
        f"Couldn't update the message above ({sent.error}); the answer was posted separately, "
        "below or to the asker alone."
    )


async def report_unconfirmed(
    job: Job, parts: list[str], *, channel: str = "", thread: str = ""
) -> None:
    """Name the parts that may be missing in the thread, or else to the asker by another route."""
    log = structlog.get_logger("call_doctor")
    log.warning("parts_unconfirmed", parts=parts)
    lookup = job.lookup
    message = unconfirmed_message(job, unconfirmed_text(parts))
    if thread:
        sent = await job.sender.send(PostMessage(channel, message, lookup.id, thread))
        if sent.ok:
            return
    # "Looking…" may still stand. If the opening was to replace it, this message does so instead.
    instead = "opening" in parts and not job.sender.responded
    if not await notify_user(job.sender, lookup.target, message, lookup.id, instead=instead):
        log.error("asker_not_reached")


def unconfirmed_message(job: Job, text: str) -> Message:
    """Return a warning with a button that asks the whole question again."""
    lookup = job.lookup
    value = "" if lookup.hides_identifiers else _button_value(lookup.query)
    return job.ctx.renderer.unconfirmed(text, value, lookup.id)


def _button_value(query: LookupQuery) -> str:
    """Return the question as the button's value; "" if it has no identifiers or would not fit."""
    value = json.dumps(to_json(LookupQuery, query), ensure_ascii=False, separators=(",", ":"))
    return value if query.clues and len(value) <= LIMIT else ""


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
    message = replace(unconfirmed_message(job, ENDED_ELSEWHERE), part="ended")
    sent = await sender.send(UpdateMessage(opening.channel, opening.ts, message, lookup.id))
    if sent.ok or sent.cause in TRANSIENT or sent.error == _MESSAGE_GONE:
        return sent.cause not in TRANSIENT
    message = replace(unconfirmed_message(job, unchangeable_text(sent)), part="stays")
    thread = lookup.target.thread or opening.ts
    reply = await sender.send(PostMessage(opening.channel, message, lookup.id, thread))
    if not reply.ok:
        structlog.get_logger("call_doctor").error("opening_unfinished", error=reply.error)
    return True
