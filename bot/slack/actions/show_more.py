"""`Show more`: the next failures, and a new button in the place of the one that was pressed."""

from functools import partial

from bot.render.message import Message
from bot.slack.actions.pressed_message import without_button
from bot.slack.actions.reopened import Button, Reopened
from bot.slack.actions.saying import say


async def _more(press: Reopened) -> None:
    renderer = press.desk.tools.renderer
    more = partial(renderer.more, handle=press.handle)
    await say(press, await press.finding.made("more", Message, more))
    if not press.shared:  # the others in the channel have not seen it
        await without_button(press.desk, press.body, press.lookup.id)


BUTTON = Button("show_more", _more)
