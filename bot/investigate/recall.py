"""What earlier look-ups taught us, when the database answers; a look-up goes on without."""

import logging
from collections.abc import Awaitable, Iterable, Sequence
from typing import TypeVar

from bot.domain.errors import StoreUnreachable
from bot.investigate.ports import Memory

log = logging.getLogger(__name__)
Value = TypeVar("Value")


class NoMemory:
    """A Memory that keeps nothing, for a look-up where no database can be opened."""

    async def rooms_of_peer(self, peer_id: str) -> Sequence[tuple[str, str]]:
        """Nothing is known."""
        log.debug("no memory to ask for peer %s", peer_id)
        return ()

    async def rooms_of_code(self, code: str) -> Sequence[tuple[str, str]]:
        """Nothing is known."""
        log.debug("no memory to ask for code %s", code)
        return ()

    async def knows_codes_of(self, workspace: str, room_id: str) -> bool:
        """True: there is nothing to learn into."""
        log.debug("no memory for codes of %s in %s", room_id, workspace)
        return True

    async def learn_peers(self, workspace: str, room_id: str, peer_ids: Iterable[str]) -> None:
        """Nothing is kept."""
        log.debug("not kept: %s, %s, %s", workspace, room_id, peer_ids)

    async def learn_codes(self, workspace: str, room_id: str, codes: Iterable[str]) -> None:
        """Nothing is kept."""
        log.debug("not kept: %s, %s, %s", workspace, room_id, codes)


class Recall:
    """A Memory that forgets rather than fails: knowledge only saves calls."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def rooms_of_peer(self, peer_id: str) -> Sequence[tuple[str, str]]:
        """(workspace, room id) pairs; empty if nothing is known or the database is away."""
        return await _or(self._memory.rooms_of_peer(peer_id), ())

    async def rooms_of_code(self, code: str) -> Sequence[tuple[str, str]]:
        """(workspace, room id) pairs, as `rooms_of_peer`."""
        return await _or(self._memory.rooms_of_code(code), ())

    async def knows_codes_of(self, workspace: str, room_id: str) -> bool:
        """True also if the database is away: there is nothing to learn into."""
        return await _or(self._memory.knows_codes_of(workspace, room_id), True)

    async def learn_peers(self, workspace: str, room_id: str, peer_ids: Iterable[str]) -> None:
        """Remember that these peers belong to that room."""
        await _or(self._memory.learn_peers(workspace, room_id, peer_ids), None)

    async def learn_codes(self, workspace: str, room_id: str, codes: Iterable[str]) -> None:
        """Remember the room's codes."""
        await _or(self._memory.learn_codes(workspace, room_id, codes), None)


async def _or(answer: Awaitable[Value], otherwise: Value) -> Value:
    try:
        return await answer
    except StoreUnreachable as error:
        log.warning("going on without memory: %s", error.cause)
        return otherwise
