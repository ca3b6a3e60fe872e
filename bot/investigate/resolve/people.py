"""From a clue that names a peer or a user to what it may mean."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.errors import NothingFound, ServiceTrouble
from bot.domain.query import Identifier, IdentifierKind
from bot.domain.rooms import Room
from bot.domain.target import Target
from bot.investigate.budget import Budget
from bot.investigate.paging.prefetch import Prefetch, ignore_result
from bot.investigate.ports import HundredMs, Workspaces
from bot.investigate.resolve.rooms import RoomMatch, ask_each_workspace, fetch_room, find_rooms
from bot.investigate.resolve.session_search import SearchCoverage, SessionSearch, Sighting, Wanted
from bot.investigate.room_index import BestEffortRoomIndex

Match = tuple[Target, Sighting | None]
"""A target, and the session in which the person was seen, if one was."""


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found, and which workspaces could not be asked, and why."""

    found: Sequence[Match]
    troubles: tuple[ServiceTrouble, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonSearch:
    """Looks for one person in every workspace."""

    workspaces: Workspaces
    recall: BestEffortRoomIndex
    budget: Budget
    now: datetime
    ahead: Prefetch = field(default_factory=Prefetch)

    async def find(self, clue: Identifier) -> Matches:
        """Everything the clue may mean, most recent first.

        Local knowledge first, then a room of that name (a UUID may be one) before sessions,
        though both are searched at once. Raises NothingFound, saying what was searched, or what
        100ms raised.
        """
        known = await self._known(clue)
        if known:
            return Matches(known)
        seen = asyncio.ensure_future(self._seen(clue))
        try:
            named = await self._named(clue)
            return named if named.found else await seen
        finally:
            seen.add_done_callback(ignore_result)
            seen.cancel()

    async def _known(self, clue: Identifier) -> list[Match]:
        if clue.kind is IdentifierKind.USER:
            return []
        pairs = [
            (self.workspaces[alias], room_id)
            for alias, room_id in await self.recall.rooms_of_peer(clue.value)
            if alias in self.workspaces
        ]
        rooms = await asyncio.gather(*(fetch_room(*pair, self.ahead) for pair in pairs))
        return [(Target("peer", room, peer_id=clue.value), None) for room in rooms if room]

    async def _named(self, clue: Identifier) -> Matches:
        """Rooms named so: unnamed rooms get a UUID for a name."""
        if clue.kind is not IdentifierKind.UUID:
            return Matches([])
        search = await find_rooms(clue, self.workspaces, self.recall)
        found: list[Match] = [(Target("room", place.room), None) for place in search.places]
        return Matches(found, search.troubles)

    async def _seen(self, clue: Identifier) -> Matches:
        searches, troubles = await ask_each_workspace(
            self.workspaces, lambda hundredms: self._search(hundredms, clue)
        )
        matches = [match for _, found in searches for match in found]
        if matches:
            return Matches(sorted(matches, key=_recency, reverse=True), troubles)
        if troubles:
            raise troubles[0]
        raise nothing_found(clue, [searched for searched, _ in searches])

    async def _search(
        self, hundredms: HundredMs, clue: Identifier
    ) -> Sequence[tuple[SearchCoverage, list[Match]]]:
        searched = await SessionSearch(
            hundredms,
            clue.value,
            wanted(clue),
            self.budget,
            every=clue.kind is IdentifierKind.USER,
            searched=SearchCoverage(hundredms.alias),
        ).run(self.now)
        return [(searched, await self._matches(hundredms, clue, searched.sightings))]

    async def _matches(
        self, hundredms: HundredMs, clue: Identifier, sightings: Iterable[Sighting]
    ) -> list[Match]:
        """One match for each room, with the latest sighting in it."""
        latest: dict[str, Sighting] = {}
        for sighting in sorted(sightings, key=_when):
            latest[sighting.session.room_id] = sighting
        rooms = await asyncio.gather(
            *(fetch_room(hundredms, room_id, self.ahead) for room_id in latest)
        )
        return [
            (self._target(clue, room or Room(room_id, hundredms.alias), sighting), sighting)
            for (room_id, sighting), room in zip(latest.items(), rooms, strict=True)
        ]

    @staticmethod
    def _target(clue: Identifier, room: Room, sighting: Sighting) -> Target:
        if clue.kind is IdentifierKind.USER:
            return Target("user", room, user_id=sighting.peer.user_id)
        return Target("peer", room, peer_id=sighting.peer.id)


def wanted(clue: Identifier) -> Wanted:
    """Whether a session's peer is the person: peer ids ignore case, user ids do not."""
    if clue.kind is IdentifierKind.USER:
        return lambda peer: peer.user_id == clue.value
    lower = clue.value.lower()
    return lambda peer: peer.id.lower() == lower


def _when(sighting: Sighting) -> float:
    moment = sighting.peer.joined_at or sighting.session.created_at
    return moment.timestamp() if moment else 0.0


def _recency(match: Match) -> float:
    return _when(match[1]) if match[1] else 0.0


def in_place(clue: Identifier, place: RoomMatch) -> Target:
    """The person in a room that was named with them; nothing to search."""
    if clue.kind is IdentifierKind.USER:
        return Target("user", place.room, place.session, user_id=clue.value)
    return Target("peer", place.room, place.session, peer_id=clue.value)


def nothing_found(clue: Identifier, searches: Sequence[SearchCoverage]) -> NothingFound:
    """What was searched, how far back, and what to paste instead."""
    who = "user" if clue.kind is IdentifierKind.USER else "peer"
    looked = "; ".join(_covered(searched, len(searches) > 1) for searched in searches)
    first = "earlier look-ups, " if who == "peer" else ""
    named = (
        "rooms of that name (enabled and disabled), " if clue.kind is IdentifierKind.UUID else ""
    )
    return NothingFound(
        f"No {who} {clue.value} is known. Searched: {first}{named}{looked}. "
        "Somebody who never got in appears in no session, so this does not show that they "
        "did not try.",
        headline=f"I could not find that {who}",
        next_step=f"Paste it with its room: `{who} {clue.value} in <room id, name or link>`, "
        "or paste the room id, the session id or the join link.",
    )


def _covered(searched: SearchCoverage, several: bool) -> str:  # noqa: FBT001  a private formatter
    words = f"{searched.active:,} active and {searched.ended:,} ended sessions"
    if searched.since:
        words += f" back to {searched.since:%Y-%m-%d %H:%M} UTC (30 days)"
    if searched.cut:
        words += ", where the limit of calls for one look-up was reached: there are more"
    if searched.unreadable:
        words += f" ({searched.unreadable:,} more sessions or people in them could not be read)"
    return f"{words} in workspace {searched.workspace}" if several else words
