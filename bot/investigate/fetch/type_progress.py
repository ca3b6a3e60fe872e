"""What is known of one event type: the chain of its pages, and parts read beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from bot.domain.events import ErrorEvent, is_error_type
from bot.domain.report import TypeTally
from bot.investigate.budget import EVENT_RETENTION
from bot.investigate.paging.paged_list import PAGE
from bot.investigate.paging.pagination import Pagination, incompleteness_note
from bot.investigate.ports import EventQuery

FEW_PAGES = 5
"""A chain of so many pages is walked faster than parts are found."""

DOMINATES = 4
"""A type with this part of all pages is worth it: else the other types keep the calls busy."""

EDGE = timedelta(minutes=10)
"""Events so close to the end of what 100ms keeps may fall out while we read."""


@dataclass(slots=True)
class EventTypeState:
    """One type's events so far.

    Until parts are read beside it, the chain is all there is. From then on `known` holds every
    distinct event of both, and `asked` counts those of the type asked for: 100ms' own sample of
    one type holds an event of another.
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
        """True once its first page is in, or will not come; also while it is begun again."""
        chain = self.chain
        return chain.started or chain.restarted or chain.trouble is not None

    @property
    def blind(self) -> bool:
        """True if nothing at all could be read."""
        chain = self.chain
        return chain.trouble is not None and not (
            chain.started or chain.events or self.known_events
        )

    @property
    def error_events(self) -> Iterator[ErrorEvent]:
        """What was read, but for stray rows that tell of a success, such as a track's."""
        alone = self.known_events is None or (not self.proved and self.chain.tally.note is None)
        events = self.chain.events if alone or self.known_events is None else self.known_events
        return (event for event in events.values() if is_error_type(event.type))

    def is_worth_splitting(self, cap: int, rows: int) -> bool:
        """True of a long chain with much of all the `rows`, whose total can prove something."""
        chain = self.chain
        if chain.total is None or chain.counts_pages or chain.ended_early or self.query.peer_id:
            return False
        return FEW_PAGES * PAGE < chain.total <= cap and chain.total * DOMINATES > rows

    def divide(self) -> None:
        """From now on events are read elsewhere, too."""
        if self.known_events is None:
            self.known_events = {}
            self.take(self.chain.events.values())

    def start_from(self, events: Iterable[ErrorEvent]) -> None:
        """Start from what an earlier look-up read: nothing may be new."""
        self.chain.read_before_next = True
        self.divide()
        self.take(events)

    def take(self, events: Iterable[ErrorEvent]) -> None:
        """Fold in events of the chain or of a part."""
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
        """Whether the first so many known events, cut to `since`, are as many as `total`.

        Then they are all there are; others arrived since, or are kept no longer.
        """
        first_events = islice((self.known_events or {}).values(), first)
        retained = {event.id: event for event in first_events if since is None or event.at >= since}
        count = sum(event.type == self.query.type for event in retained.values())
        if count != total:
            return False
        self.known_events, self.matching_count, self.proved = retained, count, True
        return True

    def is_all_known(self, now: datetime) -> bool:
        """Whether an earlier look-up and the chain so far have read everything; settles it.

        The order of events is not documented, so that new ones may be on any page. The chain
        is read until its own total is reached: that is one page if nothing is new, and all of
        them if what is new comes last.
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
        """Events since then have not fallen out, as `shown` is there; None: that is true of all."""
        if self.oldest is None or self.oldest.at > now - EVENT_RETENTION + EDGE:
            return None
        return min((event.at for event in latest), default=self.oldest.at)

    def clear(self) -> None:
        """Let go of every event: the reading is over."""
        self.chain.events.clear()
        self.known_events = None

    @property
    def shown(self) -> int:
        """Events read so far, for people to watch: never falls, never exceeds the total."""
        rows = self.chain.rows if self.known_events is None else self.matching_count
        total = self.chain.total
        self._shown = max(self._shown, rows if total is None else min(rows, total))
        return self._shown

    @property
    def total(self) -> int | None:
        """What 100ms names as the total, never less than what was shown."""
        total = self.chain.total
        return None if total is None else max(total, self._shown)

    @property
    def tally(self) -> TypeTally:
        """Events against total, with the reason in words if they differ."""
        if self.proved:
            return TypeTally(self.matching_count, self.matching_count, None, self.chain.unreadable)
        chain = self.chain.tally
        if self.known_events is None or chain.note is None:
            return chain
        fetched = max(chain.fetched, self.matching_count)
        return TypeTally(
            fetched, chain.total, incompleteness_note(self.chain, fetched), chain.unreadable
        )
