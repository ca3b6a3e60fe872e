"""Several matches, each in words a person can choose by, with text that asks for just it."""

from bot.domain.query import Identifier, IdentifierKind
from bot.domain.rooms import birth_of
from bot.domain.target import Candidate, Target, TargetKind
from bot.investigate.resolve.rooms import RoomMatch
from bot.investigate.resolve.session_search import Sighting

_KINDS: dict[IdentifierKind, TargetKind] = {
    IdentifierKind.SESSION: "session",
    IdentifierKind.UUID: "peer",
    IdentifierKind.PEER: "peer",
    IdentifierKind.USER: "user",
}


def candidate_of_place(place: RoomMatch) -> Candidate:
    """A room or a session that was found."""
    room, session = place.room, place.session
    name = room.name or room.id
    if session:
        return Candidate(
            "session",
            f"session {session.id}",
            f"Session {session.id} in room {name}",
            room.workspace,
            session.created_at or birth_of(session.id),
        )
    label = f"Room {name}" if room.name is None else f"Room {name} ({room.id})"
    created = room.created_at or birth_of(room.id)
    return Candidate("room", f"room {room.id}", label, room.workspace, created)


def candidate_of_target(target: Target, seen: Sighting | None) -> Candidate:
    """A peer or user in a room, with when they were last seen there."""
    room = target.room
    if target.kind == "room":
        return candidate_of_place(RoomMatch(room))
    who = target.peer_id if target.kind == "peer" else target.user_id
    word = "Peer" if target.kind == "peer" else "User"
    when = (seen.peer.joined_at or seen.session.created_at) if seen else None
    return Candidate(
        target.kind,
        f"{target.kind} {quoted(who or '')} in room {room.id}",
        f"{word} {who} in room {room.name or room.id}",
        room.workspace,
        when,
    )


def candidate_of_clue(clue: Identifier, room_id: str | None = None) -> Candidate:
    """A clue that was not looked up yet."""
    kind = _KINDS.get(clue.kind, "room")
    suffix = f" in room {room_id}" if room_id and kind in ("peer", "user") else ""
    word = (
        clue.kind.value
        if clue.kind in (IdentifierKind.CODE, IdentifierKind.USER, IdentifierKind.SESSION)
        else kind
    )
    value = clue.value if clue.kind is IdentifierKind.UUID else f"{word} {quoted(clue.value)}"
    label = f"{word.capitalize()} {clue.value}"
    return Candidate(kind, value + suffix, label, "", birth_of(clue.value))


def quoted(value: str) -> str:
    """A user id may hold blanks: quote it, so that it reads back as one."""
    return f'"{value}"' if any(letter.isspace() for letter in value) else value
