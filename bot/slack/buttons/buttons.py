"""The buttons under an answer, each with the messages that it sends.

`Packet for 100ms support` sends the facts that a ticket needs, as text and as JSON.

`Recovered errors` sends the failures that recovered or whose end is unknown.

`Reply for the customer` sends the person who pressed a text to copy into their answer.

`Show more` sends the next failures with a new button, and removes the pressed button from its
message, so that nobody presses it again.

`Timeline` sends who had trouble when: always in words, and as a picture where it can be shown.
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
from bot.slack.sending.calls import UpdateMessage, UploadFiles
from bot.slack.sending.errors import SlackErrorKind


async def _send_packet(reopened: ReopenedLookup) -> None:
    renderer = reopened.ctx.tools.renderer
    message, file = await reopened.result.render(
        "packet", tuple[Message, File], renderer.packet, whole=True
    )
    public = await send_result(reopened, message)
    if not (public and await _attach_file(reopened, file)):
        render = renderer.packet_json
        await send_result(
            reopened, await reopened.result.render("packet_json", Message, render, whole=True)
        )


async def _attach_file(reopened: ReopenedLookup, file: File) -> bool:
    """Return whether the file is in the thread, or may be; then nothing is sent in its place."""
    ctx = reopened.ctx
    if not ctx.identity.may_upload:
        return False
    sent = await ctx.sender.send(
        UploadFiles(reopened.lookup.place.channel, thread_of(reopened), (file,))
    )
    if sent.cause is SlackErrorKind.UNKNOWN:
        await report_unconfirmed(ctx, reopened.lookup, ["file"])
        return True
    return sent.ok


PACKET = LookupButton("packet", _send_packet)


async def _send_recovered(reopened: ReopenedLookup) -> None:
    render = reopened.ctx.tools.renderer.recovered
    await send_result(
        reopened, *await reopened.result.render("recovered", tuple[Message, ...], render)
    )


RECOVERED = LookupButton("recovered", _send_recovered)


async def _send_reply(reopened: ReopenedLookup) -> None:
    renderer = reopened.ctx.tools.renderer
    await send_result(reopened, await reopened.result.render("reply", Message, renderer.reply))


REPLY = LookupButton("reply", _send_reply, per_person=True)


async def _send_timeline(reopened: ReopenedLookup) -> None:
    renderer = reopened.ctx.tools.renderer
    messages = await reopened.result.render("timeline", tuple[Message, ...], renderer.timeline)
    if await send_result(reopened, *messages):
        await _attach_picture(reopened)


async def _attach_picture(reopened: ReopenedLookup) -> None:
    """Attach the picture; if Slack refuses it, the words remain.

    An incident's picture is already in the thread.
    """
    ctx = reopened.ctx
    if not ctx.identity.may_upload:
        return
    picture = await reopened.result.picture(
        lambda report: timeline_picture_for(ctx, report, incident=False)
    )
    if picture is None:
        return
    sent = await ctx.sender.send(
        UploadFiles(reopened.lookup.place.channel, thread_of(reopened), (picture,))
    )
    if sent.cause is SlackErrorKind.UNKNOWN:
        await report_unconfirmed(ctx, reopened.lookup, [picture.name])


TIMELINE = LookupButton("timeline", _send_timeline)


# chat.update accepts no more. https://docs.slack.dev/reference/methods/chat.update
MAX_TEXT = 3900


async def remove_button(ctx: BotContext, body: Body, lookup_id: str) -> None:
    """Remove the button from our own public message.

    An ephemeral message cannot be changed by its time stamp. The message keeps its `part`, because
    its metadata arrived with the press.
    """
    blocks = list_at(body, "message", "blocks")
    if is_ephemeral(body) or not blocks or not _is_own_message(ctx, body):
        return
    remaining = tuple(block for block in blocks if not _has_button(block))
    part = text_at(body, "message", "metadata", "event_payload", "part") or "changed"
    text = text_at(body, "message", "text")[:MAX_TEXT]
    channel, message = reply_target_of_click(body).channel, Message(part, text, remaining)
    await ctx.sender.send(UpdateMessage(channel, message_ts(body), message, lookup_id))


def _is_own_message(ctx: BotContext, body: Body) -> bool:
    return text_at(body, "message", "bot_id") == ctx.identity.bot_id


def _has_button(block: Any) -> bool:  # noqa: ANN401  any JSON
    return any(
        text_at(element, "action_id") == "show_more" for element in list_at(block, "elements")
    )


async def _send_more(reopened: ReopenedLookup) -> None:
    renderer = reopened.ctx.tools.renderer
    render = partial(renderer.more, saved_lookup=reopened.saved_lookup)
    await send_result(reopened, await reopened.result.render("more", Message, render))
    if not reopened.shared:  # the other people in the channel have not seen it
        await remove_button(reopened.ctx, reopened.body, reopened.lookup.id)


SHOW_MORE = LookupButton("show_more", _send_more)
