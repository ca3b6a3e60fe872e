"""The buttons and menu entries under an answer, each with the messages that it sends.

`Report to 100ms` sends the facts that a ticket needs, as text and as JSON.

`N recovered` sends the failures that recovered or whose end is unknown.

`Evidence`, `Details of …`, `Note for their IT` and `Create … ticket`, where it stands in the menu,
send one message each to the person who pressed.
`Reply to customer` has a module of its own.

`Show more` sends the next failures with a new button, and removes the pressed button from its
message, so that nobody presses it again.

`others`, which people type, compares other rooms of the same minutes and weighs the verdict anew.

`Timeline` sends who had trouble when: always in words, and as a picture where it can be shown.
"""

from dataclasses import replace
from functools import partial
from typing import Any

from bot.domain.answer_log import OpeningState
from bot.domain.diagnosis.other_rooms import WEIGHED
from bot.domain.errors import SlackTrouble
from bot.domain.report import Report, Surroundings
from bot.domain.saved_lookup import encode
from bot.jobs.ports import Json
from bot.render.answer.standing import (
    FREE,
    RELEASE,
    RELEASED,
    TAKE,
    shows_taken,
    taken_already_words,
    taken_words,
)
from bot.render.answer.ticket import add_permalink, awaits_permalink
from bot.render.message import File, Message
from bot.render.phrases import safe_text
from bot.slack.buttons.job import ButtonJob, LookupButton
from bot.slack.dedupe import digest_of
from bot.slack.delivery.opening_edits import (
    Change,
    Content,
    OpeningEdit,
    edit_opening,
    find_opening,
    remember_state,
)
from bot.slack.delivery.thread import timeline_picture_for
from bot.slack.delivery.unconfirmed import report_unconfirmed
from bot.slack.job import LookupResult
from bot.slack.lookup.surroundings import (
    read_surroundings,
    surroundings_message,
    weigh_opening,
)
from bot.slack.payloads import (
    is_ephemeral,
    list_at,
    message_ts,
    reply_target_of_click,
    text_at,
    value_at,
)
from bot.slack.sending.calls import PostMessage, UpdateMessage


async def _send_packet(job: ButtonJob) -> None:
    renderer = job.ctx.renderer
    message, file = await job.result.render(
        "packet", tuple[Message, File], renderer.packet, whole=True
    )
    if not (await job.send(message) and await job.attach(file, "file")):
        text = await job.result.render("packet_json", Message, renderer.packet_json, whole=True)
        await job.send(text)


PACKET = LookupButton("packet", _send_packet, says_subject=False)


async def _send_recovered(job: ButtonJob) -> None:
    render = job.ctx.renderer.recovered
    await job.send(*await job.result.render("recovered", tuple[Message, ...], render))


RECOVERED = LookupButton("recovered", _send_recovered)


async def _send_evidence(job: ButtonJob) -> None:
    await job.send(await job.result.render("evidence", Message, job.ctx.renderer.evidence))


EVIDENCE = LookupButton("evidence", _send_evidence, per_person=True)


async def _send_it_note(job: ButtonJob) -> None:
    await job.send(await job.result.render("it_note", Message, job.ctx.renderer.it_note))


IT_NOTE = LookupButton("it_note", _send_it_note, per_person=True)


async def _send_details(job: ButtonJob) -> None:
    render = partial(job.ctx.renderer.details, story_id=job.press.argument)
    await job.send(*await job.result.render("details", tuple[Message, ...], render))


DETAILS = LookupButton("details", _send_details, per_person=True)


async def _send_ticket(job: ButtonJob) -> None:
    """Send the link that had no room in the row, with the permalink of the answer if it has one."""
    render = partial(job.ctx.renderer.ticket, key=job.press.argument)
    message = await job.result.render("ticket", Message, render)
    link = ""
    if awaits_permalink(message) and not is_ephemeral(job.press.body):
        link = await job.ctx.sender.permalink(job.lookup.target.channel, message_ts(job.press.body))
    await job.send(add_permalink(message, link))


TICKET = LookupButton("ticket", _send_ticket, per_person=True)


