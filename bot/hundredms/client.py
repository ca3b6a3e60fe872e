"""The read-only client of one 100ms workspace: implements `bot.investigate.ports.HundredMs`.

It builds the requests (first of all to the events endpoint), finds rooms by name, enabled and
disabled ones, and reads pages of sessions.

https://www.100ms.live/docs/server-side/v2/introduction/basics
https://www.100ms.live/docs/server-side/v2/api-reference/Rooms/list-rooms
https://www.100ms.live/docs/server-side/v2/api-reference/analytics/overview
"""

import asyncio
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Self, TypeVar

from pydantic import BaseModel

from bot.domain.errors import HundredMsUnreachable
from bot.domain.rooms import CallFactKind, PeerStats, Room, Session
from bot.hundredms.circuit_breaker import Circuit
from bot.hundredms.error_events import parse_page, read_or_none
from bot.hundredms.lenient import decode_json, parse_body, validate_shape
from bot.hundredms.media import StatsWire, is_not_track, parse_stats, parse_track
from bot.hundredms.request import ANONYMOUS, MAX_SESSIONS_BODY, Caller, Request
from bot.hundredms.responses import ResponseKind, ResponseVerdict
from bot.hundredms.retries import WaitNotifier
from bot.hundredms.schemas import (
    CodeWire,
    DeliveriesWire,
    EventsWire,
    Listing,
    RoomWire,
    SessionWire,
    parse_room,
    parse_session,
)
from bot.hundredms.transport import WorkspaceConnection, send_with_retries
from bot.investigate.background import MANY
from bot.investigate.ports import (
    EventQuery,
    ExpiredCursor,
    Page,
    SessionPage,
    Tell,
    TrackPage,
    WebhookPage,
)

_PAGE_READER = ThreadPoolExecutor(1, "page-reader")
"""Reads the pages of large rooms one after the other, so that the event loop stays free.

A page takes some milliseconds, and eight of them may arrive at once.
"""
_UNESCAPED_TEXT = re.compile(r"[0-9A-Za-z_.@-]+")


def read_sessions(body: bytes, naming: str) -> Listing[SessionWire]:
    """Return the page, without peers if it cannot mention `naming`. Raises UnreadableBody.

    A hundred sessions of large rooms list thousands of people, and reading each of them takes
    longer than the call. So when a page is read only to find one person, and no part of it holds
    that person's id, it is read without its people.
    """
    value = decode_json(body)
    if naming and not _may_hold(body, naming):
        rows = value.get("data") if isinstance(value, dict) else None
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict):
                row.pop("peers", None)
    return validate_shape(Listing[SessionWire], value)


def _may_hold(body: bytes, text: str) -> bool:
    """Return False only if the body cannot hold the text: JSON may escape any character."""
    if not _UNESCAPED_TEXT.fullmatch(text):
        return True
    return text.lower().encode() in body.lower() or b"\\u" in body


_EVENTS_PATH = "analytics/events"

PAGE_SIZE = 100
"""The largest page, in rows, that 100ms allows."""


def events_request(query: EventQuery, start: str, limit: int) -> Request:
    """Return the request for at most `limit` events; `start` is the cursor, "" for the first page.

    Without a type, the request is for all errors. Filters that are not set are left out: 100ms does
    not document how it treats an empty one.
    """
    params: dict[str, str | int] = {"room_id": query.room_id, "limit": limit}
    filters = {
        "type": query.type,
        "error": "" if query.type else format_bool(True),
        "peer_id": query.peer_id,
        "user_id": query.user_id,
        "session_id": query.session_id,
        "start": start,
    }
    return Request(
        _EVENTS_PATH,
        _EVENTS_PATH,
        params | {name: value for name, value in filters.items() if value},
    )


def format_bool(value: bool) -> str:  # noqa: FBT001  the value itself is the argument
    """Return a truth value in 100ms' form."""
    return "true" if value else "false"


def format_time(moment: datetime | None) -> str:
    """Return a time in 100ms' form: UTC, milliseconds, `Z`; "" for None."""
    if moment is None:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_MAX_ROOM_PAGES = 3


async def find_room_rows(
    connection: WorkspaceConnection, caller: Caller, name: str
) -> Sequence[RoomWire]:
    """Return the rows of exactly that name, case ignored; the first rows of all if it is empty.

    Asks for enabled and disabled rooms: 100ms hides disabled rooms unless asked.
    """
    row_lists = await asyncio.gather(
        *[_list_rooms(connection, caller, name, enabled=enabled) for enabled in (True, False)]
    )
    return [row for rows in row_lists for row in rows]


