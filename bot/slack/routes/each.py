"""An answer message by message where nobody can look afterwards what was shown."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.render.message import Message
from bot.slack.counting import count_opening
from bot.slack.desk import Desk, Lookup
from bot.slack.errors import Cause
from bot.slack.forms import Sent
from bot.slack.routes.missing import tell_missing


async def send_each(
    desk: Desk,
    lookup: Lookup,
    messages: tuple[Message, ...],
    send: Callable[[Message], Awaitable[Sent]],
    *,
    prefix: str = "",
) -> Sent:
    """Send them in order, `prefix` before their parts; returns what became of the first.

    One that Slack did not confirm is named and the rest follows: whether the first is UNKNOWN or
    stands, no other way may begin anew. Only when Slack surely refused the first is nothing sent.
    """
    sents: list[Sent] = []
    unconfirmed: list[str] = []
    for message in messages:
        named = replace(message, part=prefix + message.part)
        sent = await send(named)
        if not sents and _refused(sent):
            return sent
        if sent.ok and not prefix and not any(earlier.ok for earlier in sents):
            count_opening(desk, lookup)
        sents.append(sent)
        if not sent.ok:
            unconfirmed.append(named.part)
    if unconfirmed:
        await tell_missing(desk, lookup, unconfirmed)
    return sents[0]


def _refused(sent: Sent) -> bool:
    return not sent.ok and sent.cause is not Cause.UNKNOWN
