"""`@Call Doctor <anything>`: for threads, where slash commands cannot be typed."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.domain.audit import AuditOutcome
from bot.domain.errors import BotError
from bot.render.message import Message
from bot.slack.asking import MOST, understand_message
from bot.slack.audited import audited
from bot.slack.desk import Desk, Lookup
from bot.slack.entries import entry_of
from bot.slack.explain import Explained, told
from bot.slack.forms import unescape
from bot.slack.lookup import start
from bot.slack.notice import announce
from bot.slack.payloads import place_of_mention, text_at
from bot.slack.place import Place
from bot.slack.subcommands import Subcommand, subcommand_of
from bot.slack.trail import note, outcome_for, recorded, without_look_up

EVENT = "app_mention"


def listen(desk: Desk) -> Callable[..., Awaitable[None]]:
    """Answers people, never bots: two of them could talk for ever."""
    name = re.compile(rf"<@{re.escape(desk.identity.bot_user_id)}(\|[^>]*)?>")

    async def on_mention(event: dict[str, Any], body: dict[str, Any]) -> None:
        if entry_of(body) is None:
            return
        async with audited(desk, body):
            await answer(event, body)

    async def answer(event: dict[str, Any], body: dict[str, Any]) -> None:
        place = place_of_mention(event)
        words = unescape(name.sub(" ", text_at(event, "text")[:MOST]))
        special = subcommand_of(words)
        if special is not None:
            await _do(desk, place, *special)
            return
        asked = await understand_message(desk, words, place.user, event)
        if asked.reply is not None:
            note(without_look_up(asked.question))
            desk.crew.start(_reply(desk, place, asked.reply, asked.reference))
        else:
            lookup = Lookup(asked.reference, asked.question, place)
            await start(desk, lookup, text_at(body, "event_id"))

    return on_mention


async def _do(desk: Desk, place: Place, subcommand: Subcommand, rest: str) -> None:
    """What the word asks is done before Slack counts the event as delivered, then told."""
    reference = desk.tools.references()
    note(AuditOutcome.SETTINGS)
    await recorded()
    try:
        said = await subcommand.answer(desk, place, rest, reference)
    except BotError as error:
        note(outcome_for(error))
        desk.crew.start(told(desk, place, reference, error))
    else:
        desk.crew.start(_reply(desk, place, said, reference))


async def _reply(desk: Desk, place: Place, message: Message, reference: str) -> None:
    """Help, settings, or what could not be read: to the asker alone."""
    async with Explained(desk, place, reference):
        structlog.get_logger("call_doctor").info("no_look_up")
        if not await announce(desk, place, message, reference):
            structlog.get_logger("call_doctor").error("asker_not_reached")
