"""Interfaces that the investigation needs; `bot.hundredms` and `bot.storage` implement them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.domain.diagnosis import DiagnosisInput
from bot.domain.diagnosis.other_rooms import FailureTime, OtherRooms
from bot.domain.events import ErrorEvent
from bot.domain.query import Identifier, LookupQuery
from bot.domain.report import Report
from bot.domain.rooms import CallFact, CallFactKind, PeerStats, Room, Session, TrackEvent
from bot.domain.saved_lookup import SavedLookup
from bot.domain.target import Choices, Progress

CODES_MAX_AGE = timedelta(days=1)
"""Age at which the stored codes of a room are read again from 100ms."""


@dataclass(frozen=True, slots=True)
class Page:
    """One response of the events endpoint.

    `rows` counts the rows received, before duplicates are dropped. `total` is 100ms' total of the
    whole query, None if it is missing. `next` is "" on the last page. `unreadable` counts the rows
    that could not be read.
    """

    events: tuple[ErrorEvent, ...]
    rows: int
    total: int | None
    next: str
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Filters of one cursor, sent unchanged with each page."""

    room_id: str
    type: str = ""
    """An event type; "" for every error event."""
    peer_id: str | None = None
    user_id: str | None = None
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class SessionPage:
    """One response of the sessions list; `last` is "" when there are no more.

    `lost` counts the rows that could not be read.
    """

    sessions: tuple[Session, ...]
    last: str
    lost: int = 0


@dataclass(frozen=True, slots=True)
class TrackPage:
    """A page of track events, with the fields of `Page`."""

    events: tuple[TrackEvent, ...]
    rows: int
    total: int | None
    next: str
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class WebhookPage:
    """A page of the webhooks that 100ms sent elsewhere, as 100ms lists them.

    `rows` may hold anything. `next` is the number of the next page, 0 on the last one.
    """

    rows: tuple[Any, ...]
    next: int


class ExpiredCursor(Exception):
    """100ms no longer accepts the `start` that was sent (it expires 24 h after the first query)."""


class HundredMs(Protocol):
    """Read-only access to one 100ms workspace.

    Every method raises HundredMsUnreachable, HundredMsBusy or HundredMsRefused if the call fails. A
    missing object is None, or an empty result.
    """

    @property
    def alias(self) -> str:
        """The workspace's name in our settings."""

    def reporting_to(self, tell: "Tell") -> "HundredMs":
        """Return the same workspace; long waits for 100ms are reported to `tell`."""

    def low_priority(self) -> "HundredMs":
        """Return the same workspace; calls made through it let all other calls go first."""

    def without_retries(self) -> "HundredMs":
        """Return the same workspace; a call that fails once is not repeated."""

    async def room(self, room_id: str) -> Room | None:
        """Return the room by id; None for any 4xx except 401, 403 and 429."""

    async def session(self, session_id: str) -> Session | None:
        """Return the session by id; None as for `room`."""

    async def rooms_named(self, name: str) -> Sequence[Room]:
        """Return rooms named `name`, ignoring case, enabled and disabled (two calls)."""

    async def list_rooms(self) -> Sequence[Room]:
        """Return the first rooms that 100ms lists, enabled and disabled, at most 300 of each."""

    async def latest_rooms(self) -> Sequence[Room]:
        """Return the first 100 enabled rooms that 100ms lists (one call)."""

    async def events(self, query: EventQuery, start: str = "") -> Page:
        """Return one page of at most 100 events. Raises ExpiredCursor if `start` is refused."""

    async def count(self, query: EventQuery) -> int | None:
        """Return 100ms' number of events of a type, or of all errors if the query's type is "".

        One row is read. Returns None if 100ms reports no number.
        """

    async def track_events(self, query: EventQuery, start: str = "") -> TrackPage:
        """Return a page as `events` does, for a track type; rows of other kinds are left out."""

    async def peer_stats(self, peer_id: str, session_id: str) -> PeerStats | None:
        """Return the times at which the peer was measured sending and receiving.

        Returns None while its session runs.
        """

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
        """Return one page of at most 100 sessions, newest first as far as 100ms keeps that order.

        If `naming` is the id of a person, a page that does not name them comes without peers.
        """

    async def room_codes(self, room_id: str) -> Sequence[str]:
        """Return the room's codes (first 100)."""

    async def webhooks(
        self, kinds: Sequence[CallFactKind], since: datetime, until: datetime, page: int
    ) -> WebhookPage:
        """Return a page, from 1, of the webhooks of these types in at most 14 days."""


