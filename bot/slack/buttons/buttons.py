"""`Packet for 100ms support`: what a ticket needs, as text and as JSON.

`Recovered errors`: the failures that went away or whose end is not known.

`Reply for the customer`: a text to copy, for whoever pressed and is about to answer.

`Show more`: the next failures, and a new button in the place of the one that was pressed.

`Timeline`: who had trouble when; as a picture where it can be seen, and always in words.

Takes the button out of a message that was pressed, so that nobody presses it again.
"""

from functools import partial
from typing import Any

from bot.render.message import File, Message
from bot.slack.buttons.job import Button, Reopened
from bot.slack.buttons.reply import say, thread_of
from bot.slack.context import Desk
from bot.slack.delivery.thread import drawn
from bot.slack.delivery.unconfirmed import tell_missing
from bot.slack.payloads import Body, is_ephemeral, list_at, message_ts, place_of_click, text_at
from bot.slack.sending.errors import Cause


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


PACKET = Button("packet", _packet)


async def _recovered(press: Reopened) -> None:
    render = press.desk.tools.renderer.recovered
    await say(press, *await press.finding.made("recovered", tuple[Message, ...], render))


RECOVERED = Button("recovered", _recovered)


async def _reply(press: Reopened) -> None:
    renderer = press.desk.tools.renderer
    await say(press, await press.finding.made("reply", Message, renderer.reply))


REPLY = Button("reply", _reply, each=True)


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


TIMELINE = Button("timeline", _timeline)


# chat.update refuses more. https://docs.slack.dev/reference/methods/chat.update
TEXT = 3900


async def without_button(desk: Desk, body: Body, lookup_id: str) -> None:
    """Change our own public message; an ephemeral one cannot be changed by its time stamp.

    It keeps its `part`: the metadata came with the press.
    """
    blocks = list_at(body, "message", "blocks")
    if is_ephemeral(body) or not blocks or not _is_ours(desk, body):
        return
    left = tuple(block for block in blocks if not _holds_button(block))
    part = text_at(body, "message", "metadata", "event_payload", "part") or "changed"
    text = text_at(body, "message", "text")[:TEXT]
    await desk.poster.update(
        place_of_click(body).channel, message_ts(body), Message(part, text, left), lookup_id
    )


def _is_ours(desk: Desk, body: Body) -> bool:
    return text_at(body, "message", "bot_id") == desk.identity.bot_id


def _holds_button(block: Any) -> bool:  # noqa: ANN401  any JSON
    return any(text_at(each, "action_id") == "show_more" for each in list_at(block, "elements"))


async def _more(press: Reopened) -> None:
    renderer = press.desk.tools.renderer
    more = partial(renderer.more, handle=press.handle)
    await say(press, await press.finding.made("more", Message, more))
    if not press.shared:  # the others in the channel have not seen it
        await without_button(press.desk, press.body, press.lookup.id)


SHOW_MORE = Button("show_more", _more)
