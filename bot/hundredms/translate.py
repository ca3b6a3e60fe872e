"""From what 100ms sent to the domain's own values."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.events import ErrorEvent
from bot.domain.places import Peer, Room, Session
from bot.hundredms.agent import agent_of
from bot.hundredms.details import extras_of, media_of
from bot.hundredms.ice import mark_of
from bot.hundredms.lenient import as_time
from bot.hundredms.tidy import tidy
from bot.hundredms.wire import DataWire, EventWire, PeerWire, RoomWire, SessionWire


def event_of(wire: EventWire, key: bytes) -> ErrorEvent | None:
    """The event; identifiers and the time stamp unchanged, free texts tidied.

    `key` is the secret of the public address's mark.
    """
    at = as_time(wire.timestamp)
    if at is None:
        return None
    data = wire.data
    return ErrorEvent(
        id=wire.id,
        type=wire.type,
        at=at,
        stamp=wire.timestamp,
        peer_id=data.peer_id,
        user_id=data.user_id,
        session_id=_not_zero(data.session_id),
        room_id=data.room_id,
        template_id=data.template_id,
        account_id=data.account_id,
        error_code=data.error_code,
        is_terminal=bool(data.is_terminal),
        retries_join=data.retries_join,
        media=media_of(data.audio, data.video, data.devices),
        extras=extras_of(data.model_extra or {}),
        agent=agent_of(data.agent),
        public_address=mark_of(data.error_description, key),
        **_texts(data),
    )


def _texts(data: DataWire) -> dict[str, str | None]:
    return {
        "user_name": tidy(data.user_name),
        "room_name": tidy(data.room_name),
        "role": tidy(data.role),
        "error_name": tidy(data.error_name),
        "error_message": tidy(data.error_message),
        "error_description": tidy(data.error_description),
        "action": tidy(data.action),
        "domain": tidy(data.domain),
        "transport_state": tidy(data.transport_state),
        "endpoint": tidy(data.endpoint),
    }


def _not_zero(object_id: str | None) -> str | None:
    return object_id if object_id and object_id.strip("0") else None


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


def session_of(wire: SessionWire, workspace: str, room_id: str | None = None) -> Session | None:
    """The session with its peers by lower-case id, or None if it has no id or no room.

    `room_id` is the room it was asked by, for a row that does not repeat it.
    """
    room = wire.room_id or room_id
    if wire.id is None or room is None:
        return None
    peers = _peers(wire.peers)
    return Session(
        id=wire.id,
        room_id=room,
        workspace=workspace,
        active=bool(wire.active),
        created_at=wire.created_at,
        ended_at=None if wire.active else _end(wire, peers),
        peers=peers,
    )


def _peers(wires: Mapping[str, PeerWire | None]) -> dict[str, Peer]:
    peers = {}
    for key, wire in wires.items():
        peer_id = wire.id or (key if "-" in key else None) if wire else None
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


def _end(wire: SessionWire, peers: Mapping[str, Peer]) -> datetime | None:
    """100ms names no end: an ended session was last updated when it ended."""
    if wire.updated_at and wire.created_at and wire.updated_at > wire.created_at:
        return wire.updated_at
    return max((peer.left_at for peer in peers.values() if peer.left_at), default=None)
