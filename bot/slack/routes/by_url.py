"""Answers at the response_url: it works where the bot is no member, five times."""

from dataclasses import replace

from bot.slack.counting import count_opening
from bot.slack.desk import Desk, Lookup
from bot.slack.durable.finding import Finding
from bot.slack.forms import Sent
from bot.slack.place import Place
from bot.slack.routes.missing import tell_missing
from bot.slack.words import only_you


async def answer_in_thread(
    desk: Desk, lookup: Lookup, finding: Finding, _: Sent | None
) -> Sent | None:
    """For all to see, in the thread where the asker is. A slash command knows no thread."""
    if not lookup.place.thread:
        return None
    return await _send(desk, lookup, finding, thread=lookup.place.thread)


async def answer_asker(
    desk: Desk, lookup: Lookup, finding: Finding, why: Sent | None, prefix: str = ""
) -> Sent | None:
    """For the asker alone, saying why if that was not asked for."""
    note = only_you(why, lookup.id) if why else ""
    return await _send(desk, lookup, finding, note=note, prefix=prefix)


async def _send(
    desk: Desk,
    lookup: Lookup,
    finding: Finding,
    *,
    thread: str = "",
    note: str = "",
    prefix: str = "",
) -> Sent | None:
    url = lookup.place.url
    if url is None or not url.left:
        return None
    messages = await finding.private(messages=_room(lookup.place), note=note)
    unconfirmed: list[str] = []
    first: Sent | None = None
    for message in messages:
        named = replace(message, part=prefix + message.part)
        sent = await desk.poster.respond(
            url, named, lookup.id, thread=thread, in_channel=bool(thread)
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


def _room(place: Place) -> int:
    """How many messages we may send: one answer is kept back to tell of a failure."""
    return max(1, place.answers_left - 1)
