"""Posts an answer in its channel, with the detail in a thread, or by direct message.

The channel is the route that the asker chose. A direct message carries the whole answer, with its
thread, where it disturbs nobody else.
"""

from dataclasses import replace

from bot.render.message import Message
from bot.slack.checkpoints.result import LookupResult
from bot.slack.context import BotContext, Lookup
from bot.slack.delivery.thread import post_thread
from bot.slack.delivery.unconfirmed import report_unconfirmed, sent_here_note
from bot.slack.sending.calls import PostMessage, UpdateMessage
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult

_REPEATABLE = (SlackErrorKind.UNKNOWN, SlackErrorKind.BUSY)


async def to_channel(
    ctx: BotContext, lookup: Lookup, result: LookupResult, _: SendResult | None
) -> SendResult | None:
    """Post the opening, or replace "Looking…" with it; then post the rest in the thread."""
    if not lookup.place.channel:
        return None
    answer = await result.answer()
    opening = await _send_opening(ctx, lookup, answer.opening)
    if opening.ok:
        await post_thread(ctx, lookup, result, answer, opening)
    elif opening.cause is SlackErrorKind.UNKNOWN:
        await report_unconfirmed(ctx, lookup, [answer.opening.part])
    return opening


async def _send_opening(ctx: BotContext, lookup: Lookup, message: Message) -> SendResult:
    target, sender = lookup.place, ctx.sender
    if target.looking:
        edit = UpdateMessage(target.channel, target.looking, message, lookup.id)
        sent = await sender.send(edit)
        if sent.cause in _REPEATABLE:  # an edit may be repeated: the second changes nothing
            sent = await sender.send(edit)
        if sent.cause is not SlackErrorKind.STALE:
            return sent
    return await sender.send(
        PostMessage(target.channel, message, lookup.id, target.thread, first=True)
    )


async def to_direct_message(
    ctx: BotContext, lookup: Lookup, result: LookupResult, refusal: SendResult | None
) -> SendResult | None:
    """Post to the asker's own conversation with the bot.

    A post to a user's id opens that conversation.
    https://docs.slack.dev/reference/methods/chat.postMessage
    """
    if not lookup.place.user:
        return None
    note = sent_here_note(refusal, lookup.id) if refusal else ""
    answer = await result.answer(note)
    opening = await ctx.sender.send(
        PostMessage(lookup.place.user, answer.opening, lookup.id, first=True)
    )
    if opening.ok:
        target = replace(lookup.place, channel=opening.channel, thread="", looking="")
        await post_thread(ctx, lookup.with_target(target), result, answer, opening)
    elif opening.cause is SlackErrorKind.UNKNOWN:
        await report_unconfirmed(ctx, lookup, [answer.opening.part])
    return opening
