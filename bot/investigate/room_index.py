"""Access to the room index that does not fail or delay a look-up.

If the database does not answer, a look-up continues without the index. New entries are written in
background tasks, beside the answer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from bot.domain.errors import BotError, StoreUnreachable
from bot.domain.events import ErrorEvent
from bot.domain.rooms import CallFact, Room, Session
from bot.domain.target import Target
from bot.investigate.ports import HundredMs, RoomIndex

log = logging.getLogger(__name__)
Value = TypeVar("Value")

MOST_FACTS = 2_000
"""Most facts of webhooks that a diagnosis uses; the latest ones."""


class BestEffortRoomIndex:
    """A RoomIndex that ignores database errors, because its entries only save calls.

    `stored` is None for a look-up without a database: then nothing is known, and nothing is stored.
    `open_index` opens the database when it is first needed, for a look-up in the terminal: opening
    it takes longer than the rest of a small look-up. A room without failures whose codes are known
    needs none, unless webhooks may have reported facts (`holds_facts`); until it is open,
    `knows_codes` says whether they are.
    """

    def __init__(
        self,
        stored: RoomIndex | None,
        open_index: Callable[[], Awaitable[RoomIndex | None]] | None = None,
        *,
        knows_codes: Callable[[str, str], bool] = lambda _workspace, _room_id: False,
        holds_facts: bool = False,
    ) -> None:
        self._stored = stored
        self._open_index = open_index
        self._knows_codes = knows_codes
        self._holds_facts = holds_facts

    async def rooms_of_peer(self, peer_id: str) -> Sequence[tuple[str, str]]:
        """Return (workspace, room id) pairs; empty if none are known or the database fails."""
        return await self._read(lambda stored: stored.rooms_of_peer(peer_id))

    async def rooms_of_user(self, user_id: str) -> Sequence[tuple[str, str]]:
        """Return (workspace, room id) pairs; empty as for `rooms_of_peer`."""
        return await self._read(lambda stored: stored.rooms_of_user(user_id))

    async def rooms_of_code(self, code: str) -> Sequence[tuple[str, str]]:
        """Return (workspace, room id) pairs; empty as for `rooms_of_peer`."""
        return await self._read(lambda stored: stored.rooms_of_code(code))

    async def recent_rooms(self, most: int) -> Sequence[tuple[str, str]]:
        """Return (workspace, room id) pairs of the latest look-ups; empty if the database fails."""
        return await self._read(lambda stored: stored.recent_rooms(most))

    async def knows_codes_of(self, workspace: str, room_id: str) -> bool:
        """Return whether the codes are known.

        Returns True also if the database fails, because it cannot store any.
        """
        if self._stored is None and self._open_index is not None:
            return await asyncio.to_thread(self._knows_codes, workspace, room_id)
        return await self._ask(lambda stored: stored.knows_codes_of(workspace, room_id), True)

    async def facts_as_of(
        self, room: Room, moment: datetime, known: Sequence[CallFact] = ()
    ) -> Sequence[CallFact]:
        """Return the facts of webhooks up to that moment; `known` if the database fails."""
        if self._holds_facts:
            await self._open()
        facts = await self._ask(
            lambda stored: stored.facts_of_room(room.workspace, room.id, MOST_FACTS), known
        )
        return [fact for fact in facts if fact.at <= moment]

    async def learn_peers(self, workspace: str, room_id: str, peer_ids: Iterable[str]) -> None:
        """Store that these peers belong to that room."""
        await self._open()
        await self._ask(lambda stored: stored.learn_peers(workspace, room_id, peer_ids), None)

    async def learn_codes(self, workspace: str, room_id: str, codes: Iterable[str]) -> None:
        """Store the room's codes."""
        codes = tuple(codes)
        if codes:
            await self._open()
        await self._ask(lambda stored: stored.learn_codes(workspace, room_id, codes), None)

    async def _read(
        self, request: Callable[[RoomIndex], Awaitable[Sequence[tuple[str, str]]]]
    ) -> Sequence[tuple[str, str]]:
        await self._open()
        return await self._ask(request, ())

    async def _open(self) -> None:
        if self._stored is None and self._open_index is not None:
            self._stored = await self._open_index()

    async def _ask(
        self, request: Callable[[RoomIndex], Awaitable[Value]], otherwise: Value
    ) -> Value:
        if self._stored is None:
            return otherwise
        try:
            return await request(self._stored)
        except StoreUnreachable as error:
            log.warning("going on without memory: %s", error.cause)
            return otherwise


CLOSE_TIMEOUT = 5.0
"""Seconds that `close` waits for writes under way."""


@dataclass(frozen=True, slots=True)
class RoomIndexWriter:
    """Writes to the room index in background tasks."""

    room_index: BestEffortRoomIndex
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def learn_codes(self, hundredms: HundredMs, target: Target) -> None:
        """Store the room's codes, at most once a day, because a code in a link names no room."""
        self._start(self._learn_codes(hundredms, target.room.id))

    def learn_peers(self, room: Room, events: Iterable[ErrorEvent]) -> None:
        """Store which peers belong to the room, including peers that never joined successfully."""
        senders = {event.sender for event in events}
        peers = {sender.peer_id for sender in senders if sender.peer_id}
        if peers:
            self._start(self.room_index.learn_peers(room.workspace, room.id, sorted(peers)))

    def learn_seen_peer(self, target: Target, sessions: Iterable[Session]) -> None:
        """Store the peer that was asked for, if one of the room's sessions contains it.

        Nothing is stored from the question itself, as it may name a room in which the peer never
        was.
        """
        peer_id = (target.peer_id or "").lower()
        if peer_id and any(peer_id in map(str.lower, session.peers) for session in sessions):
            self.learn_peer(target)

    def learn_peer(self, target: Target) -> None:
        """Store the target's peer, which 100ms itself reported in that room."""
        room = target.room
        if target.peer_id:
            self._start(self.room_index.learn_peers(room.workspace, room.id, [target.peer_id]))

    async def close(self) -> None:
        """Wait up to `CLOSE_TIMEOUT` for writes under way, then cancel the rest."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_TIMEOUT)
        for task in self._tasks:
            task.cancel()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _learn_codes(self, hundredms: HundredMs, room_id: str) -> None:
        if await self.room_index.knows_codes_of(hundredms.alias, room_id):
            return
        try:
            codes = await hundredms.room_codes(room_id)
        except BotError as error:
            log.info("the room's codes were not learned: %s", error.cause)
            return
        await self.room_index.learn_codes(hundredms.alias, room_id, codes)
