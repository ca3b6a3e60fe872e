"""When peers were in a session."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.events import ErrorEvent, Sender
from bot.domain.places import Session
from bot.domain.stamps import NO_TIME
from bot.domain.tracks import TrackEvent

_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stay:
    """One peer's time in one session. `running` if 100ms says that the session goes on."""

    peer_id: str
    session_id: str
    joined_at: datetime | None
    left_at: datetime | None
    running: bool = False


Span = tuple[datetime, datetime]


def stays_of(sessions: Iterable[Session]) -> dict[str, list[Stay]]:
    """Stays by peer id in lower case."""
    found: defaultdict[str, list[Stay]] = defaultdict(list)
    for session in sessions:
        for key, peer in session.peers.items():
            peer_id = (peer.id or key).lower()
            stay = Stay(peer_id, session.id, peer.joined_at, peer.left_at, session.running)
            found[peer_id].append(stay)
    return dict(found)


def spans_of(
    sessions: Iterable[Session], events: Iterable[ErrorEvent], tracks: Iterable[TrackEvent]
) -> dict[str, list[Span]]:
    """When each peer (lower case) was in a session: as listed, else as events within one tell."""
    found: defaultdict[str, list[Span]] = defaultdict(list)
    for session in sessions:
        for key, peer in session.peers.items():
            begins = peer.joined_at or session.created_at
            if begins:
                ends = peer.left_at or session.ended_at or _EVER
                found[(peer.id or key).lower()].append((begins, ends))
    seen: defaultdict[str, list[datetime]] = defaultdict(list)
    events = tuple(events)
    outer = (*first_of_each(events), *first_of_each(reversed(events)))
    signs: tuple[ErrorEvent | TrackEvent, ...] = (*outer, *tracks)
    for sign in signs:
        if sign.at == NO_TIME:
            continue
        if sign.peer_id and sign.session_id and sign.peer_id.lower() not in found:
            seen[sign.peer_id.lower()].append(sign.at)
    return {**found, **{peer: [(min(times), max(times))] for peer, times in seen.items()}}


def first_of_each(events: Iterable[ErrorEvent]) -> tuple[ErrorEvent, ...]:
    """The first event of each sender: the others tell no more of who it is."""
    found: dict[Sender, ErrorEvent] = {}
    for event in events:
        found.setdefault(event.sender, event)
    return tuple(found.values())


def together(some: Iterable[Span], others: Iterable[Span]) -> bool:
    """True if any of the spans overlap; touching ends do not."""
    others = tuple(others)
    return any(one[0] < two[1] and two[0] < one[1] for one in some for two in others)
