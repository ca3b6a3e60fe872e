"""An answer message by message where nobody can look afterwards what was shown.

For the asker alone by chat.postEphemeral: for mentions, which have no response_url.

Answers at the response_url: it works where the bot is no member, five times.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.render.message import Message
from bot.slack.checkpoints.result import Finding
from bot.slack.context import Desk, Lookup
from bot.slack.delivery.unconfirmed import only_you, tell_missing
from bot.slack.lookup_metrics import count_opening
from bot.slack.payloads import Place
from bot.slack.sending.errors import Cause
from bot.slack.sending.format_fallback import Sent


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


MESSAGES = 5


async def to_asker_ephemeral(
    desk: Desk, lookup: Lookup, finding: Finding, why: Sent | None, prefix: str = ""
) -> Sent | None:
    """Show the private form where it was asked; wants the bot and the asker in the channel."""
    place = lookup.place
    if not place.channel:
        return None
    note = only_you(why, lookup.id) if why else ""

    async def send(message: Message) -> Sent:
        return await desk.poster.ephemeral(
            place.channel, place.user, message, lookup.id, thread=place.thread
        )

    messages = await finding.private(messages=MESSAGES, note=note)
    return await send_each(desk, lookup, messages, send, prefix=prefix)


async def to_thread_by_response_url(
    desk: Desk, lookup: Lookup, finding: Finding, _: Sent | None
) -> Sent | None:
    """For all to see, in the thread where the asker is. A slash command knows no thread."""
    if not lookup.place.thread:
        return None
    return await _send(desk, lookup, finding, thread=lookup.place.thread)


async def to_asker_by_response_url(
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
