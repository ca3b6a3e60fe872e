"""`Recovered errors`: the failures that went away or whose end is not known."""

from bot.render.message import Message
from bot.slack.actions.reopened import Button, Reopened
from bot.slack.actions.saying import say


async def _recovered(press: Reopened) -> None:
    render = press.desk.tools.renderer.recovered
    await say(press, *await press.finding.made("recovered", tuple[Message, ...], render))


BUTTON = Button("recovered", _recovered)
