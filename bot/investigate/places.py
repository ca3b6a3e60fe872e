"""From a clue that names a place to the rooms and sessions it may mean."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.errors import ServiceTrouble, UnknownCode
from bot.domain.places import Room, Session
from bot.domain.question import Clue, Kind
from bot.investigate.ports import HundredMs, Workspaces
from bot.investigate.recall import Recall

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Place:
    """A room, perhaps cut to one of its sessions."""

    room: Room
    session: Session | None = None

    @property
    def key(self) -> tuple[str, str, str | None]:
        """Equal for two clues that mean the same place."""
        session = self.session.id if self.session else None
        return (self.room.workspace, self.room.id, session)


@dataclass(frozen=True, slots=True)
class Search:
    """What was found, and which workspaces could not be asked, and why."""

    places: tuple[Place, ...]
    troubles: tuple[ServiceTrouble, ...] = ()


async def in_each(
    workspaces: Workspaces, ask: Callable[[HundredMs], Awaitable[Sequence[Found]]]
) -> tuple[list[Found], tuple[ServiceTrouble, ...]]:
    """Ask every workspace side by side; one in trouble does not hide what the others know."""
    answers = await asyncio.gather(
        *(ask(hundredms) for hundredms in workspaces.values()), return_exceptions=True
    )
    found: list[Found] = []
    troubles: list[ServiceTrouble] = []
    for answer in answers:
        if isinstance(answer, ServiceTrouble):
            troubles.append(answer)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            found.extend(answer)
    return found, tuple(troubles)


async def places_of(clue: Clue, workspaces: Workspaces, recall: Recall) -> Search:
    """Every place the clue may mean, in every workspace.

    Raises UnknownCode for a room code that no look-up taught us.
    """
    if clue.kind is Kind.CODE:
        return await _by_code(clue.value, workspaces, recall)
    if clue.kind in (Kind.NAME, Kind.UUID):
        rooms, troubles = await in_each(workspaces, lambda w: w.rooms_named(clue.value))
        return Search(tuple(Place(room) for room in _once(rooms)), troubles)
    places, troubles = await in_each(workspaces, lambda w: _by_id(clue, w))
    return Search(tuple(places), troubles)


def _once(rooms: Iterable[Room]) -> list[Room]:
    return list({(room.workspace, room.id): room for room in rooms}.values())


async def _by_code(code: str, workspaces: Workspaces, recall: Recall) -> Search:
    known = await recall.rooms_of_code(code)
    rooms = await asyncio.gather(
        *(workspaces[alias].room(room_id) for alias, room_id in known if alias in workspaces)
    )
    places = tuple(Place(room) for room in rooms if room)
    if not places:
        raise UnknownCode
    return Search(places)


async def _by_id(clue: Clue, hundredms: HundredMs) -> list[Place]:
    """Room and session by that id, asked together: a 24-hex id does not tell which it is.

    How 100ms answers an id of the other kind is not documented (404, 400 or 401): trouble on
    one side counts only if the other side knows nothing either.
    """
    rooms, sessions = await asyncio.gather(
        _tried(_room(clue.value, hundredms)), _tried(_session(clue.value, hundredms))
    )
    found = [place for side in (rooms, sessions) if isinstance(side, list) for place in side]
    if not found:
        for side in (rooms, sessions):
            if isinstance(side, ServiceTrouble):
                raise side
    wanted = {
        Kind.ROOM: [place for place in found if not place.session],
        Kind.SESSION: [place for place in found if place.session],
    }
    return wanted.get(clue.kind) or found


async def _tried(asking: Awaitable[list[Place]]) -> list[Place] | ServiceTrouble:
    try:
        return await asking
    except ServiceTrouble as trouble:
        return trouble


async def _room(room_id: str, hundredms: HundredMs) -> list[Place]:
    room = await hundredms.room(room_id)
    return [Place(room)] if room else []


async def _session(session_id: str, hundredms: HundredMs) -> list[Place]:
    session = await hundredms.session(session_id)
    if session is None:
        return []
    room = await hundredms.room(session.room_id)
    return [Place(room or Room(session.room_id, hundredms.alias), session)]
