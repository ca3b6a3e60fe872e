"""Where what a button brings is said: in the answer's thread, or to the presser alone."""

from bot.domain.errors import SlackTrouble
from bot.render.message import Message
from bot.slack.buttons.job import ReopenedLookup
from bot.slack.delivery.unconfirmed import reason, report_unconfirmed
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult


async def send_result(press: ReopenedLookup, *messages: Message) -> bool:
    """Say these in order; True if all of them stand in the thread.

    What Slack does not confirm is named to the presser, and not repeated. Raises SlackTrouble
    when a message is refused everywhere.
    """
    public, unconfirmed = True, []
    for message in messages:
        sent = await _in_thread(press, message, first=message is messages[0])
        public = public and sent.ok
        if _refused(sent):
            sent = await _to_presser(press, message)
        if _refused(sent):
            raise SlackTrouble(f"Every way of answering was refused: {reason(sent)}.")
        if not sent.ok:
            unconfirmed.append(message.part)
    if unconfirmed:
        await report_unconfirmed(press.desk, press.lookup, unconfirmed)
    return public


def thread_of(press: ReopenedLookup) -> str:
    """The thread under the answer that holds the button."""
    return press.lookup.place.thread or press.message_ts


async def _in_thread(press: ReopenedLookup, message: Message, *, first: bool) -> SendResult:
    if press.alone:
        return SendResult(SlackErrorKind.PLACE, "private")
    channel, thread = press.lookup.place.channel, thread_of(press)
    return await press.desk.poster.post(
        channel, message, press.lookup.id, thread=thread, first=first
    )


async def _to_presser(press: ReopenedLookup, message: Message) -> SendResult:
    poster, lookup, place = press.desk.poster, press.lookup, press.lookup.place
    sent = SendResult(SlackErrorKind.PLACE, "no_way")
    if place.url is not None and place.answers_left:
        sent = await poster.respond(place.url, message, lookup.id)
    if _refused(sent):
        sent = await poster.ephemeral(
            place.channel, place.user, message, lookup.id, thread=place.thread
        )
    return sent


def _refused(sent: SendResult) -> bool:
    """Surely not said: another way may be tried."""
    return not sent.ok and sent.cause is not SlackErrorKind.UNKNOWN
