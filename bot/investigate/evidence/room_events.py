"""Reads the events of a room: all of them if few, else those of the sessions that matter."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic

from bot.domain.events import ERROR_TYPES, TRACK_TYPES, ErrorEvent
from bot.domain.rooms import TrackEvent
from bot.investigate.fetch.paged_list import (
    ListPage,
    PageBudget,
    PagedList,
    Row,
    read_all,
    read_next_pages,
    troubles_of,
)
from bot.investigate.ports import EventQuery, HundredMs

_VITAL_TRACKS = ("track.add.success", "track.update.success")


@dataclass(frozen=True, slots=True)
class RoomEventKind(Generic[Row]):
    """A kind of events to read. `vital` are the types that are read of a long room.

    `what` and `harm` are words for the notes. `by_session` says that every row names its session,
    so that reading session by session misses nothing.
    """

    types: tuple[str, ...]
    vital: tuple[str, ...]
    what: str
    harm: str
    by_session: bool


TRACK_EVENTS: RoomEventKind[TrackEvent] = RoomEventKind(
    TRACK_TYPES, _VITAL_TRACKS, "track events", "recoveries may be missed", by_session=True
)
OTHER_ERRORS: RoomEventKind[ErrorEvent] = RoomEventKind(
    ERROR_TYPES,
    ERROR_TYPES,
    "other error events",
    "others with the same trouble may be missed",
    by_session=False,  # failures to connect have no session yet
)


@dataclass(slots=True)
class RoomReader(Generic[Row]):
    """Reads one kind of events; rows that were read are kept if the reading is cut short.

    The order of events is not documented, so a room with more pages than the budget cannot be read
    "newest first". Its first pages give the totals, and it is then read session by session, for the
    sessions that the failures touch.
    """

    ask: Callable[[EventQuery, str], Awaitable[ListPage[Row]]]
    room_id: str
    kind: RoomEventKind[Row]
    budget: PageBudget
    whole: list[PagedList[Row]] = field(default_factory=list)
    parts: list[PagedList[Row]] = field(default_factory=list)
    long: bool = False
    cut: bool = False
    narrowed: bool = False

    async def begin(self) -> None:
        """Read the first page of each type, and the rest too if the budget allows."""
        self.whole = [self._new_list(kind, None) for kind in self.kind.types]
        await read_next_pages(self.whole, self.budget)
        self.long = sum(paged_list.pages_ahead for paged_list in self.whole) > self.budget.pages
        if not self.long:
            await read_all(self.whole, self.budget)
            self.cut = any(paged_list.open for paged_list in self.whole)

    async def narrow(self, session_ids: Iterable[str]) -> None:
        """Read these sessions of a long room in this order, as far as the budget goes."""
        if not self.long:
            return
        self.cut = not self.kind.by_session
        self.narrowed = True
        for session_id in session_ids:
            lists = [self._new_list(kind, session_id) for kind in self.kind.vital]
            self.parts += lists
            await read_all(lists, self.budget)
            if any(paged_list.open or paged_list.trouble for paged_list in lists):
                self.cut = True
                return

    @property
    def complete(self) -> bool:
        """Whether no row is missing that this kind of events was read for."""
        lists = (*self.whole, *self.parts)
        unread = self.cut or any(
            paged_list.trouble or paged_list.unreadable for paged_list in lists
        )
        if self.long:
            return (
                self.narrowed
                and not unread
                and not any(paged_list.open for paged_list in self.parts)
            )
        return (
            bool(self.whole)
            and not unread
            and not any(paged_list.open for paged_list in self.whole)
        )

    @property
    def result(self) -> Sequence[Row]:
        """Every row read, in no order, repeats included."""
        return [row for paged_list in (*self.whole, *self.parts) for row in paged_list.items]

    @property
    def notes(self) -> tuple[str, ...]:
        """The reasons why rows are missing, in sentences."""
        lists = (*self.whole, *self.parts)
        what, harm = self.kind.what, self.kind.harm
        notes = [
            f"The room's {what} could not all be read ({why}); {harm}."
            for why in troubles_of(lists)
        ]
        unreadable = sum(paged_list.unreadable for paged_list in lists)
        if unreadable:
            notes.append(f"{unreadable:,} of the room's {what} could not be read; {harm}.")
        if self.cut:
            count = sum(paged_list.rows for paged_list in lists)
            notes.append(
                f"The room has more {what} than one look-up may read; {count:,} were read, those "
                f"of the calls asked about first, so that {harm}."
            )
        return tuple(notes)

    def _new_list(self, kind: str, session_id: str | None) -> PagedList[Row]:
        query = EventQuery(self.room_id, kind, session_id=session_id)
        return PagedList(lambda start: self.ask(query, start))


def track_reader(hundredms: HundredMs, room_id: str, pages: int) -> RoomReader[TrackEvent]:
    """Return a reader of the room's track events."""

    async def ask(query: EventQuery, start: str) -> ListPage[TrackEvent]:
        page = await hundredms.track_events(query, start)
        return ListPage(page.events, page.rows, page.total, page.next, page.unreadable)

    return RoomReader(ask, room_id, TRACK_EVENTS, PageBudget(pages))


def other_errors_reader(hundredms: HundredMs, room_id: str, pages: int) -> RoomReader[ErrorEvent]:
    """Return a reader of the room's error events of all people."""

    async def ask(query: EventQuery, start: str) -> ListPage[ErrorEvent]:
        page = await hundredms.events(query, start)
        events = tuple(event for event in page.events if event.type in ERROR_TYPES)
        return ListPage(events, page.rows, page.total, page.next, page.unreadable)

    return RoomReader(ask, room_id, OTHER_ERRORS, PageBudget(pages))
