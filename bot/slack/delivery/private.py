"""Sends an answer message by message to the asker alone, or at a response_url.

Nobody can check afterwards whether Slack showed such a message. chat.postEphemeral serves mentions,
which have no response_url. A response_url works even where the bot is not a member, for five
messages.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.render.message import Message
from bot.slack.checkpoints.result import LookupResult
from bot.slack.context import BotContext, Lookup
from bot.slack.delivery.unconfirmed import only_you_note, report_unconfirmed
from bot.slack.lookup_metrics import record_first_answer
from bot.slack.payloads import ReplyTarget
from bot.slack.sending.calls import PostEphemeral, Respond
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult


async def send_in_order(
    ctx: BotContext,
    lookup: Lookup,
    messages: tuple[Message, ...],
    send: Callable[[Message], Awaitable[SendResult]],
    *,
    prefix: str = "",
) -> SendResult:
    """Send the messages in order, with `prefix` before their parts; return the first one's result.

    A message that Slack did not confirm is reported, and the rest are still sent. If the first
    message was posted or is UNKNOWN, no other route may start the answer again. If Slack certainly
    refused the first message, nothing else is sent.
    """
    results: list[SendResult] = []
    unconfirmed: list[str] = []
    for message in messages:
        prefixed = replace(message, part=prefix + message.part)
        sent = await send(prefixed)
        if not results and _is_refused(sent):
            return sent
        if sent.ok and not prefix and not any(earlier.ok for earlier in results):
            record_first_answer(ctx, lookup)
        results.append(sent)
        if not sent.ok:
            unconfirmed.append(prefixed.part)
    if unconfirmed:
        await report_unconfirmed(ctx, lookup, unconfirmed)
    return results[0]


def _is_refused(sent: SendResult) -> bool:
    return not sent.ok and sent.cause is not SlackErrorKind.UNKNOWN


MAX_MESSAGES = 5


async def to_asker_ephemeral(
    ctx: BotContext,
    lookup: Lookup,
    result: LookupResult,
    refusal: SendResult | None,
    prefix: str = "",
) -> SendResult | None:
    """Show the private form in the channel; the bot and the asker must both be members.

    Return None if the target has no channel.
    """
    target = lookup.place
    if not target.channel:
        return None
    note = only_you_note(refusal, lookup.id) if refusal else ""

    async def send(message: Message) -> SendResult:
        return await ctx.sender.send(
            PostEphemeral(target.channel, target.user, message, lookup.id, target.thread)
        )

    messages = await result.private(messages=MAX_MESSAGES, note=note)
    return await send_in_order(ctx, lookup, messages, send, prefix=prefix)


async def to_thread_by_response_url(
    ctx: BotContext, lookup: Lookup, result: LookupResult, _: SendResult | None
) -> SendResult | None:
    """Post in the asker's thread, visible to everybody.

    Return None if the target names no thread; a slash command names none.
    """
    if not lookup.place.thread:
        return None
    return await _send_by_response_url(ctx, lookup, result, thread=lookup.place.thread)


async def to_asker_by_response_url(
    ctx: BotContext,
    lookup: Lookup,
    result: LookupResult,
    refusal: SendResult | None,
    prefix: str = "",
) -> SendResult | None:
    """Send to the asker alone, with the reason if they did not ask for that."""
    note = only_you_note(refusal, lookup.id) if refusal else ""
    return await _send_by_response_url(ctx, lookup, result, note=note, prefix=prefix)


async def _send_by_response_url(
    ctx: BotContext,
    lookup: Lookup,
    result: LookupResult,
    *,
    thread: str = "",
    note: str = "",
    prefix: str = "",
) -> SendResult | None:
    url = lookup.place.url
    if url is None or not url.uses_left:
        return None

    async def send(message: Message) -> SendResult:
        return await ctx.sender.send(Respond(url, message, lookup.id, thread, bool(thread)))

    messages = await result.private(messages=_message_limit(lookup.place), note=note)
    sent = await send_in_order(ctx, lookup, messages, send, prefix=prefix)
    # An expired address counts as none. The refused route before it, if any, is the reason to give.
    return None if sent.cause is SlackErrorKind.EXPIRED else sent


def _message_limit(target: ReplyTarget) -> int:
    """Return how many messages may be sent; one use is kept back to report a failure."""
    return max(1, target.answers_left - 1)
