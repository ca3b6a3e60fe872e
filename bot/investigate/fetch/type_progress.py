"""The state of one event type: the chain of its pages, and parts read beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from bot.domain.events import EVENT_RETENTION, ErrorEvent, is_error_type
from bot.domain.report import TypeTally
from bot.investigate.fetch.paged_list import PAGE
from bot.investigate.fetch.pagination import Pagination, incompleteness_note
from bot.investigate.ports import EventQuery

FEW_PAGES = 5
"""A chain of at most this many pages is read faster than parts are found."""

DOMINATES = 4
"""A type is split if it holds at least this fraction (1/n) of all pages.

Below it the other types keep the calls busy anyway.
"""

EDGE = timedelta(minutes=10)
"""Events this close to the end of 100ms' retention may be dropped during the reading."""


@dataclass(slots=True)
class EventTypeState:
    """The events of one type so far.

    Until parts are read, the chain holds all events. From then on `known_events` holds every
    distinct event of both, and `matching_count` counts those of the requested type, because 100ms'
    own sample of one type holds an event of another.
    """

    query: EventQuery
    chain: Pagination = field(init=False)
    known_events: dict[str, ErrorEvent] | None = None
    matching_count: int = 0
    oldest: ErrorEvent | None = None
    proved: bool = False
    _shown: int = 0

    def __post_init__(self) -> None:
        self.chain = Pagination(self.query)

    @property
    def begun(self) -> bool:
        """Whether the first page has arrived or has failed.

        Stays true when the chain is restarted.
        """
        chain = self.chain
        return chain.started or chain.restarted or chain.trouble is not None

    @property
    def blind(self) -> bool:
        """Whether nothing at all could be read."""
        chain = self.chain
        return chain.trouble is not None and not (
            chain.started or chain.events or self.known_events
        )

    @property
    def error_events(self) -> Iterator[ErrorEvent]:
        """The events that were read, without stray rows that report a success, such as a track."""
        alone = self.known_events is None or (not self.proved and self.chain.tally.note is None)
        events = self.chain.events if alone or self.known_events is None else self.known_events
        return (event for event in events.values() if is_error_type(event.type))

    def is_worth_splitting(self, cap: int, rows: int) -> bool:
        """Return whether the chain is worth splitting.

        It is if it is long, holds a large part of all `rows`, and has a total that can prove
        something.
        """
        chain = self.chain
        if chain.total is None or chain.counts_pages or chain.ended_early or self.query.peer_id:
            return False
        return FEW_PAGES * PAGE < chain.total <= cap and chain.total * DOMINATES > rows

    def divide(self) -> None:
        """From now on, also accept events from other queries than the chain."""
        if self.known_events is None:
            self.known_events = {}
            self.take(self.chain.events.values())

    def start_from(self, events: Iterable[ErrorEvent]) -> None:
        """Start from the events of an earlier look-up, as there may be no new ones."""
        self.divide()
        self.take(events)

    def take(self, events: Iterable[ErrorEvent]) -> None:
        """Add events of the chain or of a part."""
        if self.known_events is None:
            return
        for event in events:
            if event.id in self.known_events:
                continue
            self.known_events[event.id] = event
            self.matching_count += event.type == self.query.type
            if self.oldest is None or event.at < self.oldest.at:
                self.oldest = event

    def prove(self, first: int, total: int | None, since: datetime | None) -> bool:
        """Return whether the first `first` known events, cut to `since`, are as many as `total`.

        If so, they are all the events there are; others arrived since then or are no longer kept.
        """
        first_events = islice((self.known_events or {}).values(), first)
        retained = {event.id: event for event in first_events if since is None or event.at >= since}
        count = sum(event.type == self.query.type for event in retained.values())
        if count != total:
            return False
        self.known_events, self.matching_count, self.proved = retained, count, True
        return True

    def is_all_known(self, now: datetime) -> bool:
        """Return whether an earlier look-up and the chain so far have read everything.

        If so, the state is marked as proved. The order of events is not documented, so new ones may
        be on any page. The chain is read until its own total is reached: that is one page if
        nothing is new, and all pages if the new ones come last.
        """
        chain = self.chain
        if (
            self.known_events is None
            or chain.counts_pages
            or self.matching_count < (chain.total or 0)
        ):
            return False
        since = self.retained_since(chain.events.values(), now)
        return self.prove(len(self.known_events), chain.total, since)

    def retained_since(self, latest: Iterable[ErrorEvent], now: datetime) -> datetime | None:
        """Return the time since which no event can have been dropped.

        It is the time of the oldest event in `latest`. Returns None if no event can have been
        dropped.
        """
        if self.oldest is None or self.oldest.at > now - EVENT_RETENTION + EDGE:
            return None
        return min((event.at for event in latest), default=self.oldest.at)

    def clear(self) -> None:
        """Release all events after the reading."""
        self.chain.events.clear()
        self.known_events = None

    @property
    def shown(self) -> int:
        """Number of events read, for progress display.

        It never falls and never exceeds the total.
        """
        rows = self.chain.rows if self.known_events is None else self.matching_count
        total = self.chain.total
        self._shown = max(self._shown, rows if total is None else min(rows, total))
        return self._shown

    @property
    def total(self) -> int | None:
        """The total that 100ms reports, never less than the number shown."""
        total = self.chain.total
        return None if total is None else max(total, self._shown)

    @property
    def tally(self) -> TypeTally:
        """The number of events and the total, with the reason in words if they differ."""
        if self.proved:
            return TypeTally(self.matching_count, self.matching_count, None, self.chain.unreadable)
        chain = self.chain.tally
        if self.known_events is None or chain.note is None:
            return chain
        fetched = max(chain.fetched, self.matching_count)
        return TypeTally(
            fetched, chain.total, incompleteness_note(self.chain, fetched), chain.unreadable
        )
