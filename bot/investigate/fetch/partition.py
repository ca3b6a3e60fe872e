"""Reads a type that dominates a room by session, user or peer, beside the chain of all its pages.

`next` makes the pages of one query sequential; queries for one session or one person each can run
side by side. A filter hides events that lack the field, and the session list may be incomplete. The
chain is therefore read from the start, and the events of all queries are counted together:

* Events of any of these queries belong to the whole query. Once as many distinct ones are known
  as 100ms reported, the total is requested again. If it equals the number known before that
  request, then every event is known: all of them existed, and there are no more.
* Events that arrive meanwhile change the total, so they cannot hide a gap. Events that pass the
  30 days meanwhile could hide one. If some are that old, only those count that are no older
  than an event which the last answer still contains.
* If this proves nothing, the chain proves completeness at its end, as without parts. The chain
  pauses while the parts' own totals add up to the whole, and resumes as soon as they do not.

The parts save 68 % of the time for 10,000 events of one type over 20 sessions, measured at 0.5 s a
call. Where a tenth of the events name no session, the parts are those of users, of whom there are
fewer than peers: each call of a session gives a person another peer id.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.domain.errors import HundredMsRefused, ServiceTrouble
from bot.domain.events import ErrorEvent
from bot.domain.rooms import Session
from bot.investigate.background import cancel_soon
from bot.investigate.fetch.paged_list import PAGE
from bot.investigate.fetch.pagination import Pagination, read_pages
from bot.investigate.fetch.type_progress import EventTypeState
from bot.investigate.ports import Clock, EventQuery, HundredMs, Page

_MANY_USERS = 8
"""Users on the first page for parts to be those of users: that many calls run at once."""

PARTS_PER_PAGE = 2
"""Each part costs at least one call; with more parts per page than this the chain is cheaper."""

CONFIRMATIONS = 4
"""Number of times that the total is requested again if events keep arriving."""


@dataclass(slots=True)
class Partition:
    """The parts of one type. `proved` becomes true, or false when nothing is left to try."""

    hundredms: HundredMs
    state: EventTypeState
    sessions: Callable[[], Awaitable[Sequence[Session]]]
    clock: Clock
    on_progress: Callable[[], None]
    proved: "asyncio.Future[bool]"
    by: Literal["session_id", "user_id", "peer_id"] = "session_id"
    begun: bool = False
    _keys: set[str] = field(default_factory=set)
    _running: set["asyncio.Task[None]"] = field(default_factory=set)
    _parts: list[Pagination] = field(default_factory=list)
    _compared: bool = False
    _confirming: bool = False
    _confirmations: int = 0
    _expected: int = 0
    _chain_ended: bool = False

    def begin(self) -> None:
        """Start from the events that the chain has read so far."""
        events = tuple(self.state.chain.events.values())
        self.begun = True
        self._expected = self.state.chain.total or 0
        if not all(event.session_id for event in events):
            users = {event.user_id for event in events}
            self.by = "user_id" if None not in users and len(users) >= _MANY_USERS else "peer_id"
        self.state.divide()
        if self.by != "session_id":
            self.add_keys(events)
        self._start(self._read_sessions())

    def check_known(self) -> None:
        """After a page of the chain, check whether an earlier look-up's events are complete."""
        if not self.begun and self.state.is_all_known(self.clock()):
            self.state.chain.stopped_early = True
            self.proved.set_result(True)

    def add_keys(self, events: Iterable[ErrorEvent]) -> None:
        """Read the session or person that each of these events of the chain names."""
        self._read({getattr(event.sender, self.by) for event in events})

    def check(self) -> None:
        """After each page, check whether everything may be known or nothing is left to try."""
        if self.proved.done():
            return
        if self.state.matching_count >= self._expected and self._confirmations < CONFIRMATIONS:
            if not self._confirming:
                self._confirming = True
                self._confirmations += 1
                self._start(self._confirm())
        elif not self._running:
            self.state.chain.resume()
            if self._chain_ended:
                self.proved.set_result(False)
        elif not self._compared:
            self._compare_totals()

    def chain_ended(self) -> None:
        """Record that the chain has ended without proving completeness."""
        self._chain_ended = True
        self.check()

    def close(self) -> None:
        """Cancel all reads that are still running."""
        self._halt()
        cancel_soon(self._running)

    def _halt(self) -> None:
        for part in self._parts:
            part.stopped_early = True

    def _compare_totals(self) -> None:
        """Once each part has reported its total, pause the chain or give up the parts."""
        if not self._parts or not all(part.started for part in self._parts):
            return
        self._compared = True
        if sum(part.total or 0 for part in self._parts) >= self._expected:
            self.state.chain.pause()
        elif self.by == "session_id":  # some events have no session: only the chain shows them
            self._halt()

    async def _read_sessions(self) -> None:
        """Read each session of the room, or each person who was in one if they are few enough."""
        sessions = await self.sessions()
        if self.by == "session_id":
            self._read([session.id for session in sessions])
            return
        peers = [peer for session in sessions for peer in session.peers.values()]
        people = [peer.user_id if self.by == "user_id" else peer.id for peer in peers]
        if len(self._keys | self._new_keys(people).keys()) <= self._most_parts:
            self._read(people)

    @property
    def _most_parts(self) -> int:
        return PARTS_PER_PAGE * -(-self._expected // PAGE)

    def _new_keys(self, keys: Iterable[str | None]) -> dict[str, str]:
        """Return the keys not read yet; users' ids are the customer's own and keep their case."""
        by_user = self.by == "user_id"
        named = {(key if by_user else key.lower()): key for key in keys if key}
        return {name: key for name, key in named.items() if name not in self._keys}

    def _read(self, keys: Iterable[str | None]) -> None:
        """Start parts for the new keys, unless there are too many parts."""
        new = self._new_keys(keys)
        self._keys.update(new)
        if len(self._keys) > self._most_parts:
            return
        for key in new.values():
            part = Pagination(self._query(key))
            self._parts.append(part)
            self._start(self._read_part(part))

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._on_task_end)

    def _on_task_end(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if task.cancelled() or self.proved.done():
            return
        trouble = task.exception()
        if trouble:
            self.proved.set_exception(trouble)
            return
        self.check()

    async def _read_part(self, part: Pagination) -> None:
        def after_page(page: Page) -> None:
            if not part.stopped_early:
                self.state.take(page.events)
                part.events.clear()
                self.on_progress()
                self.check()

        await read_pages(self.hundredms.low_priority(), part, self._expected, after_page)
        if part.ended_early:
            self.state.chain.resume()

    def _query(self, key: str) -> EventQuery:
        return replace(self.state.query, **{self.by: key})

    async def _confirm(self) -> None:
        asked_count, known_count = self.state.matching_count, len(self.state.known_events or ())
        try:
            page = await self.hundredms.events(self.state.query)
        except HundredMsRefused:
            raise
        except ServiceTrouble:
            self._confirmations = CONFIRMATIONS  # the chain has to prove it
            return
        finally:
            self._confirming = False
        if self.state.prove(
            known_count, page.total, self.state.retained_since(page.events, self.clock())
        ):
            self.proved.set_result(True)
            return
        self.state.take(page.events)
        self._expected = max(page.total or 0, asked_count + 1)
        self._compared = False
