"""`Show more`: the next failures, from nothing but what the button remembers."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.domain.errors import NotAllowed, SlackTrouble
from bot.domain.handle import read_handle
from bot.domain.question import Question
from bot.render.message import Message
from bot.slack.actions.pressed_message import without_button
from bot.slack.desk import Desk, Lookup
from bot.slack.errors import Cause
from bot.slack.explain import Explained
from bot.slack.forms import Sent
from bot.slack.payloads import (
    Body,
    is_ephemeral,
    message_ts,
    place_of_click,
    pressed,
    text_at,
)
from bot.slack.place import Place
from bot.slack.routes.missing import tell_missing
from bot.slack.waiting import Waiting
from bot.slack.words import reason

ACTION_ID = re.compile(r"show_more")


def listen(desk: Desk) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """Acknowledges; the same button pressed twice answers once."""

    async def on_press(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        place, value = place_of_click(body), text_at(pressed(body), "value")
        key = ("more", place.channel, message_ts(body), value)
        if desk.seen.first(*key):
            desk.crew.start(_answer(desk, place, body, key))

    return on_press


async def _answer(desk: Desk, place: Place, body: Body, key: tuple[str, ...]) -> None:
    value = text_at(pressed(body), "value")
    border = Explained(desk, place, _reference(desk, value))
    async with border:
        handle = read_handle(value)
        private = handle.private or is_ephemeral(body)
        lookup = Lookup(handle.lookup_id, Question(private=private), place)
        async with desk.crew.investigations:
            report = await desk.tools.investigator.reopen(handle, Waiting(desk, lookup))
        message = await asyncio.to_thread(desk.tools.renderer.more, report, handle)
        await _say(desk, lookup, message, body)
        await without_button(desk, body, handle.lookup_id)
    if border.failed:
        desk.seen.forget(*key)


def _reference(desk: Desk, value: str) -> str:
    """The look-up's own reference, or a new one for a button that is not ours."""
    try:
        return read_handle(value).lookup_id
    except NotAllowed:  # told inside the border
        return desk.tools.references()


async def _say(desk: Desk, lookup: Lookup, message: Message, body: Body) -> None:
    """In the thread for all, or to the presser alone. Raises SlackTrouble when refused."""
    place, sent = lookup.place, Sent(Cause.PLACE, "no_way")
    if not lookup.question.private:
        thread = place.thread or message_ts(body)
        sent = await desk.poster.post(place.channel, message, lookup.id, thread=thread, first=True)
    if not sent.ok and sent.cause is not Cause.UNKNOWN and place.answers_left:
        url = place.url
        if url is not None:
            sent = await desk.poster.respond(url, message, lookup.id)
    if not sent.ok and sent.cause is not Cause.UNKNOWN:
        sent = await desk.poster.ephemeral(
            place.channel, place.user, message, lookup.id, thread=place.thread
        )
    if sent.cause is Cause.UNKNOWN:
        await tell_missing(desk, lookup, [message.part])
    elif not sent.ok:
        raise SlackTrouble(f"Every way of answering was refused: {reason(sent)}.")
