"""Resolves an identifier of a peer or user to its possible targets.

The API has no call for the room of a peer or user that is named alone. Sessions list their peers,
so the sessions are searched: the active ones, and beside them the ended ones, newest first, in time
windows fetched side by side.
https://www.100ms.live/docs/server-side/v2/api-reference/Sessions/list-sessions
"""

import asyncio
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.errors import NothingFound, ServiceTrouble
from bot.domain.events import EVENT_RETENTION
from bot.domain.query import Identifier, IdentifierKind
from bot.domain.rooms import Peer, Room, Session
from bot.domain.target import Target
from bot.investigate.background import cancel_soon, ignore_result
from bot.investigate.budget import Budget
from bot.investigate.fetch.pagination import Prefetch
from bot.investigate.ports import HundredMs, Workspaces
from bot.investigate.resolve.rooms import RoomMatch, ask_each_workspace, fetch_room, find_rooms
from bot.investigate.room_index import BestEffortRoomIndex

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


Match = tuple[Target, PeerMatch | None]
"""A target, and the session in which the person was seen, if there is one."""


@dataclass(frozen=True, slots=True)
class Matches:
    """The matches, and the errors of workspaces that could not be asked."""

    matches: Sequence[Match]
    troubles: tuple[ServiceTrouble, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonSearch:
    """Searches for one person in every workspace."""

    workspaces: Workspaces
    room_index: BestEffortRoomIndex
    budget: Budget
    now: datetime
    prefetch: Prefetch = field(default_factory=Prefetch)

    async def find(self, identifier: Identifier) -> Matches:
        """Return every possible match of the identifier, most recent first.

        The room index is asked first. A room of that name (a UUID may be one) takes precedence over
        sessions, though both are searched at once. A user may have been in many rooms, so their
        sessions are searched, too. Raises NothingFound, which says what was searched, or the error
        of 100ms.
        """
        known_matches = await self._from_index(identifier)
        if identifier.kind is IdentifierKind.USER:
            return await self._of_user(identifier, known_matches)
        if known_matches:
            return Matches(known_matches)
        search = asyncio.ensure_future(self._from_sessions(identifier))
        try:
            named = await self._from_room_names(identifier)
            return named if named.matches else await search
        finally:
            search.add_done_callback(ignore_result)
            search.cancel()

    async def _from_index(self, identifier: Identifier) -> list[Match]:
        index, value = self.room_index, identifier.value
        is_user = identifier.kind is IdentifierKind.USER
        known = await (index.rooms_of_user(value) if is_user else index.rooms_of_peer(value))
        pairs = [
            (self.workspaces[alias], room_id)
            for alias, room_id in known
            if alias in self.workspaces
        ]
        rooms = await asyncio.gather(*(fetch_room(*pair, self.prefetch) for pair in pairs))
        return [(_target_of(identifier, room), None) for room in rooms if room]

    async def _of_user(self, identifier: Identifier, known: Sequence[Match]) -> Matches:
        """Return the rooms of a user's sessions, and those in which only a webhook names them.

        Somebody who never got in is in no session.
        """
        try:
            found = await self._from_sessions(identifier)
        except NothingFound:
            if not known:
                raise
            return Matches(known)
        seen = {_place_of(match) for match in found.matches}
        others = [match for match in known if _place_of(match) not in seen]
        return replace(found, matches=(*found.matches, *others))

    async def _from_room_names(self, identifier: Identifier) -> Matches:
        """Return rooms of that name: rooms created without a name get a UUID as name."""
        if identifier.kind is not IdentifierKind.UUID:
            return Matches([])
        search = await find_rooms(identifier, self.workspaces, self.room_index)
        matches: list[Match] = [(Target("room", place.room), None) for place in search.places]
        return Matches(matches, search.troubles)

    async def _from_sessions(self, identifier: Identifier) -> Matches:
        searches, troubles = await ask_each_workspace(
            self.workspaces, lambda hundredms: self._search(hundredms, identifier)
        )
        matches = [match for _, group in searches for match in group]
        if matches:
            return Matches(sorted(matches, key=_recency, reverse=True), troubles)
        if troubles:
            raise troubles[0]
        raise nothing_found_error(identifier, [coverage for coverage, _ in searches])

    async def _search(
        self, hundredms: HundredMs, identifier: Identifier
    ) -> Sequence[tuple[SearchCoverage, list[Match]]]:
        coverage = await SessionSearch(
            hundredms,
            identifier.value,
            peer_predicate(identifier),
            self.budget,
            every=identifier.kind is IdentifierKind.USER,
            coverage=SearchCoverage(hundredms.alias),
        ).run(self.now)
        return [(coverage, await self._matches(hundredms, identifier, coverage.sightings))]

    async def _matches(
        self, hundredms: HundredMs, identifier: Identifier, sightings: Iterable[PeerMatch]
    ) -> list[Match]:
        """Return one match for each room, with the latest sighting in it."""
        latest: dict[str, PeerMatch] = {}
        for sighting in sorted(sightings, key=lambda sighting: sighting.seen_at):
            latest[sighting.session.room_id] = sighting
        rooms = await asyncio.gather(
            *(fetch_room(hundredms, room_id, self.prefetch) for room_id in latest)
        )
        return [
            (self._target(identifier, room or Room(room_id, hundredms.alias), sighting), sighting)
            for (room_id, sighting), room in zip(latest.items(), rooms, strict=True)
        ]

    @staticmethod
    def _target(identifier: Identifier, room: Room, sighting: PeerMatch) -> Target:
        if identifier.kind is IdentifierKind.USER:
            return Target("user", room, user_id=sighting.peer.user_id)
        return Target("peer", room, peer_id=sighting.peer.id)


def peer_predicate(identifier: Identifier) -> PeerPredicate:
    """Return a predicate for the person's peers: peer ids ignore case, user ids do not."""
    if identifier.kind is IdentifierKind.USER:
        return lambda peer: peer.user_id == identifier.value
    lower = identifier.value.lower()
    return lambda peer: peer.id.lower() == lower


def _recency(match: Match) -> float:
    return match[1].seen_at if match[1] else 0.0


def _place_of(match: Match) -> tuple[str, str]:
    return match[0].room.workspace, match[0].room.id


def target_in_room(identifier: Identifier, place: RoomMatch) -> Target:
    """Return the person in the room that was named with them, without a search."""
    return _target_of(identifier, place.room, place.session)


def _target_of(identifier: Identifier, room: Room, session: Session | None = None) -> Target:
    if identifier.kind is IdentifierKind.USER:
        return Target("user", room, session, user_id=identifier.value)
    return Target("peer", room, session, peer_id=identifier.value)


def nothing_found_error(identifier: Identifier, searches: Sequence[SearchCoverage]) -> NothingFound:
    """Return an error that says what was searched, how far back, and what to paste instead."""
    who = "user" if identifier.kind is IdentifierKind.USER else "peer"
    looked = "; ".join(_coverage_words(coverage, len(searches) > 1) for coverage in searches)
    first = "earlier look-ups, " if who == "peer" else ""
    named = (
        "rooms of that name (enabled and disabled), "
        if identifier.kind is IdentifierKind.UUID
        else ""
    )
    return NothingFound(
        f"No {who} {identifier.value} in {first}{named}{looked}. Somebody who never got in "
        "appears in no session, so they may still have tried.",
        headline=f"I couldn't find that {who}",
        next_step=f"Paste it with its room: `{who} {identifier.value} in <room id, name or link>`, "
        "or paste the room id, the session id or the join link.",
    )


def _coverage_words(coverage: SearchCoverage, several: bool) -> str:  # noqa: FBT001  a private formatter
    words = f"{coverage.active:,} active and {coverage.ended:,} ended sessions"
    if coverage.since:
        words += f" back to {coverage.since:%Y-%m-%d %H:%M} UTC (30 days)"
    if coverage.cut:
        words += ", where the limit of calls for one look-up was reached: there are more"
    if coverage.unreadable:
        words += f" ({coverage.unreadable:,} more sessions or people in them could not be read)"
    return f"{words} in workspace {coverage.workspace}" if several else words
