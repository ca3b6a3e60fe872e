"""Resolves an identifier of a place to the rooms and sessions that it may mean."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.errors import ServiceTrouble, UnknownCode
from bot.domain.query import Identifier, IdentifierKind
from bot.domain.rooms import Room, Session
from bot.investigate.fetch.pagination import Prefetch
from bot.investigate.ports import HundredMs, Workspaces
from bot.investigate.room_index import BestEffortRoomIndex

Found = TypeVar("Found")


_NAME_KINDS = {IdentifierKind.NAME, IdentifierKind.UUID, IdentifierKind.PERSON}


@dataclass(frozen=True, slots=True)
class RoomMatch:
    """A room, or one of its sessions if `session` is set."""

    room: Room
    session: Session | None = None

    @property
    def key(self) -> tuple[str, str, str | None]:
        """A key that is equal for two identifiers of the same place."""
        session = self.session.id if self.session else None
        return (self.room.workspace, self.room.id, session)


@dataclass(frozen=True, slots=True)
class RoomSearch:
    """The places found, and the errors of workspaces that could not be asked."""

    places: tuple[RoomMatch, ...]
    troubles: tuple[ServiceTrouble, ...] = ()


async def ask_each_workspace(
    workspaces: Workspaces, ask: Callable[[HundredMs], Awaitable[Sequence[Found]]]
) -> tuple[list[Found], tuple[ServiceTrouble, ...]]:
    """Ask every workspace side by side; return the results and the errors.

    An error in one workspace does not hide the results of the others.
    """
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
    """Return every place that the identifier may mean, in every workspace.

    The events of each possible room are requested through `prefetch`. Raises UnknownCode for a room
    code that no earlier look-up stored.
    """
    prefetch = prefetch or Prefetch()
    if identifier.kind is IdentifierKind.CODE:
        return await _by_code(identifier.value, workspaces, room_index, prefetch)
    if identifier.kind in _NAME_KINDS:
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
    """Return a room whose id is known from elsewhere, requested together with its events."""
    prefetch.start(hundredms, room_id)
    return await hundredms.room(room_id)


async def _by_id(
    identifier: Identifier, hundredms: HundredMs, prefetch: Prefetch
) -> list[RoomMatch]:
    """Return room and session by that id, requested together: a 24-hex id may be either.

    100ms does not document its response to an id of the other kind (404, 400 or 401), so an error
    of one request counts only if the other finds nothing either.
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
