"""Candidates to choose from, and suggestions: rooms with near names, and people by their names.

A candidate has words to choose by, and a text that asks for exactly it.

Suggestions come from the rooms that 100ms lists and from those of earlier look-ups. They are read
only after a question found nothing, and errors of 100ms leave them out.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.domain.errors import BotError
from bot.domain.query import Identifier, IdentifierKind
from bot.domain.rooms import Room, creation_time_of
from bot.domain.target import Candidate, Target, TargetKind
from bot.domain.text import near_names
from bot.investigate.ports import Workspaces
from bot.investigate.resolve.people import PeerMatch
from bot.investigate.resolve.people_by_name import (
    MOST_SUGGESTED,
    NamedPeople,
    Stay,
    people_in_room,
)
from bot.investigate.resolve.rooms import RoomMatch
from bot.investigate.room_index import BestEffortRoomIndex

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


def candidate_of_person(stay: Stay) -> Candidate:
    """Return the candidate of a person in a room; the label leaves out the name."""
    peer, room = stay.peer, stay.room
    kind: TargetKind = "user" if peer.user_id else "peer"
    return Candidate(
        kind,
        f"{kind} {quote(peer.user_id or peer.id)} in room {room.id}",
        " · ".join(filter(None, (f"in room {room.name or room.id}", stay.device))),
        room.workspace,
        stay.begin,
        peer.name or "",
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


KNOWN_ROOMS = 10
"""Most rooms of earlier look-ups that are asked for one suggestion."""
SECONDS = 6.0
"""Longest time that a suggestion may take."""
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Reads suggestions in every workspace that may be asked."""

    workspaces: Workspaces
    room_index: BestEffortRoomIndex
    seconds: float = field(default=SECONDS)

    async def near_rooms(self, names: Sequence[str]) -> list[Room]:
        """Return the listed and known rooms whose names are most like these, best first."""
        listed = asyncio.gather(
            *(_or_nothing(client.list_rooms()) for client in self.workspaces.values()),
            self.known_rooms(),
        )
        rooms = {
            (room.workspace, room.id): room
            for group in await self._within_time(listed)
            for room in group
            if room.name
        }
        by_name: dict[str, list[Room]] = {}
        for room in rooms.values():
            by_name.setdefault(room.name or "", []).append(room)
        near = [match for name in names for match in near_names(name, by_name, MOST_SUGGESTED)]
        matches = [room for match in dict.fromkeys(near) for room in by_name[match]]
        return matches[:MOST_SUGGESTED]

    async def known_rooms(self) -> list[Room]:
        """Return the rooms of the latest look-ups, as far as 100ms still has them."""
        pairs = [
            (self.workspaces[alias], room_id)
            for alias, room_id in await self.room_index.recent_rooms(KNOWN_ROOMS)
            if alias in self.workspaces
        ]
        rooms = await asyncio.gather(
            *(_or_nothing(_as_list(client.room(room_id))) for client, room_id in pairs)
        )
        return [room for group in rooms for room in group]

    async def people_in_known_rooms(self, name: str) -> NamedPeople:
        """Return the people with that name in the rooms of the latest look-ups."""

        async def read() -> list[NamedPeople]:
            rooms = await self.known_rooms()
            return await asyncio.gather(*(self._people_or_nobody(name, room) for room in rooms))

        groups = await self._within_time(read())
        return NamedPeople(
            [match for group in groups for match in group.called],
            [match for group in groups for match in group.near],
            sum(group.rooms for group in groups),
        )

    async def people_in_room(self, name: str, room: Room) -> NamedPeople:
        """Return the people with that name in the room; raises 100ms' errors."""
        return await people_in_room(self.workspaces[room.workspace], room, name)

    async def _people_or_nobody(self, name: str, room: Room) -> NamedPeople:
        try:
            client = self.workspaces[room.workspace]
            return await people_in_room(client, room, name, with_errors=False)
        except BotError:
            return NamedPeople()

    async def _within_time(self, reading: Awaitable[Sequence[Row]]) -> Sequence[Row]:
        try:
            async with asyncio.timeout(self.seconds):
                return await reading
        except TimeoutError:
            return ()


async def _as_list(reading: Awaitable[Room | None]) -> list[Room]:
    room = await reading
    return [room] if room else []


async def _or_nothing(reading: Awaitable[Sequence[Row]]) -> Sequence[Row]:
    try:
        return await reading
    except BotError:
        return ()
