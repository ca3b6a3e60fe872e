"""The shapes of 100ms' answers (a strict envelope around lenient contents), and their parsing.

Rooms and sessions become the domain's own values. Fields that are not named here are never kept: a
room object can hold storage credentials and webhook headers. Source:
https://www.100ms.live/docs/server-side/v2/api-reference/analytics/error-events and the pages on
rooms, sessions and room codes beside it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WrapValidator

from bot.domain.rooms import Peer, Room, Session
from bot.hundredms.lenient import (
    Boolean,
    Integer,
    Text,
    Time,
    as_list,
    as_mapping,
    as_text,
    invalid_as_none,
    sanitize,
)


class _WireModel(BaseModel):
    """The base of all shapes; unknown keys are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


Object = Annotated[Mapping[str, Any], BeforeValidator(as_mapping)]


def _as_cursor(value: object) -> str:
    """Return the cursor as text; "" for null, false, zero and blanks.

    100ms would refuse a cursor of another shape, and that shows that rows are missing.
    """
    return (as_text(value) or repr(value)[:_MAX_CURSOR]) if value else ""


Cursor = Annotated[str, BeforeValidator(_as_cursor)]
_MAX_CURSOR = 100


class EventsWire(_WireModel):
    """One page of events; `error_events` reads the rows, any of which may be no event at all."""

    total: Integer = None
    next: Cursor = ""
    events: Annotated[list[Any], BeforeValidator(as_list)] = Field(default_factory=list)

    @property
    def count(self) -> int | None:
        """The total; None if the number is missing or impossible."""
        return self.total if self.total is not None and self.total >= 0 else None


class RoomWire(_WireModel):
    """The fields of a room that are read."""

    id: Text = None
    name: Text = None
    enabled: Boolean = None
    region: Text = None
    created_at: Time = None


class PeerWire(_WireModel):
    """One entry of a session's peers."""

    id: Text = None
    name: Text = None
    user_id: Text = None
    role: Text = None
    joined_at: Time = None
    left_at: Time = None


PeerRow = Annotated[PeerWire | None, WrapValidator(invalid_as_none)]


def _as_peer_map(value: object) -> Mapping[str, object] | None:
    """Return the peers as a mapping; None if they are neither a map nor an array.

    100ms sends a map by peer id; its documentation says an array.
    """
    if isinstance(value, list):
        return {str(number): item for number, item in enumerate(value)}
    return value if isinstance(value, Mapping) else None


class SessionWire(_WireModel):
    """The fields of a session that are read."""

    id: Text = None
    room_id: Text = None
    active: Boolean = None
    created_at: Time = None
    updated_at: Time = None
    peers: Annotated[Mapping[str, PeerRow] | None, BeforeValidator(_as_peer_map)] = None


class CodeWire(_WireModel):
    """The field of a room code that is read."""

    code: Text = None


Row = TypeVar("Row", bound=BaseModel)


class Listing(_WireModel, Generic[Row]):
    """One page of a list; `last` is the cursor of the next page."""

    limit: Integer = None
    last: Cursor = ""
    data: Annotated[
        list[Annotated[Row | None, WrapValidator(invalid_as_none)]], BeforeValidator(as_list)
    ] = Field(default_factory=list)

    def next_cursor(self, page_size: int) -> str:
        """Return the cursor of the next page; "" if this page was not full."""
        full = min(page_size, self.limit) if self.limit and self.limit > 0 else page_size
        return self.last if len(self.data) >= full else ""


class PaginationWire(_WireModel):
    """The field of a list with numbered pages that is read."""

    has_next: Boolean = None


class DeliveriesWire(_WireModel):
    """One page of the webhooks that 100ms sent; any row may be none."""

    events: Annotated[list[Any], BeforeValidator(as_list)] = Field(default_factory=list)
    pagination: Annotated[PaginationWire | None, WrapValidator(invalid_as_none)] = None


def parse_room(wire: RoomWire, workspace: str) -> Room | None:
    """Return the room, or None if it has no id."""
    if wire.id is None:
        return None
    return Room(
        id=wire.id,
        workspace=workspace,
        name=sanitize(wire.name),
        enabled=wire.enabled,
        created_at=wire.created_at,
        region=sanitize(wire.region),
    )


def parse_session(
    wire: SessionWire | None, workspace: str, room_id: str | None = None
) -> Session | None:
    """Return the session with its peers by lower-case id, or None if it has no id or no room.

    `room_id` is the room of the request, for a row that does not repeat it.
    """
    room = wire.room_id or room_id if wire else None
    if wire is None or wire.id is None or room is None:
        return None
    peers = _parse_peers(wire.peers or {})
    return Session(
        id=wire.id,
        room_id=room,
        workspace=workspace,
        active=bool(wire.active),
        created_at=wire.created_at,
        ended_at=None if wire.active else _session_end(wire, peers),
        peers=peers,
        peers_read=wire.peers is not None and all(map(_has_peer_id, wire.peers.items())),
    )


def _parse_peers(wires: Mapping[str, PeerWire | None]) -> dict[str, Peer]:
    peers = {}
    for key, wire in wires.items():
        peer_id = _peer_id(key, wire)
        if wire is None or peer_id is None:
            continue
        peers[peer_id.lower()] = Peer(
            id=peer_id,
            name=sanitize(wire.name),
            user_id=wire.user_id,
            role=sanitize(wire.role),
            joined_at=wire.joined_at,
            left_at=wire.left_at,
        )
    return peers


def _peer_id(key: str, wire: PeerWire | None) -> str | None:
    return wire.id or (key if "-" in key else None) if wire else None


def _has_peer_id(entry: tuple[str, PeerWire | None]) -> bool:
    return _peer_id(*entry) is not None


def _session_end(wire: SessionWire, peers: Mapping[str, Peer]) -> datetime | None:
    """Return the end of a session, None if unknown.

    100ms sends no end: an ended session was last updated when it ended.
    """
    if wire.updated_at and wire.created_at and wire.updated_at > wire.created_at:
        return wire.updated_at
    return max((peer.left_at for peer in peers.values() if peer.left_at), default=None)