async def _list_rooms(
    connection: WorkspaceConnection, caller: Caller, name: str, *, enabled: bool
) -> list[RoomWire]:
    params: dict[str, str | int] = {"enabled": format_bool(enabled), "limit": PAGE_SIZE}
    if name:
        params["name"] = name
    rows: list[RoomWire] = []
    for _ in range(_MAX_ROOM_PAGES):
        wire = await send_with_retries(
            connection, Request("rooms", "rooms", params), _read_rooms, caller
        )
        if isinstance(wire, ResponseVerdict):
            break
        rows += [row for row in wire.data if row and (not name or _is_same_name(row.name, name))]
        next_cursor = wire.next_cursor(PAGE_SIZE)
        if not next_cursor or next_cursor == params.get("start"):
            break
        params["start"] = next_cursor
    return rows


_read_rooms = partial(parse_body, Listing[RoomWire])


def _is_same_name(name: str | None, asked: str) -> bool:
    return name is not None and name.strip().casefold() == asked.strip().casefold()


_SAFE_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")

Row = TypeVar("Row", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class HundredMsClient:
    """See `bot.investigate.ports.HundredMs`.

    `fingerprint_key` keys the fingerprints of public addresses.
    """

    connection: WorkspaceConnection
    fingerprint_key: bytes
    asker: Caller = ANONYMOUS

    @property
    def alias(self) -> str:
        """The workspace's name in our settings."""
        return self.connection.alias

    @property
    def circuit(self) -> Circuit:
        """The circuit breaker of the workspace."""
        return self.connection.circuit

    def reporting_to(self, tell: Tell) -> Self:
        """Return a client with the same pool and token that reports waits to `tell`.

        It calls `tell` for each wait that 100ms asks for.
        """
        return replace(self, asker=Caller(WaitNotifier(tell, self.connection.clock)))

    def low_priority(self) -> Self:
        """Return a client of the same workspace whose calls let all others go first."""
        return replace(self, asker=replace(self.asker, aside=True))

    def without_retries(self) -> Self:
        """Return a client of the same workspace that makes one attempt for each call."""
        limits = replace(self.connection.limits, attempts=1, waits=0, wait_once=0.0)
        return replace(self, connection=replace(self.connection, limits=limits))

    async def check(self) -> None:
        """Make one cheap call to check that 100ms accepts our credentials. Raises as every call."""
        await self._get(Request("rooms", "rooms", {"limit": 10}), Listing[RoomWire])

    async def room(self, room_id: str) -> Room | None:
        """Return the room, or None for any 4xx but 401, 403 and 429, or if another room came."""
        if not _SAFE_ID.fullmatch(room_id):
            return None
        wire = await self._get(Request("rooms/{id}", f"rooms/{room_id}"), RoomWire)
        room = None if isinstance(wire, ResponseVerdict) else parse_room(wire, self.alias)
        return room if room and room.id.lower() == room_id.lower() else None

    async def session(self, session_id: str) -> Session | None:
        """Return the session by id, or None in the same cases as `room`."""
        if not _SAFE_ID.fullmatch(session_id):
            return None
        wire = await self._get(_session_request(session_id), SessionWire)
        session = None if isinstance(wire, ResponseVerdict) else parse_session(wire, self.alias)
        return session if session and session.id.lower() == session_id.lower() else None

    async def rooms_named(self, name: str) -> Sequence[Room]:
        """Return the rooms of exactly that name, case ignored, disabled ones included."""
        rows = await find_room_rows(self.connection, self.asker, name)
        rooms = (parse_room(row, self.alias) for row in rows)
        return tuple({room.id: room for room in rooms if room}.values())

    async def list_rooms(self) -> Sequence[Room]:
        """Return the first rooms that 100ms lists, enabled and disabled, at most 300 of each."""
        rows = await find_room_rows(self.connection, self.asker, "")
        return tuple(room for row in rows if (room := parse_room(row, self.alias)))

    async def latest_rooms(self) -> Sequence[Room]:
        """Return the first 100 enabled rooms that 100ms lists, in one call."""
        params: dict[str, str | int] = {"enabled": "true", "limit": PAGE_SIZE}
        wire = await self._get(Request("rooms", "rooms", params), Listing[RoomWire])
        rows = () if isinstance(wire, ResponseVerdict) else wire.data
        return tuple(room for row in rows if row and (room := parse_room(row, self.alias)))

    async def events(self, query: EventQuery, start: str = "") -> Page:
        """Return one page of at most 100 events.

        Raises ExpiredCursor if 100ms refuses `start`, and HundredMsUnreachable if it refuses the
        request, also with 404: that does not prove that there are no events.
        """
        wire = await self._page(query, start)
        if (wire.count or 0) <= MANY:
            return parse_page(wire, self.fingerprint_key)
        read = partial(copy_context().run, parse_page, wire, self.fingerprint_key)
        return await asyncio.get_running_loop().run_in_executor(_PAGE_READER, read)

    async def count(self, query: EventQuery) -> int | None:
        """Return 100ms' number of events of that query; raises as `events`."""
        return (await self._page(query, "", 1)).count

    async def track_events(self, query: EventQuery, start: str = "") -> TrackPage:
        """Return one page of at most 100 track events; raises as `events`."""
        wire = await self._page(query, start)
        found = [read_or_none(parse_track, row) for row in wire.events]
        tracks = tuple(track for track in found if track is not None)
        unreadable = sum(
            track is None and not is_not_track(row)
            for track, row in zip(found, wire.events, strict=True)
        )
        return TrackPage(tracks, len(wire.events), wire.count, wire.next, unreadable)

    async def peer_stats(self, peer_id: str, session_id: str) -> PeerStats | None:
        """Return the times at which the peer was measured sending and receiving.

        None if nothing was measured, and for any 4xx but 401, 403 and 429: the answer of 100ms for
        a session that still runs is not documented (404 and 409 are likely).
        """
        params = {"peer_id": peer_id, "session_id": session_id}
        request = Request("analytics/peer-stats", "analytics/peer-stats", params)
        wire = await self._get(request, StatsWire)
        return None if isinstance(wire, ResponseVerdict) else parse_stats(wire, peer_id, session_id)

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
        """Return one page of at most 100 sessions; rows without id or room are left out."""
        filters = {
            "room_id": room_id,
            "after": format_time(after),
            "before": format_time(before),
            "start": start,
        }
        params: dict[str, str | int] = {"active": format_bool(active), "limit": PAGE_SIZE}
        params |= {name: value for name, value in filters.items() if value}
        request = Request("sessions", "sessions", params, max_body=MAX_SESSIONS_BODY)
        wire = await send_with_retries(
            self.connection, request, partial(read_sessions, naming=naming), self.asker
        )
        if isinstance(wire, ResponseVerdict):
            raise _unreachable(wire)
        parse_row = partial(parse_session, workspace=self.alias, room_id=room_id)
        sessions = tuple(
            session for row in wire.data if (session := read_or_none(parse_row, row)) is not None
        )
        return SessionPage(sessions, wire.next_cursor(PAGE_SIZE), len(wire.data) - len(sessions))

    async def room_codes(self, room_id: str) -> Sequence[str]:
        """Return the room's first 100 codes; none if it is disabled, as 100ms then answers 403."""
        if not _SAFE_ID.fullmatch(room_id):
            return ()
        request = Request(
            "room-codes/room/{id}",
            f"room-codes/room/{room_id}",
            {"limit": PAGE_SIZE},
            absent_statuses=frozenset({403}),
        )
        wire = await self._get(request, Listing[CodeWire])
        if isinstance(wire, ResponseVerdict):
            return ()
        return tuple(dict.fromkeys(row.code for row in wire.data if row and row.code))

    async def webhooks(
        self, kinds: Sequence[CallFactKind], since: datetime, until: datetime, page: int
    ) -> WebhookPage:
        """Return one page of at most 100 webhooks that 100ms sent; raises as `events`.

        https://www.100ms.live/docs/server-side/v2/api-reference/analytics/overview
        """
        params: dict[str, str | int | Sequence[str]] = {
            "event_names": tuple(kinds),
            "start_time": format_time(since),
            "end_time": format_time(until),
            "page": page,
            "limit": PAGE_SIZE,
        }
        request = Request("analytics/webhooks", "analytics/webhooks", params)
        wire = await self._get(request, DeliveriesWire)
        if isinstance(wire, ResponseVerdict):
            raise _unreachable(wire)
        has_next = wire.events and wire.pagination and wire.pagination.has_next
        return WebhookPage(tuple(wire.events), page + 1 if has_next else 0)

    async def _page(self, query: EventQuery, start: str, limit: int = PAGE_SIZE) -> EventsWire:
        wire = await self._get(events_request(query, start, limit), EventsWire)
        if not isinstance(wire, ResponseVerdict):
            return wire
        if wire.kind is ResponseKind.EXPIRED_CURSOR:
            raise ExpiredCursor(wire.message)
        raise _unreachable(wire)

    async def _get(self, request: Request, model: type[Row]) -> Row | ResponseVerdict:
        return await send_with_retries(
            self.connection, request, partial(parse_body, model), self.asker
        )


def _session_request(session_id: str) -> Request:
    return Request("sessions/{id}", f"sessions/{session_id}", max_body=MAX_SESSIONS_BODY)


def _unreachable(verdict: ResponseVerdict) -> HundredMsUnreachable:
    """Return the error for a list that 100ms refuses, also with 404, which proves nothing."""
    return HundredMsUnreachable(f"100ms does not accept the question: {verdict.message}")
