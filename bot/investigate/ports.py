"""What the investigation needs from the outside; adapters live in hundredms and storage."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.events import ErrorEvent
from bot.domain.rooms import PeerStats, Room, Session, TrackEvent
from bot.domain.target import Progress


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the events endpoint.

    `rows` counts what was received, before duplicates are dropped; `total` is 100ms' total of
    the whole query, None if it did not say; `next` is "" on the last page. `unreadable` counts
    the rows that could not be read.
    """

    events: tuple[ErrorEvent, ...]
    rows: int
    total: int | None
    next: str
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page whose events are still to be made, by `read`: that takes longer than the rest.

    `following` is the next page's cursor, so that it can be asked for before.
    """

    rows: int
    following: str
    read: Callable[[], Page]


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Filters of one cursor; sent unchanged with each page."""

    room_id: str
    type: str
    peer_id: str | None = None
    user_id: str | None = None
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class SessionPage:
    """One answer of the sessions list; `last` is "" when there is no more.

    `lost` counts rows that could not be read.
    """

    sessions: tuple[Session, ...]
    last: str
    lost: int = 0


@dataclass(frozen=True, slots=True)
class TrackPage:
    """As `Page`, of track events."""

    events: tuple[TrackEvent, ...]
    rows: int
    total: int | None
    next: str
    unreadable: int = 0


class ExpiredCursor(Exception):
    """100ms no longer knows the `start` we sent (it lives 24 h after the first query)."""


class HundredMs(Protocol):
    """One 100ms workspace, read only.

    Every method raises HundredMsUnreachable, HundredMsBusy or HundredMsRefused when 100ms
    does; a thing that is not there is None, or empty.
    """

    @property
    def alias(self) -> str:
        """The workspace's name in our settings."""

    def reporting_to(self, tell: "Tell") -> "HundredMs":
        """The same workspace; long waits for 100ms are told to this asker."""

    def low_priority(self) -> "HundredMs":
        """The same workspace; calls made through it let all others go first."""

    async def room(self, room_id: str) -> Room | None:
        """The room by id; None for any 4xx but 401, 403 and 429."""

    async def session(self, session_id: str) -> Session | None:
        """The session by id, as `room`."""

    async def rooms_named(self, name: str) -> Sequence[Room]:
        """Rooms whose name equals `name`, case ignored, enabled and disabled (two calls)."""

    async def events(self, query: EventQuery, start: str = "") -> Page:
        """One page of at most 100 events. Raises ExpiredCursor if `start` is refused."""

    async def page(self, query: EventQuery, start: str = "") -> RawPage:
        """As `events`, before they are read."""

    async def track_events(self, query: EventQuery, start: str = "") -> TrackPage:
        """As `events`, for a track type; rows that are no track events are left out."""

    async def peer_stats(self, peer_id: str, session_id: str) -> PeerStats | None:
        """When that peer was measured sending and receiving; None while its session runs."""

    async def sessions(
        self,
        *,
        active: bool,
        room_id: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        start: str = "",
        naming: str = "",
    ) -> SessionPage:
        """One page of at most 100 sessions, newest first as far as 100ms keeps to it.

        With the id of a person in `naming`, a page that does not name them comes without peers.
        """

    async def room_codes(self, room_id: str) -> Sequence[str]:
        """The room's codes (first 100)."""


class RoomIndex(Protocol):
    """What earlier look-ups taught us. Raises StoreUnreachable."""

    async def rooms_of_peer(self, peer_id: str) -> Sequence[tuple[str, str]]:
        """(workspace, room id) pairs known for that peer id, case ignored."""

    async def learn_peers(self, workspace: str, room_id: str, peer_ids: Iterable[str]) -> None:
        """Remember that these peers belong to that room (permanent for 30 days)."""

    async def rooms_of_code(self, code: str) -> Sequence[tuple[str, str]]:
        """(workspace, room id) pairs known for that room code."""

    async def learn_codes(self, workspace: str, room_id: str, codes: Iterable[str]) -> None:
        """Remember the room's codes."""

    async def knows_codes_of(self, workspace: str, room_id: str) -> bool:
        """True if that room's codes were learned within a day."""


Clock = Callable[[], datetime]
"""The present moment, aware, UTC."""

Tell = Callable[[str], Awaitable[None]]
"""Tells the asker, while they wait, what is being waited for. Plain text, one sentence."""

Watch = Callable[[Progress], None]
"""Is told, after each page, how far the reading has come."""


def ignore_progress(progress: Progress) -> None:
    """A Watch that looks away."""


Workspaces = Mapping[str, HundredMs]
"""Every configured workspace by alias, in order of the settings."""


def permitted_workspaces(workspaces: Workspaces, permitted: Sequence[str] | None) -> Workspaces:
    """The permitted ones of the workspaces; all of them if `permitted` is None."""
    if permitted is None:
        return workspaces
    return {alias: hundredms for alias, hundredms in workspaces.items() if alias in permitted}
