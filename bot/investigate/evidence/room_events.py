"""What happened in a room: all of it if it is little, else the sessions that matter."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic

from bot.domain.events import ERROR_TYPES, TRACK_TYPES, ErrorEvent
from bot.domain.rooms import TrackEvent
from bot.investigate.paging.paged_list import (
    ListPage,
    PageBudget,
    Row,
    PagedList,
    read_next_pages,
    read_all,
    troubles_of,
)
from bot.investigate.ports import EventQuery, HundredMs

AskFor = Callable[[EventQuery, str], Awaitable[ListPage[Row]]]
_VITAL_TRACKS = ("track.add.success", "track.update.success")


@dataclass(frozen=True, slots=True)
class RoomEventKind(Generic[Row]):
    """What is to be read. `vital` types are those that a long room is read for.

    `what` and `harm` are words for the notes. `by_session` tells that every row names its
    session, so that reading session by session misses nothing.
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
    """Reads one kind of events; what was read stays if the reading is cut short.

    The order of events is not documented, so that a room with more pages than the budget
    cannot be read "newest first": its first pages tell the totals, and it is then read session
    by session, for the sessions that the failures touch.
    """

    ask: AskFor[Row]
    room_id: str
    wish: RoomEventKind[Row]
    purse: PageBudget
    whole: list[PagedList[Row]] = field(default_factory=list)
    parts: list[PagedList[Row]] = field(default_factory=list)
    long: bool = False
    cut: bool = False
    narrowed: bool = False

    async def begin(self) -> None:
        """The first page of each type, and the rest too if the budget holds it."""
        self.whole = [self._strand(kind, None) for kind in self.wish.types]
        await read_next_pages(self.whole, self.purse)
        self.long = sum(one.pages_ahead for one in self.whole) > self.purse.pages
        if not self.long:
            await read_all(self.whole, self.purse)
            self.cut = any(one.open for one in self.whole)

    async def narrow(self, session_ids: Iterable[str]) -> None:
        """Of a long room, these sessions in this order, as far as the budget goes."""
        if not self.long:
            return
        self.cut = not self.wish.by_session
        self.narrowed = True
        for session_id in session_ids:
            strands = [self._strand(kind, session_id) for kind in self.wish.vital]
            self.parts += strands
            await read_all(strands, self.purse)
            if any(one.open or one.trouble for one in strands):
                self.cut = True
                return

    @property
    def complete(self) -> bool:
        """True if nothing is missing that this kind of events was read for."""
        strands = (*self.whole, *self.parts)
        unread = self.cut or any(one.trouble or one.unreadable for one in strands)
        if self.long:
            return self.narrowed and not unread and not any(one.open for one in self.parts)
        return bool(self.whole) and not unread and not any(one.open for one in self.whole)

    @property
    def found(self) -> Sequence[Row]:
        """Everything read, in no order, repeats included."""
        return [row for strand in (*self.whole, *self.parts) for row in strand.found]

    @property
    def notes(self) -> tuple[str, ...]:
        """Why rows are missing, in sentences."""
        strands = (*self.whole, *self.parts)
        what, harm = self.wish.what, self.wish.harm
        notes = [
            f"The room's {what} could not all be read ({why}); {harm}."
            for why in troubles_of(strands)
        ]
        unreadable = sum(one.unreadable for one in strands)
        if unreadable:
            notes.append(f"{unreadable:,} of the room's {what} could not be read; {harm}.")
        if self.cut:
            count = sum(one.rows for one in strands)
            notes.append(
                f"The room has more {what} than one look-up may read; {count:,} were read, those "
                f"of the calls asked about first, so that {harm}."
            )
        return tuple(notes)

    def _strand(self, kind: str, session_id: str | None) -> PagedList[Row]:
        query = EventQuery(self.room_id, kind, session_id=session_id)
        return PagedList(lambda start: self.ask(query, start))


def tracks_of(hundredms: HundredMs, room_id: str, pages: int) -> RoomReader[TrackEvent]:
    """A reader of the room's track events."""

    async def ask(query: EventQuery, start: str) -> ListPage[TrackEvent]:
        page = await hundredms.track_events(query, start)
        return ListPage(page.events, page.rows, page.total, page.next, page.unreadable)

    return RoomReader(ask, room_id, TRACK_EVENTS, PageBudget(pages))


def around_of(hundredms: HundredMs, room_id: str, pages: int) -> RoomReader[ErrorEvent]:
    """A reader of the room's error events, whoever had them."""

    async def ask(query: EventQuery, start: str) -> ListPage[ErrorEvent]:
        page = await hundredms.events(query, start)
        known = tuple(event for event in page.events if event.type in ERROR_TYPES)
        return ListPage(known, page.rows, page.total, page.next, page.unreadable)

    return RoomReader(ask, room_id, OTHER_ERRORS, PageBudget(pages))
