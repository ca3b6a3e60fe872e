"""The routes for an answer, tried in a fixed order until Slack accepts one.

The channel is the route that the asker chose: an opening, with the detail in its thread. A direct
message carries the same where it disturbs nobody else. The other routes send message by message to
the asker alone, or at a response_url; nobody can check afterwards whether Slack showed such a
message. chat.postEphemeral serves mentions, which have no response_url. A response_url works even
where the bot is not a member, for five messages.
https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from bot.domain.errors import SlackTrouble
from bot.render.answer.standing import with_earlier, with_invitation
from bot.render.message import Answer, Message
from bot.slack.delivery.opening_edits import remember_opening
from bot.slack.delivery.thread import begin_thread, post_thread, render_thread
from bot.slack.delivery.unconfirmed import (
    only_you_note,
    refusal_text,
    report_unconfirmed,
    sent_here_note,
)
from bot.slack.job import Job
from bot.slack.sending.calls import MessageCall, PostEphemeral, PostMessage, Respond, UpdateMessage
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult

MAX_MESSAGES = 5
_REPEATABLE = (SlackErrorKind.UNKNOWN, SlackErrorKind.BUSY)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The first message that a route sent, with its result.

    If the message is an opening, `answer` holds it, and the rest once that is rendered; `job` posts
    the rest in the thread under it.
    """

    job: Job
    sent: SendResult
    answer: Answer | None = None


async def deliver(job: Job) -> Delivery:
    """Deliver the answer by the first route that Slack accepts; return the opening's delivery.

    Its thread is left to `deliver_thread`. If Slack does not say whether it accepted the first
    message, no other route is tried: that route has already reported what may be missing. Raises
    SlackTrouble if every route was refused.
    """
    refusal = job.lookup.opening_error
    for route in _routes(job):
        delivery = await route(job, refusal)
        if delivery is None:
            continue
        sent = delivery.sent
        if sent.ok and delivery.answer is not None and job.lookup.keeps_state:
            begin_thread(delivery.job, delivery.answer.opening)
        if sent.ok:
            await remember_opening(delivery.job, sent, public=delivery.answer is not None)
        if sent.ok or sent.cause is SlackErrorKind.UNKNOWN:
            return delivery
        refusal = sent
    raise SlackTrouble(
        f"Every way of answering was refused: {refusal_text(refusal or SendResult())}."
    )


async def deliver_thread(delivery: Delivery) -> Delivery:
    """Post the thread of an opening that stands; return the delivery with the whole answer."""
    job, answer, state = delivery.job, delivery.answer, delivery.job.opening_state
    if not delivery.sent.ok or answer is None:
        return delivery
    if job.lookup.keeps_state:
        if state is not None:
            job.result.pin(state.handle.as_of, partial(job.reopen_answer, state.handle))
        answer = await render_thread(job, answer.opening)
    refused_reply = await post_thread(job, answer, delivery.sent)
    if refused_reply is not None:
        await _send_rest_privately(job, refused_reply)
    return replace(delivery, answer=answer)


async def _render_opening(job: Job, note: str, asked_by: str = "") -> Answer:
    """Return the opening alone; jobs of older releases recorded it with the rest."""
    if not job.lookup.keeps_state:
        return await job.result.answer(note, asked_by)
    return Answer(await job.result.opening(note, asked_by))


async def to_channel(job: Job, _: SendResult | None) -> Delivery | None:
    """Post the opening in the channel, or replace "Looking…" with it."""
    lookup, target = job.lookup, job.lookup.target
    if not target.channel:
        return None
    answer = await _render_opening(job, job.note, target.user_name)
    if job.ctx.shared_channels.is_outside(target.channel):
        answer = replace(answer, opening=with_invitation(answer.opening))
    if job.opening_state is not None:
        opening = with_earlier(answer.opening, job.opening_state.earlier)
        answer = replace(answer, opening=opening)
    sent = SendResult(SlackErrorKind.STALE)
    if target.looking:
        edit = UpdateMessage(target.channel, target.looking, answer.opening, lookup.id)
        sent = await job.sender.send(edit)
        if sent.cause in _REPEATABLE:  # an edit may be repeated: the second changes nothing
            sent = await job.sender.send(edit)
    if sent.cause is SlackErrorKind.STALE:
        sent = await job.sender.send(
            PostMessage(target.channel, answer.opening, lookup.id, target.thread, first=True)
        )
    if sent.cause is SlackErrorKind.UNKNOWN:
        await report_unconfirmed(job, [answer.opening.part])
    return Delivery(job, sent, answer)


async def to_direct_message(job: Job, refusal: SendResult | None) -> Delivery | None:
    """Post the opening in the asker's own conversation with the bot.

    A post to a user's id opens that conversation.
    """
    lookup, target = job.lookup, job.lookup.target
    if not target.user:
        return None
    note = sent_here_note(refusal, lookup.id) if refusal else ""
    note = " ".join(filter(None, (note, job.note)))
    answer = await _render_opening(job, note)
    if job.opening_state is not None:  # what stands in the channel does not stand here
        job.opening_state = replace(job.opening_state, earlier=None)
    sent = await job.sender.send(PostMessage(target.user, answer.opening, lookup.id, first=True))
    if sent.cause is SlackErrorKind.UNKNOWN:
        await report_unconfirmed(job, [answer.opening.part])
    moved = replace(target, channel=sent.channel, thread="", looking="")
    return Delivery(job.at(moved), sent, answer)


