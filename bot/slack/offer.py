"""Several things may be meant: the asker chooses."""

from bot.domain.errors import SlackTrouble
from bot.domain.target import Choices
from bot.slack.desk import Desk, Lookup
from bot.slack.notice import announce


async def offer(desk: Desk, lookup: Lookup, choices: Choices) -> None:
    """Show the choices: in the thread where there is one, else to the asker alone.

    Raises SlackTrouble when no way to the asker works.
    """
    place, private = lookup.place, lookup.question.private
    message = desk.tools.renderer.choices(choices, lookup.id, private=private)
    if place.thread and not place.looking and not private:
        # In the thread the buttons know their thread; an ephemeral message may forget it.
        sent = await desk.poster.post(
            place.channel, message, lookup.id, thread=place.thread, first=True
        )
        if sent.ok:
            return
    if not await announce(desk, place, message, lookup.id, instead=True):
        raise SlackTrouble("No way of asking back worked.")
