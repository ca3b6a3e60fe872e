"""`Show more`: the next failures, and a new button in the place of the one that was pressed."""

import asyncio

from bot.slack.actions.pressed_message import without_button
from bot.slack.actions.reopened import Button, Reopened
from bot.slack.actions.saying import say


async def _more(press: Reopened) -> None:
    renderer = press.desk.tools.renderer
    await say(press, await asyncio.to_thread(renderer.more, press.report, press.handle))
    await without_button(press.desk, press.body, press.lookup.id)


BUTTON = Button("show_more", _more)
