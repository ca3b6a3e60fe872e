"""Reads a delivery for the audit: its entry point, its place, and the question."""

import json
import re
from dataclasses import replace

from bot.domain.access import channel_in
from bot.domain.audit import Access, EntryPoint, Subject, subject_of, subjects_of
from bot.domain.errors import NotAllowed
from bot.domain.parsing import find_identifiers, parse_query
from bot.domain.query import Identifier, LookupQuery
from bot.domain.saved_lookup import SavedLookup, decode
from bot.render.filters import unescape_mrkdwn
from bot.slack.checkpoints.serialization import from_json
from bot.slack.context import BotContext
from bot.slack.dedupe import digest_of
from bot.slack.message_text import MAX_TYPED_CHARACTERS, text_of_message
from bot.slack.payloads import (
    Body,
    click_id,
    pressed_name,
    pressed_value,
    private_metadata_of,
    read_form_values,
    reply_target_of,
    text_at,
    value_at,
)

FEEDBACK_FORM = "feedback_form"
"""The callback id of the form that *Wrong* opens."""
_MENTION = re.compile(r"<@[^>]*>")
_WATCH = re.compile(r"^\s*(?:watch|watches|unwatch)(?!\S)", re.IGNORECASE)
_MAX_NAME = 80
_MESSAGE_TYPES = ("app_mention", "message")
_WRITTEN = ("", "file_share", "thread_broadcast")
"""Subtypes of messages that a person writes."""
_MESSAGES = (EntryPoint.MENTION, EntryPoint.DIRECT_MESSAGE)
_ENTRIES_BY_TYPE = {
    "message_action": EntryPoint.MESSAGE_SHORTCUT,
    "shortcut": EntryPoint.SHORTCUT,
    "view_submission": EntryPoint.FORM,
    "block_actions": EntryPoint.BUTTON,
}


def entry_of(body: Body) -> EntryPoint | None:
    """Return how a person asks; None for a delivery that is neither a question nor a press.

    A bot's mention does not count: two bots could talk for ever.
    """
    if text_at(body, "command"):
        return EntryPoint.COMMAND
    event = value_at(body, "event")
    if is_step(body):
        return EntryPoint.WORKFLOW_STEP
    kind = text_at(event, "type")
    if kind in _MESSAGE_TYPES:
        is_question = (
            text_at(event, "user") and text_at(event, "channel") and not text_at(event, "bot_id")
        )
        if not is_question or (kind == "message" and not _is_direct_message(event)):
            return None
        return EntryPoint.MENTION if kind == "app_mention" else EntryPoint.DIRECT_MESSAGE
    return _ENTRIES_BY_TYPE.get(text_at(body, "type"))


def is_step(body: Body) -> bool:
    """Return whether a workflow runs our step; the event names no person."""
    event = value_at(body, "event")
    return text_at(event, "type") == "function_executed" and bool(
        text_at(event, "function_execution_id")
    )


def _is_direct_message(event: Body) -> bool:
    """Return whether a person wrote this to the bot, and neither edited nor joined anything.

    https://docs.slack.dev/reference/events/message.im
    """
    return text_at(event, "channel_type") == "im" and text_at(event, "subtype") in _WRITTEN


def is_home_opened(body: Body) -> bool:
    """Return whether somebody opens the Home tab."""
    return text_at(body, "event", "type") == "app_home_opened"


def conversation_of(body: Body) -> str:
    """Return the id of the conversation that a delivery belongs to; "" if there is none.

    A modal belongs to the conversation that its answer goes to, and so does a workflow's step.
    """
    if is_step(body):
        return text_at(body, "event", "inputs", "channel")
    if value_at(body, "view") is None:
        return reply_target_of(body).channel
    return read_form_values(body).conversation or text_at(private_metadata_of(body), "channel")


def saved_lookup_of_press(body: Body) -> SavedLookup | None:
    """Return the look-up that a pressed button or a form belongs to, if its value names one."""
    is_form = text_at(body, "view", "type") == "modal"
    try:
        return decode(
            text_at(private_metadata_of(body), "lookup") if is_form else pressed_value(body)
        )
    except (NotAllowed, RecursionError):
        return None


def row_key(delivery: str) -> str:
    """Return the key of a delivery's row; `delivery` is Slack's id of the delivery."""
    return digest_of((delivery,)).hex()


