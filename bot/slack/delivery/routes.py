"""Tries the routes for an answer in a fixed order until Slack accepts one.

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
"""Tries one route, and reports the parts that Slack did not confirm. The last argument is the
refusal of the route before. Returns None if the route does not exist for this look-up."""

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
"""Routes to the asker alone, with part names of their own, because an opening of ours may already
stand in the channel."""


async def deliver(ctx: BotContext, lookup: Lookup, result: LookupResult) -> SendResult:
    """Deliver the answer by the first route that Slack accepts; return the opening's result.

    If Slack does not say whether it accepted the first message, no other route is tried: that route
    has already reported what may be missing. Raises SlackTrouble if every route was refused.
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
    """Return the routes to try; a channel that refused the opening would refuse the answer too."""
    if lookup.question.private:
        return PRIVATE_FALLBACKS
    if lookup.refused is None:
        return PUBLIC_FALLBACKS
    return (
        UNSURE_FALLBACKS if lookup.refused.cause is SlackErrorKind.UNKNOWN else PUBLIC_FALLBACKS[1:]
    )
