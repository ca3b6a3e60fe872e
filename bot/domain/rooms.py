"""Rooms, their sessions and peers, and events that show people sending or receiving media.

100ms never reports a recovery, so it has to be concluded from track events and peer-stats.
https://www.100ms.live/docs/server-side/v2/api-reference/analytics/track-events
https://www.100ms.live/docs/server-side/v2/api-reference/analytics/peer-stats
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Room:
    """A 100ms room. `workspace` is the alias of the 100ms workspace that holds it."""

    id: str
    workspace: str
    name: str | None = None
    enabled: bool | None = None
    created_at: datetime | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """A person's stay in a session; a person gets a new peer id on every join."""

    id: str
    name: str | None = None
    user_id: str | None = None
    role: str | None = None
    joined_at: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A meeting in a room, from first join to end.

    `ended_at` is None while it runs, and also if 100ms says that it ended but not when.
    `peers_read` is False if 100ms did not send its people, or some of them could not be read.
    """

    id: str
    room_id: str
    workspace: str
    active: bool = False
    created_at: datetime | None = None
    ended_at: datetime | None = None
    peers: Mapping[str, Peer] = field(default_factory=dict)
    peers_read: bool = True

    @property
    def running(self) -> bool:
        """Whether 100ms calls it active.

        A session with an unknown end time has ended all the same.
        """
        return self.active and self.ended_at is None


_OBJECT_ID_DIGITS = 24


def creation_time_of(object_id: str) -> datetime | None:
    """Return the creation second that a 24-hex id carries; None for any other id.

    100ms ids are Mongo ObjectIds: the first 8 hex digits are Unix seconds. A peer's id, a UUID, has
    no time.
    """
    if len(object_id) != _OBJECT_ID_DIGITS:
        return None
    try:
        created_at = datetime.fromtimestamp(int(object_id[:8], 16), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return created_at if created_at.year >= 2020 else None  # noqa: PLR2004  100ms opened in 2020


TrackChange = Literal["add", "update", "remove"]
Media = Literal["audio", "video"]


@dataclass(frozen=True, slots=True)
class TrackEvent:
    """A track was added, changed (for example muted) or removed. Times are UTC.

    `type` is 100ms' text (`track.add.success`), `source` is `regular` or `screen` if reported.
    """

    id: str
    type: str
    at: datetime
    stamp: str = ""
    peer_id: str | None = None
    user_id: str | None = None
    user_name: str | None = None
    role: str | None = None
    session_id: str | None = None
    room_id: str | None = None
    track_id: str | None = None
    media: Media | None = None
    source: str | None = None
    mute: bool | None = None
    joined_at: datetime | None = None

    @property
    def change(self) -> str:
        """`add`, `update` or `remove`; another text if 100ms adds a type."""
        return self.type.removeprefix("track.").removesuffix(".success")


@dataclass(frozen=True, slots=True)
class PeerStats:
    """Times at which a peer was measured sending (`published`) or receiving media."""

    peer_id: str
    session_id: str
    published: tuple[datetime, ...] = ()
    received: tuple[datetime, ...] = ()


CallFactKind = Literal[
    "session.open.success",
    "session.close.success",
    "peer.join.success",
    "peer.join.failure",
    "peer.leave.success",
    "role.change.failure",
    "room.end.success",
]
"""The types of webhooks from which something is learned, by the names of 100ms."""

CallFactReason = Literal[
    "",
    "client request",
    "peer kicked",
    "server removed peer",
    "websocket closed",
    "ice connection state closed",
    "role not allowed",
    "role limit reached",
    "duplicate peer id",
    "network disconnection",
]
"""Reasons that 100ms documents, for leaving and for being refused; "" for every other text."""


@dataclass(frozen=True, slots=True)
class CallFact:
    """A fact of a call that a webhook of 100ms told: ids, a time (UTC), and a known reason.

    `id` is the webhook's own, the same in every repetition. `peer_id` is in lower case; ids that
    the webhook lacks are "". Webhooks get lost and come in any order, so that a missing fact proves
    nothing.
    https://www.100ms.live/docs/server-side/v2/how-to-guides/configure-webhooks/webhook
    """

    id: str
    kind: CallFactKind
    workspace: str
    room_id: str
    at: datetime
    session_id: str = ""
    peer_id: str = ""
    user_id: str = ""
    reason: CallFactReason = ""
