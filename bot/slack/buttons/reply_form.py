"""*Reply to customer*: a form with a draft, which goes to the person who pressed to be copied.

The form opens at once and says that the call is read again. All that it needs later stands in the
form itself: another person, length or language needs no second look-up.
https://docs.slack.dev/surfaces/modals
"""

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt.async_app import AsyncAck

from bot.domain.audit import AuditOutcome
from bot.domain.errors import BotError, SlackTrouble
from bot.domain.report import Report
from bot.render.message import Message
from bot.render.replies.facts import Draft
from bot.render.replies.form import ReplyForm, new_form
from bot.slack.audit import set_outcome
from bot.slack.buttons.job import ButtonJob, LookupButton
from bot.slack.context import BotContext, Listener
from bot.slack.message_text import text_of_message
from bot.slack.payloads import Body, list_at, message_ts, text_at, value_at
from bot.slack.sending.calls import OpenView, PostEphemeral, PostMessage, UpdateView
from bot.slack.sending.errors import SLACK_EXCEPTIONS
from bot.slack.sending.format_fallback import SendResult

REPLY_CALLBACK_ID = "reply_form"
PERSON, LENGTH, LANGUAGE, TEXT = "reply_person", "reply_length", "reply_language", "reply_text"
CHOICES = (PERSON, LENGTH, LANGUAGE)
_CLOSED = "not_found"
_COPY_SECONDS = 2.0
"""Seconds for sending the copy. Slack waits three seconds for the acknowledgement."""
_NOT_SENT = "Slack did not take the message just now. Copy the text from here."
_EMPTY = "Write the reply first."


async def _open_form(ctx: BotContext, body: Body) -> str:
    """Open the form and return its id; "" if Slack would not, and the answer comes as a message."""
    opened = await ctx.sender.send(
        OpenView(text_at(body, "trigger_id"), ctx.renderer.reply_forms.loading())
    )
    return opened.ts if opened.ok else ""


async def _fill_in(job: ButtonJob) -> None:
    """Put the draft into the form; without a form, send the letter to the person who pressed."""
    if not job.view:
        await job.send(await job.result.render("reply", Message, job.ctx.renderer.reply))
        return
    forms = job.ctx.renderer.reply_forms
    ticket, zone = await _ticket_text(job), await _zone_of(job.ctx, job.lookup.target.user)

    def make(report: Report) -> ReplyForm:
        return new_form(report, ticket, zone)

    try:
        form: ReplyForm = await job.result.render("form", ReplyForm, make)
    except BotError as error:
        await job.ctx.sender.send(UpdateView(job.view, forms.failed(error)))
        raise
    view = forms.view(form, job.ctx.clock(), _zone_info(form.zone), _metadata(job, form))
    sent = await job.ctx.sender.send(UpdateView(job.view, view))
    if not sent.ok and sent.error != _CLOSED:
        raise SlackTrouble(f"Slack would not show the form ({sent.error}).")


REPLY = LookupButton("reply", _fill_in, per_person=True, open_view=_open_form)


async def _ticket_text(job: ButtonJob) -> str:
    """Return the text of the message that began the thread; "" if it cannot be read."""
    target, thread = job.lookup.target, _thread_of(job)
    if not (thread and job.ctx.reconciler.may_read):
        return ""
    try:
        response = await job.ctx.clients.read.conversations_replies(
            channel=target.channel, ts=thread, limit=1
        )
    except SLACK_EXCEPTIONS:
        return ""
    return text_of_message(next(iter(list_at(response.data, "messages")), None))


async def _zone_of(ctx: BotContext, user: str) -> str:
    """Return the time zone of a person; "" if Slack names none that is known here."""
    try:
        person = await ctx.people.find(user)
    except BotError:
        return ""
    zone = person.zone if person else ""
    return zone if _zone_info(zone) else ""


