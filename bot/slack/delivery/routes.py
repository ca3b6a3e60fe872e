"""Where an answer goes, and where else when Slack refuses: one ladder, top to bottom.

https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

from collections.abc import Awaitable, Callable
from functools import partial

from bot.domain.errors import SlackTrouble
from bot.slack.checkpoints.result import LookupResult
from bot.slack.context import BotContext, Lookup
from bot.slack.delivery import private as by_ephemeral
from bot.slack.delivery import private as by_url
from bot.slack.delivery import public
from bot.slack.delivery.unconfirmed import refusal_text
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult

Delivery = Callable[
    [BotContext, Lookup, LookupResult, SendResult | None], Awaitable[SendResult | None]
]
"""Tries one way, and names what Slack did not confirm; gets why the way before was refused.

None: this way does not exist here."""

PUBLIC_FALLBACKS: tuple[Delivery, ...] = (
    public.to_channel,
    by_url.to_thread_by_response_url,
    by_url.to_asker_by_response_url,
    by_ephemeral.to_asker_ephemeral,
    public.to_direct_message,
)
PRIVATE_FALLBACKS: tuple[Delivery, ...] = (
    by_url.to_asker_by_response_url,
    by_ephemeral.to_asker_ephemeral,
    public.to_direct_message,
)
UNSURE_FALLBACKS: tuple[Delivery, ...] = (
    partial(by_url.to_asker_by_response_url, prefix="apart-"),
    partial(by_ephemeral.to_asker_ephemeral, prefix="apart-"),
)
"""For the asker alone, in parts of their own: an opening of ours may stand in the channel."""


async def deliver(ctx: BotContext, lookup: Lookup, result: LookupResult) -> SendResult:
    """Answer by the first way that Slack takes; returns what became of the opening.

    When Slack does not say whether it took the first message, no other way is tried: what may be
    missing was named by the one that was. Raises SlackTrouble when every way was refused.
    """
    refusal = lookup.refused
    for route in _routes(lookup):
        sent = await route(ctx, lookup, result, refusal)
        if sent is None:
            continue
        if sent.ok or sent.cause is SlackErrorKind.UNKNOWN:
            return sent
        refusal = sent
    raise SlackTrouble(
        f"Every way of answering was refused: {refusal_text(refusal or SendResult())}."
    )


def _routes(lookup: Lookup) -> tuple[Delivery, ...]:
    """What refused the opening refuses the answer as well."""
    if lookup.question.private:
        return PRIVATE_FALLBACKS
    if lookup.refused is None:
        return PUBLIC_FALLBACKS
    return (
        UNSURE_FALLBACKS if lookup.refused.cause is SlackErrorKind.UNKNOWN else PUBLIC_FALLBACKS[1:]
    )
