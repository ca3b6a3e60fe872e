"""`Timeline`: who had trouble when, drawn in lanes."""

import asyncio

from bot.slack.actions.reopened import Button, Reopened
from bot.slack.actions.saying import say


async def _timeline(press: Reopened) -> None:
    renderer = press.desk.tools.renderer
    await say(press, *await asyncio.to_thread(renderer.timeline, press.report))


BUTTON = Button("timeline", _timeline)
