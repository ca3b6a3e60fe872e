"""Signs of life: what tells that a person was in a call and sending or receiving.

Success is never reported as such, so that recovery has to be read from these.
https://www.100ms.live/docs/server-side/v2/api-reference/analytics/track-events
https://www.100ms.live/docs/server-side/v2/api-reference/analytics/peer-stats
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

TrackDeed = Literal["add", "update", "remove"]
Media = Literal["audio", "video"]


@dataclass(frozen=True, slots=True)
class TrackEvent:
    """A track was added, changed (for example muted) or removed. Times are UTC.

    `type` is 100ms' text (`track.add.success`), `source` `regular` or `screen` as far as told.
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
    def deed(self) -> str:
        """`add`, `update` or `remove`; other text if 100ms invents another."""
        return self.type.removeprefix("track.").removesuffix(".success")


@dataclass(frozen=True, slots=True)
class PeerStats:
    """Moments at which a peer was measured sending (`published`) or receiving media."""

    peer_id: str
    session_id: str
    published: tuple[datetime, ...] = ()
    received: tuple[datetime, ...] = ()
