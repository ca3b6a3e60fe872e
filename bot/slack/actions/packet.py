"""`Packet for 100ms support`: what a ticket needs, as text and as JSON."""

from bot.render.message import File, Message
from bot.slack.actions.reopened import Button, Reopened
from bot.slack.actions.saying import say, thread_of
from bot.slack.errors import Cause
from bot.slack.routes.missing import tell_missing


async def _packet(press: Reopened) -> None:
    renderer = press.desk.tools.renderer
    message, file = await press.finding.made(
        "packet", tuple[Message, File], renderer.packet, whole=True
    )
    public = await say(press, message)
    if not (public and await _attached(press, file)):
        make = renderer.packet_json
        await say(press, await press.finding.made("packet_json", Message, make, whole=True))


async def _attached(press: Reopened, file: File) -> bool:
    """Whether the file is in the thread, or may be: then nothing is said in its place."""
    desk = press.desk
    if not desk.identity.may_upload:
        return False
    sent = await desk.poster.upload(press.lookup.place.channel, thread_of(press), (file,))
    if sent.cause is Cause.UNKNOWN:
        await tell_missing(desk, press.lookup, ["file"])
        return True
    return sent.ok


BUTTON = Button("packet", _packet)
