"""Reads lists page by page in step, so that a budget always cuts them at the same place."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.domain.errors import BotError
from bot.investigate.fetch.pagination import EMPTY_PAGES
from bot.investigate.ports import ExpiredCursor

PAGE = 100
"""Rows of a full page; 100ms allows no more."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class ListPage(Generic[Row]):
    """One page of any list; `following` is the next page's cursor, "" if there is none.

    `rows` counts the rows received, and `items` holds those that could be read. `total` is None if
    100ms does not report it. `unreadable` counts the rows that should have been readable but were
    not.
    """

    items: Sequence[Row]
    rows: int
    total: int | None
    following: str
    unreadable: int = 0


Ask = Callable[[str], Awaitable[ListPage[Row]]]


@dataclass(slots=True)
class PageBudget:
    """Number of pages that may still be requested."""

    pages: int


@dataclass(slots=True)
class PagedList(Generic[Row]):
    """One list so far. `open` while it has more; `trouble` says in words why it ended early."""

    ask: Ask[Row]
    items: list[Row] = field(default_factory=list)
    open: bool = True
    trouble: str = ""
    rows: int = 0
    unreadable: int = 0
    total: int | None = None
    _start: str = ""
    _empty: int = 0
    _seen: set[str] = field(default_factory=set)

    @property
    def pages_ahead(self) -> int:
        """Pages still to come, as far as the total shows."""
        if not self.open or self.total is None:
            return 0
        return max(0, -(-(self.total - self.rows) // PAGE))

    async def step(self) -> None:
        """Read the next page. An error closes the list; the rows read so far are kept."""
        try:
            page = await self.ask(self._start)
        except BotError as error:
            self._stop(error.cause)
        except ExpiredCursor:
            self._stop("100ms no longer knows the place we had reached")
        else:
            self._take(page)

    def _take(self, page: ListPage[Row]) -> None:
        self.items += page.items
        self.rows += page.rows
        self.unreadable += page.unreadable
        self.total = page.total if self.total is None else self.total
        self._empty = 0 if page.rows else self._empty + 1
        if not page.following:
            self.open = False
            if self.total is not None and self.rows < self.total:
                self._stop(f"100ms sent {self.rows:,} of {self.total:,}")
        elif page.following in self._seen or self._empty >= EMPTY_PAGES:
            self._stop("100ms repeated a page")
        self._seen.add(page.following)
        self._start = page.following

    def _stop(self, reason: str) -> None:
        self.open, self.trouble = False, reason


async def read_next_pages(lists: Iterable[PagedList[Row]], budget: PageBudget) -> None:
    """Read one page of each open list, side by side.

    If the budget is too small, only the first lists are read.
    """
    ready = [paged_list for paged_list in lists if paged_list.open][: budget.pages]
    budget.pages -= len(ready)
    async with asyncio.TaskGroup() as group:
        for paged_list in ready:
            group.create_task(paged_list.step())


async def read_all(lists: Sequence[PagedList[Row]], budget: PageBudget) -> None:
    """Read all lists to their ends, or until the budget is used up."""
    while budget.pages > 0 and any(paged_list.open for paged_list in lists):
        await read_next_pages(lists, budget)


def troubles_of(lists: Iterable[PagedList[Row]]) -> tuple[str, ...]:
    """Return the distinct reasons why lists ended early, without a full stop."""
    return tuple(
        dict.fromkeys(paged_list.trouble.rstrip(". ") for paged_list in lists if paged_list.trouble)
    )