def access_of(ctx: BotContext, body: Body) -> Access | None:
    """Return a delivery's audit row before it is answered; None if it is not audited."""
    entry = entry_of(body)
    if entry is None:
        return None
    access = Access(
        key=row_key(_delivery_id(body, entry)),
        at=ctx.clock(),
        user=_shorten(reply_target_of(body).user),
        channel=_shorten(channel_in(conversation_of(body)) or conversation_of(body)),
        entry=entry,
        action=_shorten(_action(body, entry)),
    )
    saved_lookup = (
        saved_lookup_of_press(body) if entry in (EntryPoint.BUTTON, EntryPoint.FORM) else None
    )
    if saved_lookup is not None:
        return replace(
            access,
            subjects=(_subject_of_saved_lookup(saved_lookup),),
            workspace=_shorten(saved_lookup.workspace),
            room_id=_shorten(saved_lookup.room_id),
            reference=_shorten(saved_lookup.lookup_id),
        )
    return replace(access, subjects=subjects_of(_identifiers(ctx, body, entry)))


def _delivery_id(body: Body, entry: EntryPoint) -> str:
    """Return the id by which `bot.slack.lookup.job` and the buttons name their jobs."""
    if entry is EntryPoint.BUTTON:
        return click_id(body)
    if entry is EntryPoint.WORKFLOW_STEP:
        return text_at(body, "event", "function_execution_id")
    return text_at(body, "event_id") if entry in _MESSAGES else text_at(body, "trigger_id")


def _action(body: Body, entry: EntryPoint) -> str:
    if entry is EntryPoint.COMMAND:
        return text_at(body, "command")
    if entry is EntryPoint.BUTTON:
        return pressed_name(body)
    if entry is EntryPoint.WORKFLOW_STEP:
        return text_at(body, "event", "function", "callback_id")
    return text_at(body, "callback_id") or text_at(body, "view", "callback_id")


def _identifiers(ctx: BotContext, body: Body, entry: EntryPoint) -> tuple[Identifier, ...]:
    if _action(body, entry) == FEEDBACK_FORM:  # its note asks for nothing
        return ()
    if entry is EntryPoint.MESSAGE_SHORTCUT:
        return find_identifiers(text_of_message(body.get("message"))[:MAX_TYPED_CHARACTERS])
    if entry is EntryPoint.BUTTON:
        return _identifiers_of_press(ctx, pressed_value(body))
    return parse_query(_query_text(body, entry)[:MAX_TYPED_CHARACTERS], ctx.clock()).clues


def _query_text(body: Body, entry: EntryPoint) -> str:
    if entry is EntryPoint.COMMAND:
        return _without_watch(text_at(body, "text"))
    if entry is EntryPoint.WORKFLOW_STEP:
        return unescape_mrkdwn(text_at(body, "event", "inputs", "target"))
    if entry in _MESSAGES:
        typed = _MENTION.sub(" ", text_at(body, "event", "text")[:MAX_TYPED_CHARACTERS])
        return _without_watch(unescape_mrkdwn(typed))
    form = read_form_values(body)
    return form.text.strip() or form.picked


def _without_watch(text: str) -> str:
    """Return the text without a first word that starts, ends or lists watches."""
    return _WATCH.sub("", text)


def _identifiers_of_press(ctx: BotContext, value: str) -> tuple[Identifier, ...]:
    """Return what a choice (`q`) or Refresh (a whole question) asks for."""
    try:
        fields = json.loads(value)
        if text_at(fields, "q"):
            return parse_query(text_at(fields, "q"), ctx.clock()).clues
        query: LookupQuery = from_json(LookupQuery, fields)
    except (ValueError, RecursionError):
        return ()
    return query.clues


def _subject_of_saved_lookup(saved_lookup: SavedLookup) -> Subject:
    ids = {
        "peer": saved_lookup.peer_id,
        "user": saved_lookup.user_id,
        "session": saved_lookup.session_id,
    }
    return subject_of(
        str(saved_lookup.kind), str(ids.get(str(saved_lookup.kind)) or saved_lookup.room_id)
    )


def _shorten(value: object) -> str:
    """Shorten an id or a name, which is Slack's or comes from a button that may be forged."""
    return subject_of("", str(value)).id[:_MAX_NAME]
