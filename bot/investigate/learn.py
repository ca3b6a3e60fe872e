"""Remembering, beside the answer, what a look-up taught: it never delays one."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.domain.errors import BotError
from bot.domain.events import ErrorEvent
from bot.domain.places import Room, Session
from bot.domain.target import Target
from bot.investigate.ports import HundredMs
from bot.investigate.recall import Recall

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds that `close` waits for what is still being written."""


@dataclass(frozen=True, slots=True)
class Learner:
    """Writes to memory in tasks of its own."""

    recall: Recall
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def room(self, hundredms: HundredMs, target: Target) -> None:
        """Learn the room's codes, at most once a day: a code in a link names no room."""
        self._start(self._codes(hundredms, target.room.id))

    def people(self, room: Room, events: Iterable[ErrorEvent]) -> None:
        """Learn which peers belong to the room; a peer that never got in is found so, too."""
        senders = {event.sender for event in events}
        peers = {sender.peer_id for sender in senders if sender.peer_id}
        if peers:
            self._start(self.recall.learn_peers(room.workspace, room.id, sorted(peers)))

    def seen(self, target: Target, sessions: Iterable[Session]) -> None:
        """Learn the peer that was asked for, if one of the room's sessions holds them.

        Nothing is learned from the question itself: it may name a room where they never were.
        """
        wanted = (target.peer_id or "").lower()
        if wanted and any(wanted in map(str.lower, session.peers) for session in sessions):
            self.peer(target)

    def peer(self, target: Target) -> None:
        """Learn the target's peer, whom 100ms itself showed in that room."""
        room = target.room
        if target.peer_id:
            self._start(self.recall.learn_peers(room.workspace, room.id, [target.peer_id]))

    async def close(self) -> None:
        """Wait a little for what is being written, then let go of the rest."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=PATIENCE)
        for task in self._tasks:
            task.cancel()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _codes(self, hundredms: HundredMs, room_id: str) -> None:
        if await self.recall.knows_codes_of(hundredms.alias, room_id):
            return
        try:
            codes = await hundredms.room_codes(room_id)
        except BotError as error:
            log.info("the room's codes were not learned: %s", error.cause)
            return
        await self.recall.learn_codes(hundredms.alias, room_id, codes)
