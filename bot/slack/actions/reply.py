"""`Reply for the customer`: a text to copy, for whoever pressed and is about to answer."""

import asyncio

from bot.slack.actions.reopened import Button, Reopened
from bot.slack.actions.saying import say


async def _reply(press: Reopened) -> None:
    renderer = press.desk.tools.renderer
    await say(press, await asyncio.to_thread(renderer.reply, press.report))


BUTTON = Button("reply", _reply, each=True)
