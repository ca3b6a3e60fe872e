"""`@Call Doctor <anything>`: for threads, where slash commands cannot be typed."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.slack.asking import MOST, Understood, understand
from bot.slack.desk import Desk, Lookup
from bot.slack.explain import Explained
from bot.slack.forms import unescape
from bot.slack.lookup import start
from bot.slack.notice import announce
from bot.slack.payloads import place_of_mention, text_at
from bot.slack.place import Place

EVENT = "app_mention"


def listen(desk: Desk) -> Callable[..., Awaitable[None]]:
    """Answers people, never bots: two of them could talk for ever."""
    name = re.compile(rf"<@{re.escape(desk.identity.bot_user_id)}(\|[^>]*)?>")

    async def on_mention(event: dict[str, Any], body: dict[str, Any]) -> None:
        place = place_of_mention(event)
        if not place.user or not place.channel or text_at(event, "bot_id"):
            return
        words = unescape(name.sub(" ", text_at(event, "text")[:MOST]))
        asked = understand(desk.tools, words)
        if asked.reply is not None:
            desk.crew.start(_reply(desk, place, asked))
        else:
            lookup = Lookup(asked.reference, asked.question, place)
            await start(desk, lookup, text_at(body, "event_id"))

    return on_mention


async def _reply(desk: Desk, place: Place, asked: Understood) -> None:
    """Help, or what could not be read: to the asker alone."""
    async with Explained(desk, place, asked.reference):
        structlog.get_logger("call_doctor").info("no_look_up")
        if asked.reply is not None:
            await announce(desk, place, asked.reply, asked.reference)
