"""A question as parsed from a text that a person typed or pasted."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.events import ERROR_TYPES
from bot.domain.privacy.personal_names import Names


class IdentifierKind(StrEnum):
    """The kind of thing that an identifier may name."""

    OBJECT = "object"  # 24 hex digits without a word: a room or a session
    ROOM = "room"  # 24 hex digits of a room
    SESSION = "session"
    UUID = "uuid"  # a UUID without a word: a peer, or a room with that name
    PEER = "peer"
    USER = "user"  # the customer's own user id, any text
    NAME = "name"  # a room's name
    PERSON = "person"  # a participant's name
    CODE = "code"  # a room code, only from links or after `code`


@dataclass(frozen=True, slots=True)
class Identifier:
    """An id, name or code that was pasted. `value` is as typed, stripped of wrappings."""

    kind: IdentifierKind
    value: str


@dataclass(frozen=True, slots=True)
class LookupQuery:
    """The subject, time and audience of a look-up. Times are UTC."""

    clues: tuple[Identifier, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    types: tuple[str, ...] = ERROR_TYPES
    private: bool = False
    help: bool = False
    complaint: str | None = None
    """The reason why nothing can be looked up, in a sentence; None if something can."""
    public: bool = False
    """Whether a public answer was asked for, even if the channel's default is private."""
    workspace: str = ""
    """Alias of the channel's preferred workspace, used where several know the thing."""
    usual_since: datetime | None = None
    """The channel's default `since`, used if the question names neither time nor session."""
    workspaces: tuple[str, ...] | None = None
    """Aliases of the 100ms workspaces that may be asked about in this place; None for all."""
    remarks: tuple[str, ...] = ()
    """Parts of the question that were not understood or left out; shown first in the answer."""
    readings: tuple[str, ...] = ()
    """Sentences on how times in words were read."""

    names: Names | None = None
    """The extent to which the answer shows people's names; None until it is decided."""
    anew: bool = False
    """Whether 100ms is asked again even if the same question was answered a moment ago."""

    follow_up: bool = False
    """Whether it continues an earlier answer in a thread or in direct messages."""

    held_window: bool = False
    """Whether `since` and `until` were typed in an earlier question, about the same room."""

    def about(self, *clues: Identifier) -> "LookupQuery":
        """Return the same question about these identifiers instead."""
        return replace(self, clues=clues)
