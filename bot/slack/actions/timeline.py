"""`Timeline`: who had trouble when, drawn in lanes."""

from bot.render.message import Message
from bot.slack.actions.reopened import Button, Reopened
from bot.slack.actions.saying import say


async def _timeline(press: Reopened) -> None:
    renderer = press.desk.tools.renderer
    await say(press, *await press.finding.made("timeline", tuple[Message, ...], renderer.timeline))


BUTTON = Button("timeline", _timeline)