async def _send_timeline(job: ButtonJob) -> None:
    """Send the words, then attach the picture; if Slack refuses it, the words remain.

    An incident's picture is already in the thread.
    """
    render = job.ctx.renderer.timeline
    is_public = await job.send(*await job.result.render("timeline", tuple[Message, ...], render))
    if is_public and job.ctx.identity.may_upload:
        picture = await job.result.picture(
            lambda report: timeline_picture_for(job.ctx, report, incident=False)
        )
        if picture is not None:
            await job.attach(picture, picture.name)


TIMELINE = LookupButton("timeline", _send_timeline)


# chat.update accepts no more. https://docs.slack.dev/reference/methods/chat.update
MAX_TEXT = 3900


async def remove_button(job: ButtonJob) -> None:
    """Remove the pressed button from our own public message.

    An ephemeral message cannot be changed by its time stamp. The message keeps its `part`, because
    its metadata arrived with the press.
    """
    body = job.press.body
    blocks = list_at(body, "message", "blocks")
    is_own = text_at(body, "message", "bot_id") == job.ctx.identity.bot_id
    if is_ephemeral(body) or not blocks or not is_own:
        return
    remaining = tuple(block for block in blocks if not _has_button(block))
    part = text_at(body, "message", "metadata", "event_payload", "part") or "changed"
    text = text_at(body, "message", "text")[:MAX_TEXT]
    channel, message = reply_target_of_click(body).channel, Message(part, text, remaining)
    await job.sender.send(UpdateMessage(channel, message_ts(body), message, job.lookup.id))


def _has_button(block: Any) -> bool:  # noqa: ANN401  any JSON
    return any(
        text_at(element, "action_id") == "show_more" for element in list_at(block, "elements")
    )


async def _send_more(job: ButtonJob) -> None:
    render = partial(job.ctx.renderer.more, saved_lookup=job.saved_lookup)
    await job.send(await job.result.render("more", Message, render))
    if not job.press.privacy_reason:  # the other people in the channel have not seen it
        await remove_button(job)


SHOW_MORE = LookupButton("show_more", _send_more)


async def _take(job: ButtonJob) -> None:
    """Put the presser's name into the opening's last line, unless somebody is on it already."""
    name, user = await _presser_name(job), job.lookup.target.user

    def change(state: OpeningState) -> OpeningState | None:
        return None if state.taken_by else replace(state, taken_by=name, taken_user=user)

    edit = await _edit_taken(job, TAKE, change, taken_words(name))
    if edit and not edit.applied and edit.state is not None:
        await _tell_presser(job, taken_already_words(edit.state.taken_by))


async def _release(job: ButtonJob) -> None:
    """Remove the name of whoever is on it."""

    def change(state: OpeningState) -> OpeningState | None:
        return replace(state, taken_by="", taken_user="") if state.taken_by else None

    edit = await _edit_taken(job, RELEASE, change, RELEASED)
    if edit is None or not edit.applied:
        await _tell_presser(job, FREE)


async def _edit_taken(job: ButtonJob, name: str, change: Change, words: str) -> OpeningEdit | None:
    """Edit the opening; where that is impossible, post `words` in its thread.

    Return None if the button stands in such a line, and the opening is not known any more.
    """
    body, handle, target = job.press.body, job.saved_lookup, job.lookup.target
    place = await find_opening(job, handle.lookup_id)
    if place is None and _is_in_line(job):
        return None
    if place is None:
        place = OpeningState(handle, target.channel, message_ts(body), job.thread)
        await remember_state(job, place)
    blocks = tuple(list_at(body, "message", "blocks"))
    content = None
    if blocks and message_ts(body) == place.ts and shows_taken(blocks) is bool(place.taken_by):
        message = Message("opening", text_at(body, "message", "text")[:MAX_TEXT], blocks)
        content = Content(message, handle.as_of, pressed=True)
    edit = await edit_opening(job, place, name, change, content)
    if edit.applied and not edit.sent.ok:
        await _post_taken(job, place, words, RELEASE if name == TAKE else TAKE)
    return edit


