"""Finds the room of a peer or user that is named alone; the API has no call for it.

Sessions list their peers, so the sessions are searched: the active ones, and beside them the ended
ones, newest first, in time windows fetched side by side.
https://www.100ms.live/docs/server-side/v2/api-reference/Sessions/list-sessions
"""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.events import EVENT_RETENTION
from bot.domain.rooms import Peer, Session
from bot.investigate.background import cancel_soon
from bot.investigate.budget import Budget
from bot.investigate.ports import HundredMs

PeerPredicate = Callable[[Peer], bool]


@dataclass(frozen=True, slots=True)
class PeerMatch:
    """A peer seen in a session."""

    peer: Peer
    session: Session

    @property
    def seen_at(self) -> float:
        """The time of joining, else of the session's start, as Unix seconds; 0 if unknown."""
        moment = self.peer.joined_at or self.session.created_at
        return moment.timestamp() if moment else 0.0


@dataclass(slots=True)
class SearchCoverage:
    """The range and counts of a search, reported if it finds nothing."""

    workspace: str
    active: int = 0
    ended: int = 0
    since: datetime | None = None
    cut: bool = False
    unreadable: int = 0
    sightings: list[PeerMatch] = field(default_factory=list)

    def note(self, sessions: Sequence[Session], is_wanted: PeerPredicate, *, active: bool) -> bool:
        """Count a page of sessions and keep the matches in it; return whether there were any."""
        if active:
            self.active += len(sessions)
        else:
            self.ended += len(sessions)
        matches = [PeerMatch(p, s) for s in sessions for p in s.peers.values() if is_wanted(p)]
        self.sightings += matches
        return bool(matches)


@dataclass(slots=True)
class SessionSearch:
    """A search of one workspace.

    A peer id belongs to one session, so the first match ends the search. With `every` set, all 30
    days are read, because a user may have been in many rooms.
    """

    hundredms: HundredMs
    naming: str
    is_wanted: PeerPredicate
    budget: Budget
    every: bool
    coverage: SearchCoverage
    pages_left: int = 0
    finished: bool = False

    async def run(self, now: datetime) -> SearchCoverage:
        """Search all lists side by side until one contains the peer; raises the errors of 100ms."""
        self.coverage.since = now - EVENT_RETENTION
        self.pages_left = self.budget.ended_pages
        reads = [
            self._read(active=True, pages=self.budget.active_pages),
            *(
                self._read(active=False, after=after, before=before)
                for after, before in windows(now, self.budget.windows)
            ),
        ]
        readers = [asyncio.ensure_future(read) for read in reads]
        try:
            for reader in asyncio.as_completed(readers):
                if await reader and not self.every:
                    break
        except asyncio.CancelledError:
            for pending in readers:
                pending.cancel()
            raise
        finally:
            self.finished = True
            cancel_soon(readers)
        return self.coverage

    async def _read(
        self,
        *,
        active: bool,
        pages: int | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
    ) -> bool:
        """Read one list until its end or a match; return whether a wanted peer was found."""
        start, has_match = "", False
        hundredms = self.hundredms if active else self.hundredms.low_priority()
        while not self.finished and self._may_read(pages):
            pages = None if pages is None else pages - 1
            page = await hundredms.sessions(
                active=active, after=after, before=before, start=start, naming=self.naming
            )
            self.coverage.unreadable += page.lost
            if self.finished:
                return has_match
            has_match = (
                self.coverage.note(page.sessions, self.is_wanted, active=active) or has_match
            )
            start = page.last
            if not start or (has_match and not self.every):
                return has_match
        self.coverage.cut = self.coverage.cut or not self.finished
        return has_match

    def _may_read(self, pages: int | None) -> bool:
        """Take one page from the list's own limit, or from the limit that all windows share."""
        if pages is not None:
            return pages > 0
        self.pages_left -= 1
        return self.pages_left >= 0


def windows(now: datetime, count: int) -> list[tuple[datetime, datetime]]:
    """Return the last 30 days in equal parts, newest first; the newest ends a little after now."""
    step = EVENT_RETENTION / count
    edges = [now - step * index for index in range(count + 1)]
    edges[0] += timedelta(minutes=5)  # clocks differ
    return [(after, before) for before, after in itertools.pairwise(edges)]
