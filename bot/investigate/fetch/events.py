"""Reads all error events of a target: five types side by side, with proof of completeness.

Ids may have several spellings: iOS peer ids were seen in upper case, the rest in lower case.
Whether the API compares ids with or without case is not documented. An id is therefore requested as
it was typed, and in the other case only if nothing at all is returned. A UUID that belongs to no
peer may be a user's (Prebuilt gives anonymous users a UUID), and an id given as a user's may be a
peer's.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain.events import ErrorEvent
from bot.domain.report import Completeness, distinct_events
from bot.domain.target import Progress, Target
from bot.investigate.background import cancel_soon, run_in_thread_if_large
from bot.investigate.fetch.paged_list import PAGE
from bot.investigate.fetch.pagination import Prefetch, read_pages
from bot.investigate.fetch.partition import Partition
from bot.investigate.fetch.room_sessions import RoomSessions
from bot.investigate.fetch.type_progress import EventTypeState
from bot.investigate.ports import Clock, EventQuery, HundredMs, Page, Tell, Watch, ignore_progress


def waiting_words(types: Sequence[EventTypeState]) -> str:
    """Return what the reading waits for: the longest list still being read.

    Returns "" once all lists have ended.
    """
    if not all(state.begun for state in types):
        return "the first pages"
    if not types:
        return ""
    longest = max(types, key=_remaining_rows)
    if not _remaining_rows(longest):
        return ""
    page, pages = longest.shown // PAGE + 1, -(-(longest.total or 0) // PAGE)
    return f"page {min(page, pages):,} of {pages:,} of {longest.query.type}"


def _remaining_rows(state: EventTypeState) -> int:
    return (state.total or 0) - state.shown


def _do_nothing() -> None:
    """The default for `meanwhile`: start nothing beside the reading."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Distinct events in order of time, and how complete they are."""

    events: tuple[ErrorEvent, ...]
    completeness: Completeness


@dataclass(frozen=True, slots=True)
class EventReader:
    """Reads a target's events from one workspace; `cap` limits the rows of one type."""

    hundredms: HundredMs
    types: Sequence[str]
    cap: int
    clock: Clock
    tell: Tell
    watch: Watch = ignore_progress
    prefetch: Prefetch = field(default_factory=Prefetch)
    seed: Sequence[ErrorEvent] = ()
    meanwhile: Callable[[], None] = _do_nothing
    """Called after each page but the first of a type; the first answer needs none of its work."""

    async def read(self, target: Target) -> Fetched:
        """Return every event of these types about the target.

        The session is not sent as a filter, because failures to connect have no session yet and
        would be hidden. Raises the error of 100ms if not a single type could be read.
        """
        reading = _TargetReading(self, target, self._types(target))
        await reading.run()
        _raise_if_blind(reading.types)
        completeness = _completeness(reading.types)
        events = [event for state in reading.types for event in state.error_events]
        for state in reading.types:
            state.clear()  # tasks and callbacks still refer to each other; the tables are large
        return Fetched(await run_in_thread_if_large(events, distinct_events, events), completeness)

    def _types(self, target: Target) -> list[EventTypeState]:
        room, peer, user = target.room.id, target.peer_id, target.user_id
        types = [EventTypeState(EventQuery(room, kind, peer, user)) for kind in self.types]
        for state in types if self.seed else ():
            state.start_from(event for event in self.seed if event.type == state.query.type)
        return types


