"""The content of the pretend 100ms: workspaces, rooms, sessions, peers, and events as dicts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

Event = dict[str, Any]

ERROR_TYPES = (
    "client.publish.failed",
    "client.subscribe.failed",
    "client.join.failed",
    "client.disconnected",
    "client.connect.failed",
)
TRACK_TYPES = ("track.add.success", "track.update.success", "track.remove.success")
SUPPORTED_TYPES = (*ERROR_TYPES, *TRACK_TYPES, "beam.recording.success")


@dataclass(frozen=True, slots=True)
class Measured:
    """The times at which a peer was measured sending and receiving, in ms since 1970."""

    published: tuple[int, ...] = ()
    received: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PretendPeer:
    """One stay of one person in a session; still there while ``left_at`` is None.

    Without ``measured`` there are peer-stats of a few quiet minutes.
    """

    id: str
    name: str
    user_id: str
    role: str
    joined_at: datetime
    left_at: datetime | None = None
    metadata: str = ""
    measured: Measured | None = None


@dataclass(frozen=True, slots=True)
class PretendSession:
    """A session; active while ``ended_at`` is None."""

    id: str
    room_id: str
    created_at: datetime
    ended_at: datetime | None
    peers: tuple[PretendPeer, ...] = ()

    @property
    def active(self) -> bool:
        """Whether it is still going on."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class PretendCode:
    """A room code for one role."""

    code: str
    role: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class PretendRoom:
    """A room with all that ever happened in it."""

    id: str
    name: str
    created_at: datetime
    template_id: str
    enabled: bool = True
    description: str = ""
    region: str = "in"
    codes: tuple[PretendCode, ...] = ()
    sessions: tuple[PretendSession, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class PretendWorkspace:
    """A 100ms workspace: its own key and secret, its own rooms."""

    alias: str
    access_key: str
    secret: str
    account_id: str
    rooms: tuple[PretendRoom, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """Everything the pretend 100ms knows."""

    workspaces: tuple[PretendWorkspace, ...]

    def room(self, name: str) -> PretendRoom:
        """The room of that exact name, in whichever workspace. KeyError if there is none."""
        for workspace in self.workspaces:
            for room in workspace.rooms:
                if room.name == name:
                    return room
        raise KeyError(name)
