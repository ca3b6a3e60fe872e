"""The shapes 100ms sends: a strict envelope around lenient contents.

https://www.100ms.live/docs/server-side/v2/api-reference/analytics/error-events and the pages
of rooms, sessions and room codes beside it. What is not named here is never kept: a room
object can hold storage credentials and webhook headers.

From rooms and sessions as 100ms sends them to the domain's own values.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WrapValidator

from bot.domain.rooms import Peer, Room, Session
from bot.hundredms.lenient import (
    Flag,
    Moment,
    Text,
    Whole,
    as_list,
    as_mapping,
    as_text,
    or_none,
)
from bot.hundredms.sanitize import sanitize


class _Shape(BaseModel):
    """Unknown keys are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


Object = Annotated[Mapping[str, Any], BeforeValidator(as_mapping)]


def _cursor(value: object) -> str:
    """The cursor as text; "" for null, false, zero and blanks.

    100ms would refuse one of another shape, and then it is known that rows are missing.
    """
    return (as_text(value) or repr(value)[:_SHAPELESS]) if value else ""


Cursor = Annotated[str, BeforeValidator(_cursor)]
_SHAPELESS = 100


class EventsWire(_Shape):
    """One page of events. What a row holds is read in `translate`: it may be no event at all."""

    total: Whole = None
    next: Cursor = ""
    events: Annotated[list[Any], BeforeValidator(as_list)] = Field(default_factory=list)

    @property
    def count(self) -> int | None:
        """The total, if it can be one."""
        return self.total if self.total is not None and self.total >= 0 else None


class RoomWire(_Shape):
    """What is read of a room."""

    id: Text = None
    name: Text = None
    enabled: Flag = None
    created_at: Moment = None


class PeerWire(_Shape):
    """One entry of a session's peers."""

    id: Text = None
    name: Text = None
    user_id: Text = None
    role: Text = None
    joined_at: Moment = None
    left_at: Moment = None


PeerRow = Annotated[PeerWire | None, WrapValidator(or_none)]


def _peers(value: object) -> Mapping[str, object] | None:
    """100ms sends a map by peer id; its documentation says an array. None for neither."""
    if isinstance(value, list):
        return {str(number): item for number, item in enumerate(value)}
    return value if isinstance(value, Mapping) else None


class SessionWire(_Shape):
    """What is read of a session."""

    id: Text = None
    room_id: Text = None
    active: Flag = None
    created_at: Moment = None
    updated_at: Moment = None
    peers: Annotated[Mapping[str, PeerRow] | None, BeforeValidator(_peers)] = None


class CodeWire(_Shape):
    """What is read of a room code."""

    code: Text = None


Row = TypeVar("Row", bound=BaseModel)


class Listing(_Shape, Generic[Row]):
    """One page of a list; `last` is the cursor of the next one."""

    limit: Whole = None
    last: Cursor = ""
    data: Annotated[
        list[Annotated[Row | None, WrapValidator(or_none)]], BeforeValidator(as_list)
    ] = Field(default_factory=list)

    def following(self, asked: int) -> str:
        """The cursor of the next page; "" if this one was not full."""
        full = min(asked, self.limit) if self.limit and self.limit > 0 else asked
        return self.last if len(self.data) >= full else ""


def room_of(wire: RoomWire, workspace: str) -> Room | None:
    """The room, or None if it has no id."""
    if wire.id is None:
        return None
    return Room(
        id=wire.id,
        workspace=workspace,
        name=sanitize(wire.name),
        enabled=wire.enabled,
        created_at=wire.created_at,
    )


def session_of(
    wire: SessionWire | None, workspace: str, room_id: str | None = None
) -> Session | None:
    """The session with its peers by lower-case id, or None if it has no id or no room.

    `room_id` is the room it was asked by, for a row that does not repeat it.
    """
    room = wire.room_id or room_id if wire else None
    if wire is None or wire.id is None or room is None:
        return None
    peers = _translate_peers(wire.peers or {})
    return Session(
        id=wire.id,
        room_id=room,
        workspace=workspace,
        active=bool(wire.active),
        created_at=wire.created_at,
        ended_at=None if wire.active else _end(wire, peers),
        peers=peers,
        peers_read=wire.peers is not None and all(map(_named, wire.peers.items())),
    )


def _translate_peers(wires: Mapping[str, PeerWire | None]) -> dict[str, Peer]:
    peers = {}
    for key, wire in wires.items():
        peer_id = _id(key, wire)
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


def _id(key: str, wire: PeerWire | None) -> str | None:
    return wire.id or (key if "-" in key else None) if wire else None


def _named(entry: tuple[str, PeerWire | None]) -> bool:
    return _id(*entry) is not None


def _end(wire: SessionWire, peers: Mapping[str, Peer]) -> datetime | None:
    """100ms names no end: an ended session was last updated when it ended."""
    if wire.updated_at and wire.created_at and wire.updated_at > wire.created_at:
        return wire.updated_at
    return max((peer.left_at for peer in peers.values() if peer.left_at), default=None)
