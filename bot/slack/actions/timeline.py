"""`Timeline`: who had trouble when; as a picture where it can be seen, and always in words."""

from bot.render.message import Message
from bot.slack.actions.reopened import Button, Reopened
from bot.slack.actions.saying import say, thread_of
from bot.slack.errors import Cause
from bot.slack.routes.missing import tell_missing
from bot.slack.routes.sights import drawn


async def _timeline(press: Reopened) -> None:
    renderer = press.desk.tools.renderer
    messages = await press.finding.made("timeline", tuple[Message, ...], renderer.timeline)
    if await say(press, *messages):
        await _show(press)


async def _show(press: Reopened) -> None:
    """Attach the picture; an incident's stands in the thread already. Refused: the words stand."""
    desk = press.desk
    if not desk.identity.may_upload:
        return
    picture = await press.finding.picture(lambda report: drawn(desk, report, incident=False))
    if picture is None:
        return
    sent = await desk.poster.upload(press.lookup.place.channel, thread_of(press), (picture,))
    if sent.cause is Cause.UNKNOWN:
        await tell_missing(desk, press.lookup, [picture.name])


BUTTON = Button("timeline", _timeline)
