"""The target that a question resolves to, and the progress of reading its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.domain.rooms import Room, Session

TargetKind = Literal["room", "session", "peer", "user"]


@dataclass(frozen=True, slots=True)
class Target:
    """A room, or a session, peer or user in it: enough to fetch every event about it.

    `session` is set only if the answer is to be cut to that session's time.
    """

    kind: TargetKind
    room: Room
    session: Session | None = None
    peer_id: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several possible meanings.

    `value` is a question text that selects exactly this one.
    """

    kind: TargetKind
    value: str
    label: str
    workspace: str
    created_at: datetime | None = None
    name: str = ""
    """Name of the participant, shown only as far as names may be."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Several matches, from which the asker chooses; the bot never guesses."""

    candidates: tuple[Candidate, ...]
    note: str = ""
    near: bool = False
    """Whether the question found nothing and these are suggestions, for the asker alone."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Number of error events read so far.

    `total` is None until every type has reported its own; `by_type` holds the rows read of each
    type asked for. `begun` is true once the first page of every type is in: from then on the
    numbers are worth showing. `waits_for` says in a few words what the reading waits for.
    """

    target: Target
    fetched: int
    total: int | None
    by_type: Mapping[str, int] = field(default_factory=dict)
    begun: bool = False
    waits_for: str = ""