def _zone_info(zone: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(zone) if zone else None
    except (ValueError, OSError):
        return None


def _thread_of(job: ButtonJob) -> str:
    """Return the thread that the answer stands in; "" if the answer itself began one."""
    thread = job.lookup.target.thread
    return "" if thread == message_ts(job.press.body) else thread


def _metadata(job: ButtonJob, form: ReplyForm) -> str:
    """Return the form's private_metadata: where the copy goes, and the look-up it is about."""
    target = job.lookup.target
    facts = {
        "channel": target.channel,
        "thread": _thread_of(job),
        "lookup": job.press.value,
        "reference": job.lookup.id,
        "note": form.note,
        "zone": form.zone,
    }
    return json.dumps(facts, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class OpenForm:
    """An open form as Slack sends it; `facts` is its private_metadata."""

    form: ReplyForm
    facts: dict[str, str]
    letter: str
    letter_block: str


def read_form(body: Body) -> OpenForm:
    """Return an open form with what is chosen in it. Raises ValueError if it is not one of ours."""
    view = value_at(body, "view")
    facts = json.loads(text_at(view, "private_metadata"))
    if not isinstance(facts, dict):
        raise TypeError(facts)
    options, chosen = _selects(body)
    people = options.get(PERSON, [])
    drafts = tuple(Draft.from_json(label, value[value.index("[") :]) for label, value in people)
    values = [value for _, value in people]
    person = chosen.get(PERSON, "")
    letter_block, letter = _letter(body)
    return OpenForm(
        ReplyForm(
            drafts,
            chosen=values.index(person) if person else None,
            language=chosen.get(LANGUAGE, ""),
            length="short" if chosen.get(LENGTH) == "short" else "long",
            note=text_at(facts, "note"),
            zone=text_at(facts, "zone"),
        ),
        {str(key): str(value) for key, value in facts.items()},
        letter,
        letter_block,
    )


def _selects(body: Body) -> tuple[dict[str, list[tuple[str, str]]], dict[str, str]]:
    """Return the options of each select as (label, value), and the value chosen in each."""
    options: dict[str, list[tuple[str, str]]] = {}
    chosen: dict[str, str] = {}
    for block in list_at(body, "view", "blocks"):
        for element in list_at(block, "elements"):
            name = text_at(element, "action_id")
            options[name] = [
                (text_at(option, "text", "text"), text_at(option, "value"))
                for option in list_at(element, "options")
            ]
            chosen[name] = text_at(element, "initial_option", "value")
    states = value_at(body, "view", "state", "values", "reply_choice") or {}
    actions = {text_at(action, "action_id"): action for action in list_at(body, "actions")}
    for name in CHOICES:
        for source in (value_at(states, name), actions.get(name)):
            chosen[name] = text_at(source, "selected_option", "value") or chosen.get(name, "")
    return options, chosen


def _letter(body: Body) -> tuple[str, str]:
    states = value_at(body, "view", "state", "values") or {}
    for block_id, block in states.items() if isinstance(states, dict) else ():
        if value_at(block, TEXT) is not None:
            return str(block_id), text_at(block, TEXT, "value")
    return "", ""


def choice_listener(ctx: BotContext) -> Listener:
    """Return a listener that writes the draft anew for another person, length or language."""

    async def on_choice(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        try:
            opened = read_form(body)
        except (ValueError, TypeError, RecursionError):
            set_outcome(AuditOutcome.ASKED_WRONGLY)
            return
        set_outcome(AuditOutcome.ANSWERED)
        metadata = text_at(body, "view", "private_metadata")
        zone = _zone_info(opened.form.zone)
        view = ctx.renderer.reply_forms.view(opened.form, ctx.clock(), zone, metadata)
        await ctx.sender.send(UpdateView(text_at(body, "view", "id"), view))

    return on_choice


def copy_listener(ctx: BotContext) -> Listener:
    """Return a listener that shows the finished reply to the person who wrote it, and no one else.

    The form stays open, and keeps the text, until Slack took the message.
    """

    async def on_copy(ack: AsyncAck, body: dict[str, Any]) -> None:
        block, letter = _letter(body)
        if not letter.strip():
            set_outcome(AuditOutcome.ASKED_WRONGLY)
            await ack(response_action="errors", errors={block: _EMPTY})
            return
        try:
            facts = json.loads(text_at(body, "view", "private_metadata"))
            async with asyncio.timeout(_COPY_SECONDS):
                sent = await _send_copy(ctx, text_at(body, "user", "id"), facts, letter)
        except (TimeoutError, ValueError, RecursionError):
            sent = SendResult(error="timeout")
        set_outcome(AuditOutcome.ANSWERED if sent.ts else AuditOutcome.UNAVAILABLE)
        if sent.ts:
            await ack()
        else:
            await ack(response_action="errors", errors={block: _NOT_SENT})

    return on_copy


async def _send_copy(ctx: BotContext, user: str, facts: Any, letter: str) -> SendResult:  # noqa: ANN401  any JSON
    """Show the letter in the channel to its writer alone, else in their direct messages."""
    reference, channel = text_at(facts, "reference"), text_at(facts, "channel")
    message = ctx.renderer.reply_forms.copy(letter, reference)
    sent = SendResult()
    if channel:
        thread = text_at(facts, "thread")
        sent = await ctx.sender.send(PostEphemeral(channel, user, message, reference, thread))
    if not sent.ts:
        sent = await ctx.sender.send(
            PostMessage(user, replace(message, part="reply-copy"), reference, first=True)
        )
    return sent
