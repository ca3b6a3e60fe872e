"""Where an answer goes, and where else when Slack refuses: one ladder, top to bottom.

https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

from collections.abc import Awaitable, Callable
from functools import partial

from bot.domain.errors import SlackTrouble
from bot.slack.desk import Desk, Lookup
from bot.slack.durable.finding import Finding
from bot.slack.errors import Cause
from bot.slack.forms import Sent
from bot.slack.routes import by_ephemeral, by_url, channel, direct
from bot.slack.words import reason

Route = Callable[[Desk, Lookup, Finding, Sent | None], Awaitable[Sent | None]]
"""Tries one way, and names what Slack did not confirm; gets why the way before was refused.

None: this way does not exist here."""

PUBLIC: tuple[Route, ...] = (
    channel.answer,
    by_url.answer_in_thread,
    by_url.answer_asker,
    by_ephemeral.answer,
    direct.answer,
)
PRIVATE: tuple[Route, ...] = (by_url.answer_asker, by_ephemeral.answer, direct.answer)
UNSURE: tuple[Route, ...] = (
    partial(by_url.answer_asker, prefix="apart-"),
    partial(by_ephemeral.answer, prefix="apart-"),
)
"""For the asker alone, in parts of their own: an opening of ours may stand in the channel."""


async def deliver(desk: Desk, lookup: Lookup, finding: Finding) -> Sent:
    """Answer by the first way that Slack takes; returns what became of the opening.

    When Slack does not say whether it took the first message, no other way is tried: what may be
    missing was named by the one that was. Raises SlackTrouble when every way was refused.
    """
    why = lookup.refused
    for route in _routes(lookup):
        sent = await route(desk, lookup, finding, why)
        if sent is None:
            continue
        if sent.ok or sent.cause is Cause.UNKNOWN:
            return sent
        why = sent
    raise SlackTrouble(f"Every way of answering was refused: {reason(why or Sent())}.")


def _routes(lookup: Lookup) -> tuple[Route, ...]:
    """What refused the opening refuses the answer as well."""
    if lookup.question.private:
        return PRIVATE
    if lookup.refused is None:
        return PUBLIC
    return UNSURE if lookup.refused.cause is Cause.UNKNOWN else PUBLIC[1:]
