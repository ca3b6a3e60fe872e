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
from bot.slack.buttons.job import LookupButton, ReopenedLookup
from bot.slack.buttons.reply import send_result, thread_of
from bot.slack.context import BotContext
from bot.slack.delivery.thread import timeline_picture_for
from bot.slack.delivery.unconfirmed import report_unconfirmed
from bot.slack.payloads import (
    Body,
    is_ephemeral,
    list_at,
    message_ts,
    reply_target_of_click,
    text_at,
)
from bot.slack.sending.errors import SlackErrorKind


async def _packet(press: ReopenedLookup) -> None:
    renderer = press.desk.tools.renderer
    message, file = await press.finding.rendered(
        "packet", tuple[Message, File], renderer.packet, whole=True
    )
    public = await send_result(press, message)
    if not (public and await _attached(press, file)):
        make = renderer.packet_json
        await send_result(
            press, await press.finding.rendered("packet_json", Message, make, whole=True)
        )


async def _attached(press: ReopenedLookup, file: File) -> bool:
    """Whether the file is in the thread, or may be: then nothing is said in its place."""
    desk = press.desk
    if not desk.identity.may_upload:
        return False
    sent = await desk.poster.upload(press.lookup.place.channel, thread_of(press), (file,))
    if sent.cause is SlackErrorKind.UNKNOWN:
        await report_unconfirmed(desk, press.lookup, ["file"])
        return True
    return sent.ok


PACKET = LookupButton("packet", _packet)


async def _recovered(press: ReopenedLookup) -> None:
    render = press.desk.tools.renderer.recovered
    await send_result(
        press, *await press.finding.rendered("recovered", tuple[Message, ...], render)
    )


RECOVERED = LookupButton("recovered", _recovered)


async def _reply(press: ReopenedLookup) -> None:
    renderer = press.desk.tools.renderer
    await send_result(press, await press.finding.rendered("reply", Message, renderer.reply))


REPLY = LookupButton("reply", _reply, each=True)


async def _timeline(press: ReopenedLookup) -> None:
    renderer = press.desk.tools.renderer
    messages = await press.finding.rendered("timeline", tuple[Message, ...], renderer.timeline)
    if await send_result(press, *messages):
        await _show(press)


async def _show(press: ReopenedLookup) -> None:
    """Attach the picture; an incident's stands in the thread already. Refused: the words stand."""
    desk = press.desk
    if not desk.identity.may_upload:
        return
    picture = await press.finding.picture(
        lambda report: timeline_picture_for(desk, report, incident=False)
    )
    if picture is None:
        return
    sent = await desk.poster.upload(press.lookup.place.channel, thread_of(press), (picture,))
    if sent.cause is SlackErrorKind.UNKNOWN:
        await report_unconfirmed(desk, press.lookup, [picture.name])


TIMELINE = LookupButton("timeline", _timeline)


# chat.update refuses more. https://docs.slack.dev/reference/methods/chat.update
TEXT = 3900


async def without_button(desk: BotContext, body: Body, lookup_id: str) -> None:
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
        reply_target_of_click(body).channel, message_ts(body), Message(part, text, left), lookup_id
    )


def _is_ours(desk: BotContext, body: Body) -> bool:
    return text_at(body, "message", "bot_id") == desk.identity.bot_id


def _holds_button(block: Any) -> bool:  # noqa: ANN401  any JSON
    return any(text_at(each, "action_id") == "show_more" for each in list_at(block, "elements"))


async def _more(press: ReopenedLookup) -> None:
    renderer = press.desk.tools.renderer
    more = partial(renderer.more, handle=press.handle)
    await send_result(press, await press.finding.rendered("more", Message, more))
    if not press.shared:  # the others in the channel have not seen it
        await without_button(press.desk, press.body, press.lookup.id)


SHOW_MORE = LookupButton("show_more", _more)
