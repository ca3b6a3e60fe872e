"""What a question turned out to be about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.places import Room, Session

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