@dataclass(slots=True)
class _TargetReading:
    """The reading of one target's types."""

    reader: EventReader
    target: Target
    types: Sequence[EventTypeState]
    hundredms: HundredMs = field(init=False)
    sessions: RoomSessions = field(init=False)
    partitions: list[Partition] = field(init=False)
    compared: bool = False

    def __post_init__(self) -> None:
        reader = self.reader
        self.hundredms = reader.hundredms.reporting_to(self._report_wait)
        self.sessions = RoomSessions(self.hundredms, self.target.room.id, reader.clock)
        self.partitions = [self._partition(state) for state in self.types]

    async def run(self) -> None:
        tasks = [asyncio.ensure_future(self._read_type(partition)) for partition in self.partitions]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            self.sessions.close()

    def _partition(self, state: EventTypeState) -> Partition:
        reader, proved = self.reader, asyncio.get_running_loop().create_future()
        return Partition(
            self.hundredms, state, self.sessions.read, reader.clock, self._report_progress, proved
        )

    async def _read_type(self, partition: Partition) -> None:
        """Read the chain of one type and, if it dominates, its parts.

        Returns as soon as either proves that the type is complete.
        """
        chain = asyncio.ensure_future(self._read_chain(partition))
        try:
            first: set[asyncio.Future[Any]] = {chain, partition.proved}
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            if partition.proved.done() and partition.proved.result():
                return
            await chain
            if partition.begun and partition.state.chain.tally.note:
                partition.chain_ended()
                await partition.proved
        finally:
            partition.state.chain.stopped_early = True
            partition.state.chain.resume()
            partition.close()
            cancel_soon({chain})

    async def _read_chain(self, partition: Partition) -> None:
        reader, state = self.reader, partition.state

        def after_page(page: Page) -> None:
            state.take(page.events)
            partition.check_known()
            self._partition_dominant()
            if partition.begun:
                partition.add_keys(page.events)
                partition.check()
            self._report_progress()
            if state.chain.rows > PAGE:
                self.reader.meanwhile()

        first = reader.prefetch.take(self.hundredms, state.query)
        await read_pages(self.hundredms, state.chain, reader.cap, after_page, first=first)

    def _partition_dominant(self) -> None:
        """Once each type has reported its total, split the types that dominate."""
        if self.compared or not all(state.begun for state in self.types):
            return
        self.compared = True
        rows = sum(state.chain.total or 0 for state in self.types)
        for partition in self.partitions:
            if not partition.proved.done() and partition.state.is_worth_splitting(
                self.reader.cap, rows
            ):
                partition.begin()

    def _report_progress(self) -> None:
        self.reader.watch(_progress(self.target, self.types, waiting_words(self.types)))

    async def _report_wait(self, note: str) -> None:
        """Report that 100ms asks the bot to wait."""
        self.reader.watch(_progress(self.target, self.types, note.rstrip(".")))
        await self.reader.tell(note)


def _progress(target: Target, types: Sequence[EventTypeState], waiting: str) -> Progress:
    by_type = {state.query.type: state.shown for state in types}
    return Progress(
        target,
        fetched=sum(by_type.values()),
        total=_sum([state.total for state in types]),
        by_type=by_type,
        begun=all(state.begun for state in types),
        waits_for=waiting,
    )


def _sum(totals: Sequence[int | None]) -> int | None:
    known_totals = [total for total in totals if total is not None]
    return sum(known_totals) if len(known_totals) == len(totals) else None


def _raise_if_blind(types: Sequence[EventTypeState]) -> None:
    troubles = [state.chain.trouble for state in types if state.chain.trouble and state.blind]
    if types and len(troubles) == len(types):
        raise troubles[0]


def _completeness(types: Sequence[EventTypeState]) -> Completeness:
    tallies = [state.tally for state in types]
    unreadable = sum(tally.unreadable for tally in tallies)
    notes = [tally.note for tally in tallies if tally.note]
    if unreadable:
        events = "event" if unreadable == 1 else "events"
        notes.append(f"{unreadable:,} {events} could not be read.")
    unread = (
        state.query.type
        for state, tally in zip(types, tallies, strict=True)
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


async def read_any_spelling(reader: EventReader, target: Target) -> tuple[Target, Fetched]:
    """Return the events, and the target as 100ms spells it (as typed if nothing was found)."""
    first = await reader.read(target)
    who = target.peer_id or target.user_id or ""
    if not who or first.completeness.fetched or not first.completeness.complete:
        return target, first
    for spelled in _other_spellings(target, who):
        fetched = await reader.read(spelled)
        if fetched.completeness.fetched:
            return spelled, fetched
    return target, first


_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def _other_spellings(target: Target, peer_id: str) -> Iterator[Target]:
    if target.peer_id is None:
        if _UUID.fullmatch(peer_id):
            for spelling in dict.fromkeys((peer_id, peer_id.lower(), peer_id.upper())):
                yield replace(target, kind="peer", peer_id=spelling, user_id=None)
        return
    for spelling in dict.fromkeys((peer_id.lower(), peer_id.upper())):
        if spelling != peer_id:
            yield replace(target, peer_id=spelling)
    yield replace(target, kind="user", peer_id=None, user_id=peer_id)
