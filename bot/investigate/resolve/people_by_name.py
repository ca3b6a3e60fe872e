"""Finds the people of one room by their names: in its sessions, and among those with errors.

A person who never got in is in no session and has only error events. Names are compared here and
stored nowhere. Only the latest sessions and a few pages of errors are read.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.domain.device import device_on_os
from bot.domain.events import ERROR_TYPES, ErrorEvent
from bot.domain.rooms import Peer, Room, Session
from bot.domain.text import fold_name, near_words
from bot.investigate.ports import EventQuery, ExpiredCursor, HundredMs

MOST_SUGGESTED = 5
PAGES = 5
"""The most pages of errors of each type that are read for a name."""
_LONG_AGO, _EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_RECONNECTING = timedelta(minutes=1)
"""The longest that 100ms may list a person twice: a lost connection ends late."""
_LEAST_PREFIX = 3
"""Letters from which a single word may be the beginning of a name."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A person's stay in a room, or their failed attempt to join it; `device` is "" if unknown."""

    room: Room
    peer: Peer
    begin: datetime | None
    end: datetime | None
    device: str = ""

    def is_other_person(self, other: "Stay") -> bool:
        """Return whether two stays of one name are of two people: at once, or by two devices."""
        if self.device and other.device and self.device != other.device:
            return True
        if not (self.begin and other.begin):
            return False
        end = min(self.end or _EVER, other.end or _EVER)
        return end - max(self.begin, other.begin) > _RECONNECTING


@dataclass(frozen=True, slots=True)
class NamedPeople:
    """People of some rooms: those `called` by a name, and those with a `near` name.

    `rooms` counts the rooms whose people were read.
    """

    called: Sequence[Stay] = ()
    near: Sequence[Stay] = ()
    rooms: int = 0


@dataclass(slots=True)
class _People:
    """The stays in a room by peer id; the devices come from the errors."""

    room: Room
    stays: dict[str, Stay] = field(default_factory=dict)

    def add_session(self, session: Session) -> None:
        for peer in session.peers.values():
            begin = peer.joined_at or session.created_at
            end = peer.left_at or session.ended_at
            self.stays[peer.id.lower()] = Stay(self.room, peer, begin, end)

    def add_event(self, event: ErrorEvent) -> None:
        sender = event.sender
        if not sender.peer_id:
            return
        key = sender.peer_id.lower()
        at = event.at if event.timed else None
        peer = Peer(sender.peer_id, sender.user_name, sender.user_id, sender.role)
        stay = self.stays.get(key) or Stay(self.room, peer, at, at)
        device = stay.device or device_on_os(sender.agent)
        self.stays[key] = Stay(self.room, stay.peer, stay.begin, stay.end, device)

    def latest(self) -> list[Stay]:
        """Return each person's latest stay, latest first.

        A person is a user id, else a name as far as the stays can be of one person.
        """
        stays = sorted(self.stays.values(), key=lambda stay: stay.begin or _LONG_AGO, reverse=True)
        people: dict[str, list[Stay]] = {}
        for stay in stays:
            same = people.setdefault(stay.peer.user_id or (stay.peer.name or "").casefold(), [])
            if not same or (not stay.peer.user_id and all(map(stay.is_other_person, same))):
                same.append(stay)
        return sorted(
            (stay for group in people.values() for stay in group),
            key=lambda stay: stay.begin or _LONG_AGO,
            reverse=True,
        )


async def people_in_room(
    client: HundredMs, room: Room, name: str, *, with_errors: bool = True
) -> NamedPeople:
    """Return the people of a room who are called so, and those whose names are near.

    A name is a participant's name, a part of it, or a user id. Raises the errors of 100ms.
    """
    sessions, events = await asyncio.gather(
        asyncio.gather(
            *(client.sessions(active=active, room_id=room.id) for active in (True, False))
        ),
        asyncio.gather(
            *(_read_errors(client, room.id, kind) for kind in ERROR_TYPES if with_errors)
        ),
    )
    people = _People(room)
    for page in sessions:
        for session in page.sessions:
            people.add_session(session)
    for event in (event for group in events for event in group):
        people.add_event(event)
    latest = people.latest()
    called = [stay for stay in latest if is_called(stay.peer, name)]
    return NamedPeople(called, () if called else _near(name, latest), rooms=1)


async def _read_errors(client: HundredMs, room_id: str, kind: str) -> list[ErrorEvent]:
    """Return the errors of one type, at most of `PAGES` pages."""
    events: list[ErrorEvent] = []
    query, start = EventQuery(room_id, kind), ""
    for _ in range(PAGES):
        try:
            page = await client.events(query, start)
        except ExpiredCursor:
            break
        events += page.events
        start = page.next
        if not start:
            break
    return events


def is_called(peer: Peer, name: str) -> bool:
    """Return whether each word asked for begins a word of the person's name: `marta l.`.

    Accents do not count. In scripts without spaces a part of the name is enough, a single letter
    only at its beginning. A user id counts only as a whole, in either case. One or two letters
    alone begin no other name.
    """
    if peer.user_id and peer.user_id.casefold() == name.casefold():
        return True
    asked = [word.strip(".,") for word in fold_name(name).split()]
    words = _words(peer.name or "")
    letters = "".join(asked)
    if _SPACELESS.fullmatch(letters):
        whole = "".join(words)
        return whole.startswith(letters) if len(letters) == 1 else letters in whole
    if len(asked) == 1 and len(asked[0]) < _LEAST_PREFIX:
        return asked[0] in words
    return bool(asked) and all(any(word.startswith(part) for word in words) for part in asked)


_SPACELESS = re.compile("[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
"""Ideographs, kana and hangul."""


def _words(name: str) -> list[str]:
    return fold_name(name).replace(".", " ").replace(",", " ").split()


def _near(name: str, stays: Iterable[Stay]) -> list[Stay]:
    """Return the people with a name, a part of it, or a user id like the name, best first."""
    by_spelling: dict[str, list[Stay]] = {}
    for stay in stays:
        for spelling in dict.fromkeys(_spellings(stay.peer)):
            by_spelling.setdefault(spelling, []).append(stay)
    found = [
        stay
        for spelling in near_words(fold_name(name), by_spelling, most=len(by_spelling))
        for stay in by_spelling[spelling]
    ]
    return list({stay.peer.id: stay for stay in found}.values())[:MOST_SUGGESTED]


def _spellings(peer: Peer) -> Iterator[str]:
    """Yield the texts that a typed name may be near to."""
    yield fold_name(peer.name or "")
    yield from (word for word in _words(peer.name or "") if len(word) >= _LEAST_PREFIX)
    if peer.user_id:
        yield peer.user_id.casefold()
        yield peer.user_id.casefold().partition("@")[0]
