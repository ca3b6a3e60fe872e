"""Candidates for a choice, each with words to choose by and text that asks for exactly it."""

from bot.domain.query import Identifier, IdentifierKind
from bot.domain.rooms import creation_time_of
from bot.domain.target import Candidate, Target, TargetKind
from bot.investigate.resolve.rooms import RoomMatch
from bot.investigate.resolve.session_search import PeerMatch

_KINDS: dict[IdentifierKind, TargetKind] = {
    IdentifierKind.SESSION: "session",
    IdentifierKind.UUID: "peer",
    IdentifierKind.PEER: "peer",
    IdentifierKind.USER: "user",
}


def candidate_of_place(place: RoomMatch) -> Candidate:
    """Return the candidate of a room or session that was found."""
    room, session = place.room, place.session
    name = room.name or room.id
    if session:
        return Candidate(
            "session",
            f"session {session.id}",
            f"Session {session.id} in room {name}",
            room.workspace,
            session.created_at or creation_time_of(session.id),
        )
    label = f"Room {name}" if room.name is None else f"Room {name} ({room.id})"
    created = room.created_at or creation_time_of(room.id)
    return Candidate("room", f"room {room.id}", label, room.workspace, created)


def candidate_of_target(target: Target, sighting: PeerMatch | None) -> Candidate:
    """Return the candidate of a peer or user in a room, with the time they were last seen there."""
    room = target.room
    if target.kind == "room":
        return candidate_of_place(RoomMatch(room))
    who = target.peer_id if target.kind == "peer" else target.user_id
    word = "Peer" if target.kind == "peer" else "User"
    when = (sighting.peer.joined_at or sighting.session.created_at) if sighting else None
    return Candidate(
        target.kind,
        f"{target.kind} {quote(who or '')} in room {room.id}",
        f"{word} {who} in room {room.name or room.id}",
        room.workspace,
        when,
    )


def candidate_of_identifier(identifier: Identifier, room_id: str | None = None) -> Candidate:
    """Return the candidate of an identifier that was not looked up yet."""
    kind = _KINDS.get(identifier.kind, "room")
    suffix = f" in room {room_id}" if room_id and kind in ("peer", "user") else ""
    word = (
        identifier.kind.value
        if identifier.kind in (IdentifierKind.CODE, IdentifierKind.USER, IdentifierKind.SESSION)
        else kind
    )
    value = (
        identifier.value
        if identifier.kind is IdentifierKind.UUID
        else f"{word} {quote(identifier.value)}"
    )
    label = f"{word.capitalize()} {identifier.value}"
    return Candidate(kind, value + suffix, label, "", creation_time_of(identifier.value))


def quote(value: str) -> str:
    """Return the value in quotes if it holds blanks, so that it is parsed as one value."""
    return f'"{value}"' if any(letter.isspace() for letter in value) else value
