"""`Recovered errors`: the failures that went away or whose end is not known."""

import asyncio

from bot.slack.actions.reopened import Button, Reopened
from bot.slack.actions.saying import say


async def _recovered(press: Reopened) -> None:
    renderer = press.desk.tools.renderer
    await say(press, *await asyncio.to_thread(renderer.recovered, press.report))


BUTTON = Button("recovered", _recovered)
