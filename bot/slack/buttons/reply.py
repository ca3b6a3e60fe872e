"""Sends a button's result to the answer's thread, or to the person who pressed alone."""

from bot.domain.errors import SlackTrouble
from bot.render.message import Message
from bot.slack.buttons.job import ReopenedLookup
from bot.slack.delivery.unconfirmed import refusal_text, report_unconfirmed
from bot.slack.sending.calls import PostEphemeral, PostMessage, Respond
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult


async def send_result(reopened: ReopenedLookup, *messages: Message) -> bool:
    """Send the messages in order; return True if all of them are in the thread.

    Messages that Slack does not confirm are named to the person who pressed, and not repeated.
    Raises SlackTrouble if a message is refused everywhere.
    """
    public, unconfirmed = True, []
    for message in messages:
        sent = await _post_in_thread(reopened, message, first=message is messages[0])
        public = public and sent.ok
        if _is_refused(sent):
            sent = await _send_to_presser(reopened, message)
        if _is_refused(sent):
            raise SlackTrouble(f"Every way of answering was refused: {refusal_text(sent)}.")
        if not sent.ok:
            unconfirmed.append(message.part)
    if unconfirmed:
        await report_unconfirmed(reopened.ctx, reopened.lookup, unconfirmed)
    return public


def thread_of(reopened: ReopenedLookup) -> str:
    """Return the thread under the answer that holds the button."""
    return reopened.lookup.place.thread or reopened.message_ts


async def _post_in_thread(reopened: ReopenedLookup, message: Message, *, first: bool) -> SendResult:
    if reopened.is_private:
        return SendResult(SlackErrorKind.PLACE, "private")
    channel, thread = reopened.lookup.place.channel, thread_of(reopened)
    return await reopened.ctx.sender.send(
        PostMessage(channel, message, reopened.lookup.id, thread, first)
    )


async def _send_to_presser(reopened: ReopenedLookup, message: Message) -> SendResult:
    sender, lookup, target = reopened.ctx.sender, reopened.lookup, reopened.lookup.place
    sent = SendResult(SlackErrorKind.PLACE, "no_way")
    if target.url is not None and target.answers_left:
        sent = await sender.send(Respond(target.url, message, lookup.id))
    if _is_refused(sent):
        sent = await sender.send(
            PostEphemeral(target.channel, target.user, message, lookup.id, target.thread)
        )
    return sent


def _is_refused(sent: SendResult) -> bool:
    """Return whether the message was certainly not sent, so that another route may be tried."""
    return not sent.ok and sent.cause is not SlackErrorKind.UNKNOWN
