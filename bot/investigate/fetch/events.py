"""All error events of a target: five types side by side, and proof of what was seen.

What a reading waits for at this moment, in a few words.

One id, several spellings: iOS peer ids were seen in upper case, the rest in lower.

Whether the API compares ids with or without case is not documented, so an id is asked for as it
was typed, and only if nothing at all comes back in the other case; a UUID that is no peer's may
be a user's (Prebuilt gives anonymous users a UUID), and one that was called a user's a peer's.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain.events import ErrorEvent
from bot.domain.report import Completeness, distinct_events
from bot.domain.target import Progress, Target
from bot.investigate.background import run_in_thread_if_large
from bot.investigate.fetch.partition import Partition
from bot.investigate.fetch.type_progress import EventTypeState
from bot.investigate.paging.paged_list import PAGE
from bot.investigate.paging.pagination import read_pages
from bot.investigate.paging.prefetch import Prefetch, cancel_soon
from bot.investigate.paging.room_sessions import RoomSessions
from bot.investigate.ports import Clock, EventQuery, HundredMs, Page, Tell, Watch, unwatched


def waits_for(types: Sequence[EventTypeState]) -> str:
    """The longest list still being read; "" once all are at their end."""
    if not all(one.begun for one in types):
        return "the first pages"
    if not types:
        return ""
    longest = max(types, key=_left)
    if not _left(longest):
        return ""
    page, pages = longest.shown // PAGE + 1, -(-(longest.total or 0) // PAGE)
    return f"page {min(page, pages):,} of {pages:,} of {longest.query.type}"


def _left(one: EventTypeState) -> int:
    return (one.total or 0) - one.shown


def _nothing() -> None:
    """What a reading does beside if nothing is wanted."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Distinct events in order of time, and how complete they are."""

    events: tuple[ErrorEvent, ...]
    completeness: Completeness


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a target's events from one workspace; `cap` limits the rows of one type."""

    hundredms: HundredMs
    types: Sequence[str]
    cap: int
    clock: Clock
    tell: Tell
    watch: Watch = unwatched
    ahead: Prefetch = field(default_factory=Prefetch)
    seed: Sequence[ErrorEvent] = ()
    meanwhile: Callable[[], None] = _nothing
    """Told after each further page; the first answer needs none of what is begun then."""

    async def read(self, target: Target) -> Fetched:
        """Every event of these types about the target.

        The session is not sent as a filter: failures to connect have no session yet and would
        be hidden. Raises what 100ms raised if not one type could be read at all.
        """
        reading = _Reading(self, target, self._types(target))
        await reading.run()
        _raise_if_blind(reading.types)
        seen = _completeness(reading.types)
        found = [event for one in reading.types for event in one.failures]
        for one in reading.types:
            one.forget()  # tasks and callbacks still know each other, and these tables are large
        return Fetched(await run_in_thread_if_large(found, distinct_events, found), seen)

    def _types(self, target: Target) -> list[EventTypeState]:
        room, peer, user = target.room.id, target.peer_id, target.user_id
        types = [EventTypeState(EventQuery(room, kind, peer, user)) for kind in self.types]
        for one in types if self.seed else ():
            one.take_over(event for event in self.seed if event.type == one.query.type)
        return types


