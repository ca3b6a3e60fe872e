"""Where an answer goes, and where else when Slack refuses: one ladder, top to bottom.

https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

from collections.abc import Awaitable, Callable

from bot.domain.errors import SlackTrouble
from bot.domain.report import Report
from bot.slack.desk import Desk, Lookup
from bot.slack.errors import Cause
from bot.slack.forms import Sent
from bot.slack.routes import by_ephemeral, by_url, channel, direct
from bot.slack.routes.missing import tell_missing
from bot.slack.words import reason

Route = Callable[[Desk, Lookup, Report, Sent | None], Awaitable[Sent | None]]
"""Tries one way; gets why the way before was refused. None: this way does not exist here."""

PUBLIC: tuple[Route, ...] = (
    channel.answer,
    by_url.answer_in_thread,
    by_url.answer_asker,
    by_ephemeral.answer,
    direct.answer,
)
PRIVATE: tuple[Route, ...] = (by_url.answer_asker, by_ephemeral.answer, direct.answer)


async def deliver(desk: Desk, lookup: Lookup, report: Report) -> None:
    """Answer by the first way that Slack takes.

    When Slack does not say whether it took the first message, nothing is sent a second time: the
    asker is told. Raises SlackTrouble when every way was refused.
    """
    why: Sent | None = None
    for route in PRIVATE if lookup.question.private else PUBLIC:
        sent = await route(desk, lookup, report, why)
        if sent is None:
            continue
        if sent.ok:
            return
        if sent.cause is Cause.UNKNOWN:
            await tell_missing(desk, lookup, ["opening"])
            return
        why = sent
    raise SlackTrouble(f"Every way of answering was refused: {reason(why or Sent())}.")
