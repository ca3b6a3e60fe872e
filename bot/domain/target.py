"""What a question turned out to be about.

How far a look-up has come, while it still reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.domain.rooms import Room, Session

TargetKind = Literal["room", "session", "peer", "user"]


@dataclass(frozen=True, slots=True)
class Target:
    """A room, or one session, peer or user in it: enough to fetch every event about it.

    `session` is set only when the answer is to be cut to that session's time.
    """

    kind: TargetKind
    room: Room
    session: Session | None = None
    peer_id: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several things that were meant perhaps; `value` is text that asks for just this."""

    kind: TargetKind
    value: str
    label: str
    workspace: str
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """Several matches: offered to the asker, never guessed."""

    candidates: tuple[Candidate, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Error events read so far of all that are asked for.

    `total` is None until every type has named its own; `by_type` are the rows read of each type
    asked for. `begun` is true once the first page of every type is in: from then on the numbers
    are worth telling. `waits_for` says in a few words what is under way.
    """

    target: Target
    fetched: int
    total: int | None
    by_type: Mapping[str, int] = field(default_factory=dict)
    begun: bool = False
    waits_for: str = ""
