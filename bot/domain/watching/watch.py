"""Watches of calls that run: what is stored of each, and how many there may be.

A watch stores no name: people are known by digests of their ids, and names are read again from
100ms for each message.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol

from bot.domain.privacy.personal_names import Names
from bot.domain.rooms import Room, Session
from bot.domain.target import Target, TargetKind

WITHOUT_TIME = timedelta(hours=2)
"""A watch for which nobody gave a time ends after so long."""
MOST_TIME = timedelta(days=7)
MOST_NEW_EVENTS = 2000
"""More new events than this are counted and no longer read."""
MOST_WATCHES_IN_CHANNEL, MOST_WATCHES_IN_WORKSPACE = 20, 100


class WatchEnd(StrEnum):
    """The reason why a watch ended."""

    OVER = "over"  # the session ended, and the linger time passed
    TIME = "time"  # the time given, or two hours without one
    STOPPED = "stopped"  # somebody stopped it
    FORGOTTEN = "forgotten"  # the data of its room or person were erased
    GONE = "gone"  # the channel, the message or the bot is gone
    FAILED = "failed"  # its job cannot go on


@dataclass(frozen=True, slots=True)
class Watch:
    """One watch, as it is stored while it runs.

    `id` is a reference (`CD-…`). `ts` is the time stamp of its message, "" before it is posted.
    `until` is the time given, None for none. `stopped_by` is the person who stopped it, "" while it
    runs. `woken_at` is the time of the latest webhook about its room, in Unix seconds.
    """

    id: str
    workspace: str
    kind: TargetKind
    room_id: str
    channel: str
    asked_by: str
    started_at: datetime
    session_id: str = ""
    peer_id: str = ""
    user_id: str = ""
    until: datetime | None = None
    notify: bool = False
    names: Names = Names.FULL
    ts: str = ""
    stopped_by: str = ""
    woken_at: float = 0.0

    @property
    def target_key(self) -> str:
        """Return a text that is equal for two watches of the same target."""
        ids = {"session": self.session_id, "peer": self.peer_id.lower(), "user": self.user_id}
        return f"{self.workspace}:{self.room_id.lower()}:{self.kind}:{ids.get(self.kind, '')}"

    @property
    def ends_at(self) -> datetime:
        """Return the latest end of the watch."""
        return self.until or self.started_at + WITHOUT_TIME

    @property
    def outlasts_sessions(self) -> bool:
        """Return whether the watch goes on after the end of a session."""
        return self.until is not None and not self.session_id

    def target(self) -> Target:
        """Return the target, with the ids alone."""
        room = Room(self.room_id, self.workspace)
        session = (
            Session(self.session_id, self.room_id, self.workspace) if self.session_id else None
        )
        return Target(self.kind, room, session, self.peer_id or None, self.user_id or None)


def watch_of(target: Target, watch: Watch) -> Watch:
    """Return the watch with the ids of its target."""
    return replace(
        watch,
        workspace=target.room.workspace,
        kind=target.kind,
        room_id=target.room.id,
        session_id=target.session.id if target.session else "",
        peer_id=target.peer_id or "",
        user_id=target.user_id or "",
    )


Added = Literal["added", "same_target", "channel_full", "workspace_full"]


class WatchStore(Protocol):
    """The watches that run. Every method raises StoreUnreachable."""

    async def add(self, watch: Watch) -> tuple[Added, str]:
        """Store a new watch unless a limit forbids it; return the result, and the watch's id.

        The id is that of the running watch if it has the same target in the same channel. A second
        call for the same id changes nothing.
        """

    async def place(self, watch_id: str, ts: str) -> None:
        """Store the time stamp of the watch's message."""

    async def find(self, watch_id: str) -> Watch | None:
        """Return the watch; None if it does not run."""

    async def running(self) -> Sequence[Watch]:
        """Return all watches, the oldest first."""

    async def stop(self, watch_id: str, by: str) -> bool:
        """Mark the watch as stopped by this person; return False if it does not run."""

    async def wake(self, workspace: str, room_id: str) -> int:
        """Mark the watches of a room for an early look; return how many there are."""

    async def end(self, watch_id: str) -> None:
        """Delete the watch."""
