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
    """Whether the file is in the thread, or may be: then nothing is said in its place."""
    ctx = reopened.ctx
    if not ctx.identity.may_upload:
        return False
    sent = await ctx.sender.upload(reopened.lookup.place.channel, thread_of(reopened), (file,))
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
    """Attach the picture; an incident's stands in the thread already. Refused: the words stand."""
    ctx = reopened.ctx
    if not ctx.identity.may_upload:
        return
    picture = await reopened.result.picture(
        lambda report: timeline_picture_for(ctx, report, incident=False)
    )
    if picture is None:
        return
    sent = await ctx.sender.upload(reopened.lookup.place.channel, thread_of(reopened), (picture,))
    if sent.cause is SlackErrorKind.UNKNOWN:
        await report_unconfirmed(ctx, reopened.lookup, [picture.name])


TIMELINE = LookupButton("timeline", _send_timeline)


# chat.update refuses more. https://docs.slack.dev/reference/methods/chat.update
MAX_TEXT = 3900


async def remove_button(ctx: BotContext, body: Body, lookup_id: str) -> None:
    """Change our own public message; an ephemeral one cannot be changed by its time stamp.

    It keeps its `part`: the metadata came with the press.
    """
    blocks = list_at(body, "message", "blocks")
    if is_ephemeral(body) or not blocks or not _is_own_message(ctx, body):
        return
    remaining = tuple(block for block in blocks if not _has_button(block))
    part = text_at(body, "message", "metadata", "event_payload", "part") or "changed"
    text = text_at(body, "message", "text")[:MAX_TEXT]
    await ctx.sender.update(
        reply_target_of_click(body).channel,
        message_ts(body),
        Message(part, text, remaining),
        lookup_id,
    )


def _is_own_message(ctx: BotContext, body: Body) -> bool:
    return text_at(body, "message", "bot_id") == ctx.identity.bot_id


def _has_button(block: Any) -> bool:  # noqa: ANN401  any JSON
    return any(
        text_at(element, "action_id") == "show_more" for element in list_at(block, "elements")
    )


async def _send_more(reopened: ReopenedLookup) -> None:
    renderer = reopened.ctx.tools.renderer
    render = partial(renderer.more, handle=reopened.saved_lookup)
    await send_result(reopened, await reopened.result.render("more", Message, render))
    if not reopened.shared:  # the others in the channel have not seen it
        await remove_button(reopened.ctx, reopened.body, reopened.lookup.id)


SHOW_MORE = LookupButton("show_more", _send_more)
