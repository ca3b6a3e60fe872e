"""For the asker alone by chat.postEphemeral: for mentions, which have no response_url."""

from dataclasses import replace

from bot.slack.counting import count_opening
from bot.slack.desk import Desk, Lookup
from bot.slack.durable.finding import Finding
from bot.slack.forms import Sent
from bot.slack.routes.missing import tell_missing
from bot.slack.words import only_you

MESSAGES = 5


async def answer(
    desk: Desk, lookup: Lookup, finding: Finding, why: Sent | None, prefix: str = ""
) -> Sent | None:
    """Show the private form where it was asked; wants the bot and the asker in the channel."""
    place = lookup.place
    if not place.channel:
        return None
    note = only_you(why, lookup.id) if why else ""
    first: Sent | None = None
    unconfirmed: list[str] = []
    messages = await finding.private(messages=MESSAGES, note=note)
    for message in messages:
        named = replace(message, part=prefix + message.part)
        sent = await desk.poster.ephemeral(
            place.channel, place.user, named, lookup.id, thread=place.thread
        )
        if first is None and not sent.ok:
            return sent
        if first is None and not prefix:
            count_opening(desk, lookup)
        first = first or sent
        if not sent.ok:
            unconfirmed.append(named.part)
    if unconfirmed:
        await tell_missing(desk, lookup, unconfirmed)
    return first