async def _post_taken(job: ButtonJob, place: OpeningState, words: str, action_id: str) -> None:
    """Post the line that the opening cannot show, with the button that undoes it."""
    value = encode(job.saved_lookup)
    line = job.ctx.renderer.taken_line(f"{_LINE}{_mark(job)}", words, action_id, value)
    sent = await job.sender.send(PostMessage(place.channel, line, job.lookup.id, place.thread))
    if sent.is_refused:
        await job.send(line)
    elif not sent.ok:
        await report_unconfirmed(job, [line.part], channel=place.channel, thread=place.thread)


def _is_in_line(job: ButtonJob) -> bool:
    metadata = value_at(job.press.body, "message", "metadata")
    return text_at(metadata, "event_payload", "part").startswith(_LINE)


async def _tell_presser(job: ButtonJob, words: str) -> None:
    await job.send(job.ctx.renderer.line(f"unchanged-{_mark(job)}", words))


def _mark(job: ButtonJob) -> str:
    return digest_of((job.steps.job_id,)).hex()[:8]


async def _presser_name(job: ButtonJob) -> str:
    """Return the presser's display name, or the name in the payload, as a recorded step."""

    async def act() -> Json:
        user = value_at(job.press.body, "user")
        name = text_at(user, "name") or text_at(user, "username")
        try:
            person = await job.ctx.people.find(job.lookup.target.user)
        except SlackTrouble:  # the payload's name serves
            person = None
        return safe_text((person and person.name) or name)[:_MAX_PRESSER] or "Somebody"

    name: str = await job.steps.step("person", act)
    return name


_MAX_PRESSER = 80
_LINE = "changed-"
"""Begins the part of a line that says what changed in an opening."""
TAKE_BUTTON = LookupButton(TAKE, _take, per_person=True)
RELEASE_BUTTON = LookupButton(RELEASE, _release, per_person=True)

_OWN_NETWORK = (
    "This answer points to a person's own network. Other rooms would not tell more about it, so "
    "none were read."
)
_NO_TIME = "No failure here has a known time, so there are no minutes to compare with other rooms."
_UNREAD = "Other rooms could not be read; whether they had server errors, too, is not known."


async def _compare_rooms(job: ButtonJob) -> None:
    """Say whether other rooms had server errors in the same minutes.

    The opening shows the verdict that follows; where it cannot be edited, the message does. What
    was read of other rooms before does not count.
    """
    job.result = LookupResult(job.steps, job.ctx.renderer, job.reopen, job.result.names)
    verdict = await job.result.render("others", str, _verdict_of, whole=True)
    if verdict == "user_network":
        await _send_comparison(job, _OWN_NETWORK)
        return
    found = await read_surroundings(job, job.result)
    if found is None or found.others is None:
        await _send_comparison(job, _UNREAD if found else _NO_TIME)
    elif verdict not in WEIGHED or await _weigh_standing(job, found):
        await _send_comparison(job, found.others.sentence)
    else:
        message = await surroundings_message(job, job.result, found)
        await job.send(replace(message, part=f"others-{_mark(job)}"))


def _verdict_of(report: Report) -> str:
    return report.diagnosis.focus.verdict.cls if report.diagnosis else ""


async def _weigh_standing(job: ButtonJob, found: Surroundings) -> bool:
    """Return whether the opening shows these surroundings now.

    It does not if one person alone may see them, or if another answer stands there.
    """
    place = await find_opening(job, job.saved_lookup.lookup_id)
    if place is None or not place.ts or job.press.is_private or place.handle.as_of != found.as_of:
        return False
    if found.status is None and place.surroundings is not None:
        found = replace(found, status=place.surroundings.status)
    job.opening_state = place
    edit, _ = await weigh_opening(job, job.result, place, found, "others")
    return edit.applied and edit.sent.ok


async def _send_comparison(job: ButtonJob, words: str) -> None:
    await job.send(job.ctx.renderer.line(f"others-{_mark(job)}", words))


OTHERS = LookupButton("others", _compare_rooms, says_subject=False)