async def to_asker_ephemeral(
    job: Job, refusal: SendResult | None, prefix: str = ""
) -> Delivery | None:
    """Show the private form in the channel; the bot and the asker must both be members.

    Return None if the target has no channel, or if there is no asker.
    """
    lookup, target = job.lookup, job.lookup.target
    if not (target.channel and target.user):
        return None

    def call(message: Message) -> MessageCall:
        return PostEphemeral(target.channel, target.user, message, lookup.id, target.private_thread)

    note = only_you_note(refusal, lookup.id) if refusal else ""
    messages = await job.result.private(messages=MAX_MESSAGES, note=note)
    return Delivery(job, await _send_in_order(job, messages, call, prefix))


async def to_thread_by_response_url(job: Job, _: SendResult | None) -> Delivery | None:
    """Post in the asker's thread, visible to everybody.

    Return None if the target names no thread; a slash command names none.
    """
    thread = job.lookup.target.thread
    return await _send_by_response_url(job, thread=thread) if thread else None


async def to_asker_by_response_url(
    job: Job, refusal: SendResult | None, prefix: str = ""
) -> Delivery | None:
    """Send to the asker alone, with the reason if they did not ask for that."""
    note = only_you_note(refusal, job.lookup.id) if refusal else ""
    return await _send_by_response_url(job, note=note, prefix=prefix)


async def _send_by_response_url(
    job: Job, *, thread: str = "", note: str = "", prefix: str = ""
) -> Delivery | None:
    url = job.lookup.target.url
    if url is None or not url.uses_left:
        return None

    is_first = job.lookup.target.acked and not (thread or prefix)

    def call(message: Message) -> MessageCall:
        replaces = is_first and message.part == "opening"
        return Respond(url, message, job.lookup.id, thread, bool(thread), replaces)

    # One use is kept back to report a failure.
    limit = max(1, job.lookup.target.answers_left - 1)
    messages = await job.result.private(messages=limit, note=note)
    acknowledged = job.boundary.target
    if is_first:  # an error from now on must not take the place of an answer that may stand
        job.boundary.target = replace(acknowledged, acked=False)
    sent = await _send_in_order(job, messages, call, prefix)
    if sent.is_refused:
        job.boundary.target = acknowledged
    # An expired address counts as none. The refused route before it, if any, is the reason to give.
    return None if sent.cause is SlackErrorKind.EXPIRED else Delivery(job, sent)


async def _send_in_order(
    job: Job,
    messages: tuple[Message, ...],
    call: Callable[[Message], MessageCall],
    prefix: str,
) -> SendResult:
    """Send the messages in order, with `prefix` before their parts; return the first one's result.

    A message that Slack did not confirm is reported, and the rest are still sent. If the first
    message was posted or is UNKNOWN, no other route may start the answer again. If Slack certainly
    refused the first message, nothing else is sent.
    """
    results: list[SendResult] = []
    unconfirmed: list[str] = []
    for message in messages:
        prefixed = replace(message, part=prefix + message.part)
        sent = await job.sender.send(call(prefixed))
        if not results and sent.is_refused:
            return sent
        if sent.ok and not prefix and not any(earlier.ok for earlier in results):
            job.record_first_answer()
        results.append(sent)
        if not sent.ok:
            unconfirmed.append(prefixed.part)
    if unconfirmed:
        await report_unconfirmed(job, unconfirmed)
    return results[0]


async def _send_rest_privately(job: Job, refusal: SendResult) -> None:
    """Send the detail to the asker alone; its parts have names of their own."""
    for route in (to_asker_by_response_url, to_asker_ephemeral):
        delivery = await route(job, refusal, "detail-")
        if delivery is not None and not delivery.sent.is_refused:
            return
    await report_unconfirmed(job, ["the thread"])


Route = Callable[[Job, SendResult | None], Awaitable[Delivery | None]]
"""Tries one route, and reports the parts that Slack did not confirm. The last argument is the
refusal of the route before. Returns None if the route does not exist for this look-up."""

PUBLIC_FALLBACKS: tuple[Route, ...] = (
    to_channel,
    to_thread_by_response_url,
    to_asker_by_response_url,
    to_asker_ephemeral,
    to_direct_message,
)
PRIVATE_FALLBACKS: tuple[Route, ...] = (
    to_asker_by_response_url,
    to_asker_ephemeral,
    to_direct_message,
)
UNSURE_FALLBACKS: tuple[Route, ...] = (
    partial(to_asker_by_response_url, prefix="apart-"),
    partial(to_asker_ephemeral, prefix="apart-"),
)
"""Routes to the asker alone, with part names of their own, because an opening of ours may already
stand in the channel."""


def _routes(job: Job) -> tuple[Route, ...]:
    """Return the routes to try; a channel that refused the opening would refuse the answer too."""
    refusal = job.lookup.opening_error
    if job.lookup.query.private:
        return PRIVATE_FALLBACKS
    if refusal is None:
        return PUBLIC_FALLBACKS
    return UNSURE_FALLBACKS if refusal.cause is SlackErrorKind.UNKNOWN else PUBLIC_FALLBACKS[1:]
