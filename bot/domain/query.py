"""A question as understood from what a person typed or pasted."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.events import ERROR_TYPES
from bot.domain.privacy.personal_names import Names


class IdentifierKind(StrEnum):
    """What a clue may name."""

    OBJECT = "object"  # 24 hex digits without a word: a room or a session
    ROOM = "room"  # 24 hex digits that are a room
    SESSION = "session"
    UUID = "uuid"  # a UUID without a word: a peer, or a room named so
    PEER = "peer"
    USER = "user"  # the customer's own user id, any text
    NAME = "name"  # a room's name
    CODE = "code"  # a room code, only from links or after `code`


@dataclass(frozen=True, slots=True)
class Identifier:
    """One thing that was pasted. `value` is as typed, stripped of wrappings."""

    kind: IdentifierKind
    value: str


@dataclass(frozen=True, slots=True)
class LookupQuery:
    """What to look up, over which time, and for whose eyes. Times are UTC."""

    clues: tuple[Identifier, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    types: tuple[str, ...] = ERROR_TYPES
    private: bool = False
    help: bool = False
    complaint: str | None = None
    """Why nothing can be looked up, in a sentence; None if there is something to look up."""
    public: bool = False
    """Asked for all to see, also where the channel's answers are private otherwise."""
    workspace: str = ""
    """Alias of the workspace that its channel means where several know the thing."""
    usual_since: datetime | None = None
    """Its channel's own `since`, for where the question names neither time nor session."""
    workspaces: tuple[str, ...] | None = None
    """Aliases of the 100ms workspaces that may be asked about where it is asked; None for all."""
    remarks: tuple[str, ...] = ()
    """What of the question was not understood or left out. The answer says it first."""
    readings: tuple[str, ...] = ()
    """How times in words were read, each in a sentence."""

    names: Names | None = None
    """How much of people's names its answer shows; None as long as nobody decided."""

    def about(self, *clues: Identifier) -> "LookupQuery":
        """The same question about these clues instead."""
        return replace(self, clues=clues)
