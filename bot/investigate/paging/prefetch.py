"""First pages of events, asked for before it is certain that they are wanted.

A room and its events could be asked for one after the other: two round trips before the first
true number. Asked for together they cost one; the pages are thrown away if the id turns out to
be no room's.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.query import Identifier, IdentifierKind
from bot.investigate.ports import EventQuery, HundredMs, RawPage

GRACE_SECONDS = 1.0
"""Calls in flight that nobody wants may end by themselves: cutting one costs its connection."""

_Key = tuple[str, EventQuery]


@dataclass(slots=True)
class Prefetch:
    """The pages under way for one question. `person` is the one peer or user it names, if any."""

    types: Sequence[str] = ()
    person: Identifier | None = None
    _pages: dict[_Key, "asyncio.Task[RawPage]"] = field(default_factory=dict)

    def start(self, hundredms: HundredMs, room_id: str) -> None:
        """Ask for the first page of each type, as if this were the room."""
        for query in first_page_queries(room_id, self.types, self.person):
            key = (hundredms.alias, query)
            if key not in self._pages:
                page = asyncio.ensure_future(hundredms.page(query))
                page.add_done_callback(ignore_result)
                self._pages[key] = page

    def take(self, hundredms: HundredMs, query: EventQuery) -> "asyncio.Task[RawPage] | None":
        """The first page of that query, if it was asked for; each is given away once."""
        return self._pages.pop((hundredms.alias, query), None)

    def close(self) -> None:
        """Let go of the pages that nobody took."""
        cancel_soon(self._pages.values())
        self._pages.clear()


def first_page_queries(
    room_id: str, types: Sequence[str], person: Identifier | None
) -> list[EventQuery]:
    """One query for each type, of the whole room or of one person in it."""
    user_id = person.value if person and person.kind is IdentifierKind.USER else None
    peer_id = person.value if person and person.kind is not IdentifierKind.USER else None
    return [EventQuery(room_id, kind, peer_id, user_id) for kind in types]


def cancel_soon(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Nobody waits for these any more: what is in flight may end, within a second."""
    for task in tasks:
        task.add_done_callback(ignore_result)
        if not task.done():
            asyncio.get_running_loop().call_later(GRACE_SECONDS, task.cancel)


def ignore_result(task: "asyncio.Task[Any]") -> None:
    """What became of it interests only who takes it; asyncio would log it otherwise."""
    if not task.cancelled():
        task.exception()
