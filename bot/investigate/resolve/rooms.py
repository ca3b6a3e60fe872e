"""From a clue that names a place to the rooms and sessions it may mean."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.errors import ServiceTrouble, UnknownCode
from bot.domain.query import Identifier, IdentifierKind
from bot.domain.rooms import Room, Session
from bot.investigate.paging.prefetch import Prefetch
from bot.investigate.ports import HundredMs, Workspaces
from bot.investigate.room_index import BestEffortRoomIndex

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class RoomMatch:
    """A room, perhaps cut to one of its sessions."""

    room: Room
    session: Session | None = None

    @property
    def key(self) -> tuple[str, str, str | None]:
        """Equal for two clues that mean the same place."""
        session = self.session.id if self.session else None
        return (self.room.workspace, self.room.id, session)


@dataclass(frozen=True, slots=True)
class RoomSearch:
    """What was found, and which workspaces could not be asked, and why."""

    places: tuple[RoomMatch, ...]
    troubles: tuple[ServiceTrouble, ...] = ()


async def ask_each_workspace(
    workspaces: Workspaces, ask: Callable[[HundredMs], Awaitable[Sequence[Found]]]
) -> tuple[list[Found], tuple[ServiceTrouble, ...]]:
    """Ask every workspace side by side; one in trouble does not hide what the others know."""
    answers = await asyncio.gather(
        *(ask(hundredms) for hundredms in workspaces.values()), return_exceptions=True
    )
    results: list[Found] = []
    troubles: list[ServiceTrouble] = []
    for alias, answer in zip(workspaces, answers, strict=True):
        if isinstance(answer, ServiceTrouble):
            answer.workspace = alias
            troubles.append(answer)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            results.extend(answer)
    return results, tuple(troubles)


async def find_rooms(
    identifier: Identifier,
    workspaces: Workspaces,
    room_index: BestEffortRoomIndex,
    prefetch: Prefetch | None = None,
) -> RoomSearch:
    """Every place the clue may mean, in every workspace.

    The events of each room that may be meant are asked for `ahead`. Raises UnknownCode for a room
    code that no look-up taught us.
    """
    prefetch = prefetch or Prefetch()
    if identifier.kind is IdentifierKind.CODE:
        return await _by_code(identifier.value, workspaces, room_index, prefetch)
    if identifier.kind in (IdentifierKind.NAME, IdentifierKind.UUID):
        rooms, troubles = await ask_each_workspace(
            workspaces, lambda w: w.rooms_named(identifier.value)
        )
        return RoomSearch(tuple(RoomMatch(room) for room in _distinct_rooms(rooms)), troubles)
    places, troubles = await ask_each_workspace(
        workspaces, lambda w: _by_id(identifier, w, prefetch)
    )
    return RoomSearch(tuple(places), troubles)


def _distinct_rooms(rooms: Iterable[Room]) -> list[Room]:
    return list({(room.workspace, room.id): room for room in rooms}.values())


async def _by_code(
    code: str, workspaces: Workspaces, room_index: BestEffortRoomIndex, prefetch: Prefetch
) -> RoomSearch:
    pairs = [
        (workspaces[alias], room_id)
        for alias, room_id in await room_index.rooms_of_code(code)
        if alias in workspaces
    ]
    rooms = await asyncio.gather(*(fetch_room(*pair, prefetch) for pair in pairs))
    places = tuple(RoomMatch(room) for room in rooms if room)
    if not places:
        raise UnknownCode
    return RoomSearch(places)


async def fetch_room(hundredms: HundredMs, room_id: str, prefetch: Prefetch) -> Room | None:
    """A room whose id was learned elsewhere, asked for together with its events."""
    prefetch.start(hundredms, room_id)
    return await hundredms.room(room_id)


async def _by_id(
    identifier: Identifier, hundredms: HundredMs, prefetch: Prefetch
) -> list[RoomMatch]:
    """Room and session by that id, asked together: a 24-hex id does not tell which it is.

    How 100ms answers an id of the other kind is not documented (404, 400 or 401): trouble on
    one side counts only if the other side knows nothing either.
    """
    if identifier.kind is not IdentifierKind.SESSION:
        prefetch.start(hundredms, identifier.value)
    rooms, sessions = await asyncio.gather(
        _catch_trouble(_find_room(identifier.value, hundredms)),
        _catch_trouble(_find_session(identifier.value, hundredms, prefetch)),
    )
    matches = [place for side in (rooms, sessions) if isinstance(side, list) for place in side]
    if not matches:
        for side in (rooms, sessions):
            if isinstance(side, ServiceTrouble):
                raise side
    by_kind = {
        IdentifierKind.ROOM: [place for place in matches if not place.session],
        IdentifierKind.SESSION: [place for place in matches if place.session],
    }
    return by_kind.get(identifier.kind) or matches


async def _catch_trouble(asking: Awaitable[list[RoomMatch]]) -> list[RoomMatch] | ServiceTrouble:
    try:
        return await asking
    except ServiceTrouble as trouble:
        return trouble


async def _find_room(room_id: str, hundredms: HundredMs) -> list[RoomMatch]:
    room = await hundredms.room(room_id)
    return [RoomMatch(room)] if room else []


async def _find_session(
    session_id: str, hundredms: HundredMs, prefetch: Prefetch
) -> list[RoomMatch]:
    session = await hundredms.session(session_id)
    if session is None:
        return []
    room = await fetch_room(hundredms, session.room_id, prefetch)
    return [RoomMatch(room or Room(session.room_id, hundredms.alias), session)]
