"""The audit log of questions: asker, subject, place, time and outcome."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.metrics import LookupOutcome
from bot.domain.privacy.addresses import redact
from bot.domain.query import Identifier, IdentifierKind
from bot.domain.text import clean, clip

MOST_IDS = 20
"""Most ids of one question that are stored."""
_LONGEST = 200
_SHOWN_OF_CODE = 3


class EntryPoint(StrEnum):
    """The entry point through which a question or press arrived."""

    COMMAND = "command"
    MENTION = "mention"
    DIRECT_MESSAGE = "direct_message"
    MESSAGE_SHORTCUT = "message_shortcut"
    SHORTCUT = "shortcut"
    FORM = "form"
    BUTTON = "button"
    WORKFLOW_STEP = "workflow_step"


class AuditOutcome(StrEnum):
    """The outcome of a question or a button press.

    A look-up that ended has a value of `LookupOutcome`.
    """

    ASKED = "asked"  # running, or its process died and no other has taken it over yet
    ANSWERED = LookupOutcome.ANSWERED.value
    INCOMPLETE = LookupOutcome.INCOMPLETE.value
    CHOICES = LookupOutcome.CHOICES.value
    NOTHING_FOUND = "nothing_found"
    NOT_READ = "not_read"  # nothing to look up could be read in it
    ASKED_WRONGLY = LookupOutcome.ASKED_WRONGLY.value
    REFUSED = LookupOutcome.REFUSED.value  # the person or the channel may not ask
    TOO_MANY = "too_many_waiting"
    UNAVAILABLE = LookupOutcome.UNAVAILABLE.value
    FAILED = LookupOutcome.FAILED.value
    FORM_OPENED = "form_opened"
    HELP = "help"
    SETTINGS = "settings"
    REPEATED = "repeated"  # the same press was answered already
    VOTED = "voted"  # Right, or a form after Wrong
    ACCURACY = "accuracy"
    LINK = "link"  # the button opens a page by itself
    WATCH = "watch"  # a watch was started, ended or listed


@dataclass(frozen=True, slots=True)
class Subject:
    """An id that was asked for; `kind` is that of an identifier, or of a button's look-up."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Access:
    """A question or button press. `key` is unique to its delivery by Slack; `at` is UTC.

    `action` is the command or the button's name. `room_id` and `workspace` are "" until the room is
    known; `reference` is the look-up's `CD-…`, "" if there was none.
    """

    key: str
    at: datetime
    user: str
    channel: str
    entry: EntryPoint
    action: str = ""
    subjects: tuple[Subject, ...] = ()
    workspace: str = ""
    room_id: str = ""
    reference: str = ""
    outcome: AuditOutcome = AuditOutcome.ASKED
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """The outcome of an access, and its room if known.

    `room_name` is a typed name that proved to be a room's; until then it may be a person's, and is
    not stored.
    """

    outcome: AuditOutcome
    reference: str = ""
    workspace: str = ""
    room_id: str = ""
    room_name: str = ""


class Audit(Protocol):
    """The audit rows. Raises StoreUnreachable."""

    async def begin(self, access: Access) -> None:
        """Store a row; an existing row with that key is not changed."""

    async def end(self, key: str, ending: Ending) -> Access | None:
        """Add the outcome; return the row, None if there is none."""


def subjects_of(identifiers: tuple[Identifier, ...]) -> tuple[Subject, ...]:
    """Return the ids of a question in a form that may be stored.

    Addresses are redacted, names are left out, and room codes are cut short, because anybody with
    a code can join the call. A name may be a person's until a room of that name is found.
    """
    return tuple(
        subject_of(identifier.kind, identifier.value) for identifier in identifiers[:MOST_IDS]
    )


def subject_of(kind: str, value: str) -> Subject:
    """Return an id in a form that may be stored."""
    if kind == IdentifierKind.CODE:
        value = value[:_SHOWN_OF_CODE] + "…"
    if kind in (IdentifierKind.PERSON, IdentifierKind.NAME):
        value = ""
    return Subject(str(kind), clip(clean(redact(value)), _LONGEST))


def with_room_name(subjects: tuple[Subject, ...], name: str) -> tuple[Subject, ...]:
    """Return the subjects with a room's name in the place of the one that was left out."""
    shown = clip(clean(redact(name)), _LONGEST)
    return tuple(
        replace(subject, id=shown)
        if subject.kind == IdentifierKind.NAME and not subject.id
        else subject
        for subject in subjects
    )
