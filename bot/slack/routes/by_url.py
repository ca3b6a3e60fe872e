"""Answers at the response_url: it works where the bot is no member, five times."""

from bot.render.message import Message
from bot.slack.desk import Desk, Lookup
from bot.slack.durable.finding import Finding
from bot.slack.errors import Cause
from bot.slack.forms import Sent
from bot.slack.place import Place
from bot.slack.routes.each import send_each
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

    async def send(message: Message) -> Sent:
        return await desk.poster.respond(
            url, message, lookup.id, thread=thread, in_channel=bool(thread)
        )

    messages = await finding.private(messages=_room(lookup.place), note=note)
    sent = await send_each(desk, lookup, messages, send, prefix=prefix)
    # As good as no address: why the next way is taken was said by the way before, if any.
    return None if sent.cause is Cause.EXPIRED else sent


def _room(place: Place) -> int:
    """How many messages we may send: one answer is kept back to tell of a failure."""
    return max(1, place.answers_left - 1)
