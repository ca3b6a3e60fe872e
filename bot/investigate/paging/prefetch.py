"""Prefetches first pages of events before it is certain that they are needed.

Requesting a room and its events one after the other takes two round trips before the first number
can be shown. Requested together they take one; the pages are discarded if the id turns out not to
be a room's.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.query import Identifier, IdentifierKind
from bot.investigate.ports import EventQuery, HundredMs, RawPage

GRACE_SECONDS = 1.0
"""Seconds that unneeded calls may take to end by themselves.

Cancelling a call at once costs its connection.
"""

_Key = tuple[str, EventQuery]


@dataclass(slots=True)
class Prefetch:
    """The pages under way for one question. `person` is the peer or user it names, if any."""

    types: Sequence[str] = ()
    person: Identifier | None = None
    _pages: dict[_Key, "asyncio.Task[RawPage]"] = field(default_factory=dict)

    def start(self, hundredms: HundredMs, room_id: str) -> None:
        """Request the first page of each type, assuming that this is the room."""
        for query in first_page_queries(room_id, self.types, self.person):
            key = (hundredms.alias, query)
            if key not in self._pages:
                page = asyncio.ensure_future(hundredms.page(query))
                page.add_done_callback(ignore_result)
                self._pages[key] = page

    def take(self, hundredms: HundredMs, query: EventQuery) -> "asyncio.Task[RawPage] | None":
        """Remove and return the first page of that query; None if it was not requested."""
        return self._pages.pop((hundredms.alias, query), None)

    def close(self) -> None:
        """Cancel the pages that were not taken."""
        cancel_soon(self._pages.values())
        self._pages.clear()


def first_page_queries(
    room_id: str, types: Sequence[str], person: Identifier | None
) -> list[EventQuery]:
    """Return one query for each type, of the whole room or of one person in it."""
    user_id = person.value if person and person.kind is IdentifierKind.USER else None
    peer_id = person.value if person and person.kind is not IdentifierKind.USER else None
    return [EventQuery(room_id, kind, peer_id, user_id) for kind in types]


def cancel_soon(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancel the tasks in a second; calls that end by then keep their connections."""
    for task in tasks:
        task.add_done_callback(ignore_result)
        if not task.done():
            asyncio.get_running_loop().call_later(GRACE_SECONDS, task.cancel)


def ignore_result(task: "asyncio.Task[Any]") -> None:
    """Retrieve the task's exception, so that asyncio does not log it as never retrieved."""
    if not task.cancelled():
        task.exception()
