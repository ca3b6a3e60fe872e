"""Snapshots of queries and the opaque cursors that walk through them."""

import base64
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workbench.pretend_hundredms.ids import base62, digest, uuid_of
from workbench.pretend_hundredms.shelf import Filters, Rows
from workbench.pretend_hundredms.world import Event

_CURSORS_KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The result of a first query: ``positions`` in ``rows``, in the order of the answer."""

    id: str
    workspace: str
    filters: Filters
    taken_at: datetime
    rows: Rows
    positions: Sequence[int]
    distinct: int
    stray: Event | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The start of a page in a snapshot; ``page`` counts from 1, ``blank`` pages hold nothing."""

    snapshot: Snapshot
    offset: int = 0
    page: int = 1
    blank: bool = False


class Cursors:
    """All cursors given out. The oldest are forgotten when there are very many."""

    def __init__(self) -> None:
        self._places: OrderedDict[str, Place] = OrderedDict()
        self._snapshots = 0

    def new_id(self) -> str:
        """The id of the next snapshot."""
        self._snapshots += 1
        return uuid_of("snapshot", self._snapshots)

    def give(self, place: Place) -> str:
        """A cursor for a place; the same place always gets the same one."""
        parts = (place.snapshot.id, place.offset, place.page, place.blank)
        # 64 bytes give base64 text that ends in "==", as the documented cursors do.
        tail = base64.urlsafe_b64encode(digest("tail", *parts)).decode()
        cursor = f"{place.snapshot.id}:{base62(7, *parts)}:0~{tail}"
        self._places[cursor] = place
        if len(self._places) > _CURSORS_KEPT:
            self._places.popitem(last=False)
        return cursor

    def find(self, cursor: str) -> Place | None:
        """The place a cursor stands for; None if it was never given out."""
        return self._places.get(cursor)

    def page(self, cursor: str | None) -> int:
        """Return the page that a call asks for; a call without a cursor asks for the first."""
        place = self.find(cursor) if cursor else None
        return place.page if place else 1
