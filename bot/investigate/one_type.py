"""What is known of one event type: the chain of its pages, and parts read beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from bot.domain.events import ErrorEvent, is_error_type
from bot.domain.report import TypeTally
from bot.investigate.evidence_pages import PAGE
from bot.investigate.ports import EventQuery
from bot.investigate.walk import Walk, reason

FEW_PAGES = 5
"""A chain of so many pages is walked faster than parts are found."""

DOMINATES = 4
"""A type with this part of all pages is worth it: else the other types keep the calls busy."""


@dataclass(slots=True)
class OneType:
    """One type's events so far.

    Until parts are read beside it, the chain is all there is. From then on `known` holds every
    distinct event of both, and `asked` counts those of the type asked for: 100ms' own sample of
    one type holds an event of another.
    """

    query: EventQuery
    chain: Walk = field(init=False)
    known: dict[str, ErrorEvent] | None = None
    asked: int = 0
    oldest: ErrorEvent | None = None
    proved: bool = False
    _shown: int = 0

    def __post_init__(self) -> None:
        self.chain = Walk(self.query)

    @property
    def begun(self) -> bool:
        """True once its first page is in, or will not come."""
        return self.chain.started or self.chain.trouble is not None

    @property
    def failures(self) -> Iterator[ErrorEvent]:
        """What was read, but for stray rows that tell of a success, such as a track's."""
        read = self.chain.events if self.known is None else self.known
        return (event for event in read.values() if is_error_type(event.type))

    def worth_splitting(self, cap: int, rows: int) -> bool:
        """True of a long chain with much of all the `rows`, whose total can prove something."""
        chain = self.chain
        if chain.total is None or chain.counts_pages or chain.ended_early or self.query.peer_id:
            return False
        return FEW_PAGES * PAGE < chain.total <= cap and chain.total * DOMINATES > rows

    def divide(self) -> None:
        """From now on parts are read, too."""
        self.known = {}
        self.take(self.chain.events.values())

    def take(self, events: Iterable[ErrorEvent]) -> None:
        """Fold in events of the chain or of a part."""
        if self.known is None:
            return
        for event in events:
            if event.id in self.known:
                continue
            self.known[event.id] = event
            self.asked += event.type == self.query.type
            if self.oldest is None or event.at < self.oldest.at:
                self.oldest = event

    def prove(self, first: int, total: int | None, since: datetime | None) -> bool:
        """Whether the first so many known events, cut to `since`, are as many as `total`.

        Then they are all there are; others arrived since, or are kept no longer.
        """
        known = islice((self.known or {}).values(), first)
        kept = {event.id: event for event in known if since is None or event.at >= since}
        asked = sum(event.type == self.query.type for event in kept.values())
        if asked != total:
            return False
        self.known, self.asked, self.proved = kept, asked, True
        return True

    @property
    def shown(self) -> int:
        """Events read so far, for people to watch: never falls, never exceeds the total."""
        rows = self.chain.rows if self.known is None else self.asked
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
            return TypeTally(self.asked, self.asked, None)
        chain = self.chain.tally
        if self.known is None or chain.note is None:
            return chain
        read = max(chain.fetched, self.asked)
        return TypeTally(read, chain.total, reason(self.chain, read))
