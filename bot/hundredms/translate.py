"""From rooms and sessions as 100ms sends them to the domain's own values."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.places import Peer, Room, Session
from bot.hundredms.tidy import tidy
from bot.hundredms.wire import PeerWire, RoomWire, SessionWire


def room_of(wire: RoomWire, workspace: str) -> Room | None:
    """The room, or None if it has no id."""
    if wire.id is None:
        return None
    return Room(
        id=wire.id,
        workspace=workspace,
        name=tidy(wire.name),
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
    peers = _peers(wire.peers or {})
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


def _peers(wires: Mapping[str, PeerWire | None]) -> dict[str, Peer]:
    peers = {}
    for key, wire in wires.items():
        peer_id = _id(key, wire)
        if wire is None or peer_id is None:
            continue
        peers[peer_id.lower()] = Peer(
            id=peer_id,
            name=tidy(wire.name),
            user_id=wire.user_id,
            role=tidy(wire.role),
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
