"""Which entry a delivery of Slack's came by, where it happened, and what it asks for."""

import json
import re
from dataclasses import replace

from bot.domain.access import channel_in
from bot.domain.errors import NotAllowed
from bot.domain.parsing import find_identifiers, parse_query
from bot.domain.query import Identifier, LookupQuery
from bot.domain.records.audit import Access, Entry, Subject, subject_of, subjects_of
from bot.domain.saved_lookup import SavedLookup, decode
from bot.slack.access.audit import key_of
from bot.slack.checkpoints.serialization import from_json
from bot.slack.context import BotContext
from bot.slack.listeners.modal import read_form_values
from bot.slack.listeners.query import MOST
from bot.slack.message_text import texts_of
from bot.slack.payloads import Body, at, click_id, reply_target_of, pressed, text_at
from bot.slack.sending.format_fallback import unescape

_MENTION = re.compile(r"<@[^>]*>")
_LONGEST_NAME = 80
_SHORTCUTS = {
    "message_action": Entry.MESSAGE_SHORTCUT,
    "shortcut": Entry.SHORTCUT,
    "view_submission": Entry.FORM,
    "block_actions": Entry.BUTTON,
}


def entry_of(body: Body) -> Entry | None:
    """How somebody asks; None for what is no question and no press.

    A bot's mention is none: two of them could talk for ever.
    """
    if text_at(body, "command"):
        return Entry.COMMAND
    event = at(body, "event")
    if text_at(event, "type") == "app_mention":
        asks = text_at(event, "user") and text_at(event, "channel") and not text_at(event, "bot_id")
        return Entry.MENTION if asks else None
    return _SHORTCUTS.get(text_at(body, "type"))


def opens_home(body: Body) -> bool:
    """Whether somebody opens the Home tab."""
    return text_at(body, "event", "type") == "app_home_opened"


def conversation_of(body: Body) -> str:
    """The id of the conversation that a delivery belongs to; "" if there is none.

    A form belongs to the conversation that its answer goes to.
    """
    if text_at(body, "type") != "view_submission":
        return reply_target_of(body).channel
    return read_form_values(body).conversation or text_at(_noted(body), "channel")


def handle_of_press(body: Body) -> SavedLookup | None:
    """The look-up that a pressed button belongs to, if its value names one."""
    try:
        return decode(text_at(pressed(body), "value"))
    except (NotAllowed, RecursionError):
        return None


def access_of(desk: BotContext, body: Body) -> Access | None:
    """The audit's row of a delivery before it is answered; None for what is not audited."""
    entry = entry_of(body)
    if entry is None:
        return None
    access = Access(
        key=key_of(_delivery(body, entry)),
        at=desk.tools.clock(),
        user=_fit(reply_target_of(body).user),
        channel=_fit(channel_in(conversation_of(body)) or conversation_of(body)),
        entry=entry,
        action=_fit(_action(body, entry)),
    )
    handle = handle_of_press(body) if entry is Entry.BUTTON else None
    if handle is not None:
        return replace(
            access,
            subjects=(_subject_of_handle(handle),),
            workspace=_fit(handle.workspace),
            room_id=_fit(handle.room_id),
            reference=_fit(handle.lookup_id),
        )
    return replace(access, subjects=subjects_of(_clues(desk, body, entry)))


def _delivery(body: Body, entry: Entry) -> str:
    """As `bot.slack.lookup.start` and the buttons name their jobs."""
    if entry is Entry.BUTTON:
        return click_id(body)
    return text_at(body, "event_id") if entry is Entry.MENTION else text_at(body, "trigger_id")


def _action(body: Body, entry: Entry) -> str:
    if entry is Entry.COMMAND:
        return text_at(body, "command")
    if entry is Entry.BUTTON:
        return text_at(pressed(body), "action_id")
    return text_at(body, "callback_id") or text_at(body, "view", "callback_id")


def _clues(desk: BotContext, body: Body, entry: Entry) -> tuple[Identifier, ...]:
    if entry is Entry.MESSAGE_SHORTCUT:
        return find_identifiers(texts_of(body.get("message"))[:MOST])
    if entry is Entry.BUTTON:
        return _clues_of_press(desk, text_at(pressed(body), "value"))
    return parse_query(_words(body, entry)[:MOST], desk.tools.clock()).clues


def _words(body: Body, entry: Entry) -> str:
    if entry is Entry.COMMAND:
        return text_at(body, "text")
    if entry is Entry.MENTION:
        return unescape(_MENTION.sub(" ", text_at(body, "event", "text")[:MOST]))
    filled = read_form_values(body)
    return filled.text.strip() or filled.picked


def _clues_of_press(desk: BotContext, value: str) -> tuple[Identifier, ...]:
    """What a choice (`q`) or Refresh (a whole question) asks for."""
    try:
        facts = json.loads(value)
        if text_at(facts, "q"):
            return parse_query(text_at(facts, "q"), desk.tools.clock()).clues
        question: LookupQuery = from_json(LookupQuery, facts)
    except (ValueError, RecursionError):
        return ()
    return question.clues


def _subject_of_handle(handle: SavedLookup) -> Subject:
    ids = {
        "peer": handle.peer_id,
        "user": handle.user_id,
        "session": handle.session_id,
    }
    return subject_of(str(handle.kind), str(ids.get(str(handle.kind)) or handle.room_id))


def _noted(body: Body) -> object:
    try:
        return json.loads(text_at(body, "view", "private_metadata"))
    except (ValueError, RecursionError):
        return None


def _fit(value: object) -> str:
    """An id or a name of Slack's, or of a button that anybody may have forged."""
    return subject_of("", str(value)).id[:_LONGEST_NAME]
