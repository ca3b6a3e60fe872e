"""For the asker alone by chat.postEphemeral: for mentions, which have no response_url."""

from bot.render.message import Message
from bot.slack.desk import Desk, Lookup
from bot.slack.durable.finding import Finding
from bot.slack.forms import Sent
from bot.slack.routes.each import send_each
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

    async def send(message: Message) -> Sent:
        return await desk.poster.ephemeral(
            place.channel, place.user, message, lookup.id, thread=place.thread
        )

    messages = await finding.private(messages=MESSAGES, note=note)
    return await send_each(desk, lookup, messages, send, prefix=prefix)