class RoomIndex(Protocol):
    """An index of peers and codes by room, filled by earlier look-ups. Raises StoreUnreachable."""

    async def rooms_of_peer(self, peer_id: str) -> Sequence[tuple[str, str]]:
        """Return (workspace, room id) pairs known for that peer id, ignoring case."""

    async def rooms_of_user(self, user_id: str) -> Sequence[tuple[str, str]]:
        """Return (workspace, room id) pairs of webhooks about that user, the latest first."""

    async def learn_peers(self, workspace: str, room_id: str, peer_ids: Iterable[str]) -> None:
        """Store that these peers belong to that room (permanent for 30 days)."""

    async def rooms_of_code(self, code: str) -> Sequence[tuple[str, str]]:
        """Return (workspace, room id) pairs known for that room code."""

    async def recent_rooms(self, most: int) -> Sequence[tuple[str, str]]:
        """Return the (workspace, room id) pairs of the latest look-ups, latest first."""

    async def learn_codes(self, workspace: str, room_id: str, codes: Iterable[str]) -> None:
        """Store the room's codes."""

    async def knows_codes_of(self, workspace: str, room_id: str) -> bool:
        """Return whether that room's codes were stored within `CODES_MAX_AGE`."""

    async def facts_of_room(self, workspace: str, room_id: str, most: int) -> Sequence[CallFact]:
        """Return the latest facts that webhooks told of failures, removals and the room's end.

        They are at most `most`, in order of time.
        """


Clock = Callable[[], datetime]
"""Returns the current time, timezone-aware, in UTC."""

Tell = Callable[[str], Awaitable[None]]
"""Sends the waiting asker a plain-text sentence about the cause of the wait."""

Watch = Callable[[Progress], None]
"""Called after each page with the progress of the reading."""


def ignore_progress(progress: Progress) -> None:
    """A Watch that ignores progress."""


class LookupService(Protocol):
    """Investigates a question about a 100ms call. Every method may raise BotError."""

    async def report(
        self, query: LookupQuery, lookup_id: str, tell: Tell, watch: Watch = ignore_progress
    ) -> Report | Choices:
        """Return the facts, or the choices if the question matches several things."""

    async def reopen(self, saved_lookup: SavedLookup, tell: Tell) -> Report:
        """Repeat the look-up that a button's value describes, and return its report."""

    async def diagnose(self, report: Report, tell: Tell) -> Report:
        """Return the report with its diagnosis, made as of the report's time."""

    async def case(self, report: Report, tell: Tell) -> DiagnosisInput:
        """Return everything that the diagnosis of a report rests on, read anew."""

    async def describe(
        self, identifiers: Sequence[Identifier], workspaces: Sequence[str] | None = None
    ) -> Choices:
        """Return what each identifier is, for a person to choose from.

        `workspaces` limits the search to these 100ms workspaces; None searches all of them.
        """


class OtherRoomsSampler(Protocol):
    """Compares a failure with the other rooms of its workspace."""

    async def sample(self, room: Room, failure: FailureTime) -> OtherRooms:
        """Return a sample of the other rooms at that time. Raises BotError."""


Workspaces = Mapping[str, HundredMs]
"""Every configured workspace by alias, in the order of the settings."""


def permitted_workspaces(workspaces: Workspaces, permitted: Sequence[str] | None) -> Workspaces:
    """Return the permitted workspaces; all of them if `permitted` is None."""
    if permitted is None:
        return workspaces
    return {alias: hundredms for alias, hundredms in workspaces.items() if alias in permitted}