@dataclass(slots=True)
class _Reading:
    """One target's types, under way."""

    reader: Reader
    target: Target
    types: Sequence[EventTypeState]
    hundredms: HundredMs = field(init=False)
    sessions: RoomSessions = field(init=False)
    splits: list[Partition] = field(init=False)
    weighed: bool = False

    def __post_init__(self) -> None:
        reader = self.reader
        self.hundredms = reader.hundredms.reporting_to(self._heard)
        self.sessions = RoomSessions(self.hundredms, self.target.room.id, reader.clock)
        self.splits = [self._split(one) for one in self.types]

    async def run(self) -> None:
        tasks = [asyncio.ensure_future(self._type(split)) for split in self.splits]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            self.sessions.close()

    def _split(self, one: EventTypeState) -> Partition:
        reader, proved = self.reader, asyncio.get_running_loop().create_future()
        return Partition(self.hundredms, one, self.sessions.ids, reader.clock, self._told, proved)

    async def _type(self, split: Partition) -> None:
        """The chain of one type and, if it dominates, its parts: whatever proves it first."""
        chain = asyncio.ensure_future(self._chain(split))
        try:
            first: set[asyncio.Future[Any]] = {chain, split.proved}
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            if split.proved.done() and split.proved.result():
                return
            await chain
            if split.begun and split.one.chain.tally.note:
                split.chain_ended()
                await split.proved
        finally:
            split.one.chain.stopped_early = True
            split.one.chain.resume()
            split.close()
            cancel_soon({chain})

    async def _chain(self, split: Partition) -> None:
        reader, one = self.reader, split.one

        def after_page(page: Page) -> None:
            one.take(page.events)
            split.known_before()
            self._weigh()
            if split.begun:
                split.see(page.events)
                split.check()
            self._told()
            if one.chain.rows > PAGE:
                self.reader.meanwhile()

        first = reader.ahead.take(self.hundredms, one.query)
        await read_pages(self.hundredms, one.chain, reader.cap, after_page, first=first)

    def _weigh(self) -> None:
        """Once each type has named its total: one that dominates is split."""
        if self.weighed or not all(one.begun for one in self.types):
            return
        self.weighed = True
        rows = sum(one.chain.total or 0 for one in self.types)
        for split in self.splits:
            if not split.proved.done() and split.one.worth_splitting(self.reader.cap, rows):
                split.begin()

    def _told(self) -> None:
        self.reader.watch(_progress(self.target, self.types, waits_for(self.types)))

    async def _heard(self, note: str) -> None:
        """100ms asks for patience."""
        self.reader.watch(_progress(self.target, self.types, note.rstrip(".")))
        await self.reader.tell(note)


def _progress(target: Target, types: Sequence[EventTypeState], waiting: str) -> Progress:
    shown = {one.query.type: one.shown for one in types}
    return Progress(
        target,
        fetched=sum(shown.values()),
        total=_sum([one.total for one in types]),
        by_type=shown,
        begun=all(one.begun for one in types),
        waits_for=waiting,
    )


def _sum(totals: Sequence[int | None]) -> int | None:
    known = [total for total in totals if total is not None]
    return sum(known) if len(known) == len(totals) else None


def _raise_if_blind(types: Sequence[EventTypeState]) -> None:
    troubles = [one.chain.trouble for one in types if one.chain.trouble and one.blind]
    if types and len(troubles) == len(types):
        raise troubles[0]


def _completeness(types: Sequence[EventTypeState]) -> Completeness:
    tallies = [one.tally for one in types]
    unreadable = sum(tally.unreadable for tally in tallies)
    notes = [tally.note for tally in tallies if tally.note]
    if unreadable:
        events = "event" if unreadable == 1 else "events"
        notes.append(f"{unreadable:,} {events} could not be read.")
    unread = (
        one.query.type
        for one, tally in zip(types, tallies, strict=True)
        if tally.note or tally.unreadable
    )
    return Completeness(
        fetched=sum(tally.fetched for tally in tallies),
        total=_sum([tally.total for tally in tallies]),
        complete=not notes,
        notes=tuple(notes),
        types_unread=tuple(unread),
        unreadable=unreadable,
    )


async def read_any_spelling(reader: Reader, target: Target) -> tuple[Target, Fetched]:
    """The events, and the target as 100ms spells it (as typed, if nothing was found)."""
    first = await reader.read(target)
    who = target.peer_id or target.user_id or ""
    if not who or first.completeness.fetched or not first.completeness.complete:
        return target, first
    for other in _others(target, who):
        found = await reader.read(other)
        if found.completeness.fetched:
            return other, found
    return target, first


_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def _others(target: Target, peer_id: str) -> Iterator[Target]:
    if target.peer_id is None:
        if _UUID.fullmatch(peer_id):
            for spelling in dict.fromkeys((peer_id, peer_id.lower(), peer_id.upper())):
                yield replace(target, kind="peer", peer_id=spelling, user_id=None)
        return
    for spelling in dict.fromkeys((peer_id.lower(), peer_id.upper())):
        if spelling != peer_id:
            yield replace(target, peer_id=spelling)
    yield replace(target, kind="user", peer_id=None, user_id=peer_id)
