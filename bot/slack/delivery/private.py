"""An answer message by message where nobody can look afterwards what was shown.

For the asker alone by chat.postEphemeral: for mentions, which have no response_url.

Answers at the response_url: it works where the bot is no member, five times.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.render.message import Message
from bot.slack.checkpoints.result import LookupResult
from bot.slack.context import BotContext, Lookup
from bot.slack.delivery.unconfirmed import only_you_note, report_unconfirmed
from bot.slack.lookup_metrics import record_first_answer
from bot.slack.payloads import ReplyTarget
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
    """Send them in order, `prefix` before their parts; returns what became of the first.

    One that Slack did not confirm is named and the rest follows: whether the first is UNKNOWN or
    stands, no other way may begin anew. Only when Slack surely refused the first is nothing sent.
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
    """Show the private form where it was asked; wants the bot and the asker in the channel."""
    target = lookup.place
    if not target.channel:
        return None
    note = only_you_note(refusal, lookup.id) if refusal else ""

    async def send(message: Message) -> SendResult:
        return await ctx.sender.ephemeral(
            target.channel, target.user, message, lookup.id, thread=target.thread
        )

    messages = await result.private(messages=MAX_MESSAGES, note=note)
    return await send_in_order(ctx, lookup, messages, send, prefix=prefix)


async def to_thread_by_response_url(
    ctx: BotContext, lookup: Lookup, result: LookupResult, _: SendResult | None
) -> SendResult | None:
    """For all to see, in the thread where the asker is. A slash command knows no thread."""
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
    """For the asker alone, saying why if that was not asked for."""
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
        return await ctx.sender.respond(
            url, message, lookup.id, thread=thread, in_channel=bool(thread)
        )

    messages = await result.private(messages=_message_limit(lookup.place), note=note)
    sent = await send_in_order(ctx, lookup, messages, send, prefix=prefix)
    # As good as no address: why the next way is taken was said by the way before, if any.
    return None if sent.cause is SlackErrorKind.EXPIRED else sent


def _message_limit(target: ReplyTarget) -> int:
    """How many messages we may send: one answer is kept back to tell of a failure."""
    return max(1, target.answers_left - 1)
