"""`Reply for the customer`: a text to copy, for whoever pressed and is about to answer."""

from bot.render.message import Message
from bot.slack.actions.reopened import Button, Reopened
from bot.slack.actions.saying import say


async def _reply(press: Reopened) -> None:
    renderer = press.desk.tools.renderer
    await say(press, await press.finding.made("reply", Message, renderer.reply))


BUTTON = Button("reply", _reply, each=True)
