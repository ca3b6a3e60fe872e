"""Continues the last answer of a thread or of direct messages: `again`, `since 1h`, `marta`.

Only the answer log is needed for that, so it works after a restart and on any replica.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.domain.answer_log import PostedAnswer
from bot.domain.audit import AuditOutcome
from bot.domain.errors import SlackTrouble, StoreUnreachable
from bot.domain.parsing import find_identifiers, find_zone
from bot.domain.parsing.follow_up import (
    WORDS_SENTENCE,
    FollowUp,
    FollowUpAction,
    Unclear,
    parse_follow_up,
)
from bot.domain.saved_lookup import SavedLookup, encode
from bot.slack.audit import set_outcome
from bot.slack.buttons.buttons import EVIDENCE, OTHERS, PACKET, TIMELINE
from bot.slack.buttons.job import start_press
from bot.slack.buttons.refresh import start_refresh
from bot.slack.context import BotContext, Lookup
from bot.slack.error_boundary import reply_privately
from bot.slack.listeners.query import in_direct_message
from bot.slack.lookup.channel_defaults import READ_SECONDS
from bot.slack.lookup.job import start_lookup
from bot.slack.message_text import text_of_message
from bot.slack.payloads import ReplyTarget, is_direct

NO_ANSWER = (
    "No answer of the last 30 days stands here that I could go on with. Name a room, or paste an "
    "id or a link. For a room that is called like a word of mine, write `room again`."
)
_BUTTONS = {
    FollowUpAction.TIMELINE: TIMELINE,
    FollowUpAction.REPORT: PACKET,
    FollowUpAction.EVIDENCE: EVIDENCE,
    FollowUpAction.OTHERS: OTHERS,
}


async def answer_follow_up(
    ctx: BotContext, target: ReplyTarget, text: str, message: Mapping[str, Any], delivery: str
) -> bool:
    """Return whether a text continues an earlier answer; then it is answered here.

    `delivery` is Slack's id of the event. Raises TooManyWaiting and StoreUnreachable.
    """
    answer = await last_answer(ctx, target)
    follow_up = await _parse(ctx, text, target.user)
    if follow_up is None:
        return False
    if answer is None:
        if isinstance(follow_up, FollowUp) and follow_up.needs_answer:
            await _tell(ctx, target, NO_ANSWER)
            return True
        return False
    if isinstance(follow_up, Unclear):
        if _names_something(message):
            return False
        await _tell(ctx, target, " ".join((*follow_up.remarks, WORDS_SENTENCE)))
    else:
        await _continue(ctx, target, follow_up, answer, delivery)
    return True


async def _continue(
    ctx: BotContext, target: ReplyTarget, follow_up: FollowUp, answer: PostedAnswer, delivery: str
) -> None:
    """Do what a follow-up asks for."""
    if follow_up.action is FollowUpAction.REPLY:
        subject = "" if follow_up.narrows else answer.subject
        await _offer_reply(ctx, target, _narrow(ctx, follow_up, answer.handle), subject)
    elif follow_up.action in _BUTTONS:
        await _press(ctx, target, follow_up, answer, delivery)
    elif follow_up.repeats:
        target = replace(target, thread=target.thread or answer.thread)
        await start_refresh(ctx, target, answer, delivery)
    else:
        query = follow_up.about(answer.handle)
        query = replace(query, anew=follow_up.action is FollowUpAction.AGAIN)
        query = in_direct_message(query) if is_direct(target.channel) else query
        await start_lookup(ctx, Lookup(ctx.new_lookup_id(), query, target), delivery)


async def last_answer(ctx: BotContext, target: ReplyTarget) -> PostedAnswer | None:
    """Return the last answer where a question stands; None if there is none.

    In direct messages a question outside a thread continues the last answer there. An answer from
    a 100ms workspace that may not be asked about here any more does not count. Raises
    StoreUnreachable.
    """
    log, channel = ctx.answer_log, target.channel
    if log is None or target.begins_thread:
        return None
    try:
        async with asyncio.timeout(READ_SECONDS):
            answer = None
            if target.thread:
                answer = await log.last_in_thread(channel, target.thread, target.user)
            if answer is None and is_direct(channel):
                answer = await log.last_in_dm(channel)
    except TimeoutError as error:
        raise StoreUnreachable("The answers of this thread could not be read in time.") from error
    permitted = ctx.workspaces_at(channel)
    may_continue = permitted is None or (answer and answer.handle.workspace in permitted)
    return answer if may_continue else None


async def _parse(ctx: BotContext, text: str, user: str) -> FollowUp | Unclear | None:
    """Parse a text; times that name no zone are read in the asker's zone if Slack reports it."""
    now = ctx.clock()
    follow_up = parse_follow_up(text, now)
    if not isinstance(follow_up, FollowUp) or not follow_up.options.readings:
        return follow_up
    try:
        person = await ctx.people.find(user)
    except SlackTrouble:  # UTC, as the answer then says
        return follow_up
    zone = find_zone(person.zone) if person and person.zone else None
    return parse_follow_up(text, now, zone=zone) if zone else follow_up


def _names_something(message: Mapping[str, Any]) -> bool:
    """Return whether the files or the forwarded message beside a text name an id."""
    attachments = {key: value for key, value in message.items() if key in ("files", "attachments")}
    return bool(find_identifiers(text_of_message(attachments)))


async def _tell(ctx: BotContext, target: ReplyTarget, words: str) -> None:
    """Tell the asker alone why nothing is looked up."""
    set_outcome(AuditOutcome.NOT_READ)
    reply = ctx.renderer.note(words)
    ctx.tasks.spawn(reply_privately(ctx, target, reply, ctx.new_lookup_id()))


def _narrow(ctx: BotContext, follow_up: FollowUp, saved_lookup: SavedLookup) -> SavedLookup:
    """Return the saved look-up of the answer, with what the question changes, as of now then."""
    if not follow_up.narrows:
        private = saved_lookup.private or follow_up.options.private
        return replace(saved_lookup, private=private)
    query = follow_up.about(saved_lookup)
    changed = replace(
        saved_lookup,
        as_of=ctx.clock(),
        since=query.since,
        until=query.until,
        types=query.types,
        private=query.private,
    )
    if follow_up.everybody or (follow_up.has_time and saved_lookup.kind == "session"):
        changed = replace(
            changed,
            kind="room",
            session_id=None,
            session_from=None,
            session_to=None,
            peer_id=None,
            user_id=None,
        )
    return changed


async def _offer_reply(
    ctx: BotContext, target: ReplyTarget, saved_lookup: SavedLookup, subject: str
) -> None:
    """Show the asker alone a button to the form of a reply: a message has no trigger to open it."""
    set_outcome(AuditOutcome.ANSWERED)
    reply = ctx.renderer.reply_button(saved_lookup, encode(saved_lookup), ctx.clock(), subject)
    ctx.tasks.spawn(reply_privately(ctx, target, reply, saved_lookup.lookup_id))


async def _press(
    ctx: BotContext, target: ReplyTarget, follow_up: FollowUp, answer: PostedAnswer, delivery: str
) -> None:
    """Do what the button of that name does."""
    saved_lookup = _narrow(ctx, follow_up, answer.handle)
    if is_direct(target.channel):
        saved_lookup = replace(saved_lookup, private=False)
    thread = target.thread or answer.thread or answer.ts
    target = replace(target, thread=thread)
    await start_press(ctx, _BUTTONS[follow_up.action], saved_lookup, target, delivery)
