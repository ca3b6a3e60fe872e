"""R1, R2: which peers are one person, and which are no person at all.

Which peers are recorders, not people.

Sets that grow together: a small union-find over texts.

When peers were in a session.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.domain.diagnosis.model import Person
from bot.domain.events import ErrorEvent, EventSource
from bot.domain.rooms import Session, TrackEvent
from bot.domain.timestamps import NO_TIME

_ROLES = frozenset({"recorder", "recorderbot", "recordingbot", "beam", "beambot", "hlsbot"})


def is_bot_role(role: str | None) -> bool:
    """True for the roles 100ms' recorders join with (`__internal_recorder` and the like).

    https://www.100ms.live/docs/server-side/v2/how-to-guides/recordings/overview
    """
    name = (role or "").strip().lower()
    return name.startswith("__internal") or "".join(filter(str.isalnum, name)) in _ROLES


class UnionFind:
    """Knows which names belong together; the smallest name stands for its set."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, name: str) -> str:
        """The name that stands for this one's set; adds the name if it is new."""
        path = [name]
        while (above := self._parent.setdefault(path[-1], path[-1])) != path[-1]:
            path.append(above)
        for one in path:
            self._parent[one] = path[-1]
        return path[-1]

    def join(self, one: str, other: str) -> None:
        """Puts both sets together."""
        first, second = sorted((self.find(one), self.find(other)))
        self._parent[second] = first

    def names(self) -> Iterable[str]:
        """Every name seen so far."""
        return tuple(self._parent)


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
    found: dict[EventSource, ErrorEvent] = {}
    for event in events:
        found.setdefault(event.sender, event)
    return tuple(found.values())


def overlap(some: Iterable[Span], others: Iterable[Span]) -> bool:
    """True if any of the spans overlap; touching ends do not."""
    others = tuple(others)
    return any(one[0] < two[1] and two[0] < one[1] for one in some for two in others)


_LATEST = datetime.max.replace(tzinfo=UTC)
_BY_NAME = 0.5


@dataclass(slots=True)
class _Sighting:
    """What is known of one node (a peer, or rows without any peer id)."""

    peer_ids: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    devices: set[tuple[str, str]] = field(default_factory=set)
    first_at: datetime = _LATEST


def node_key(sign: ErrorEvent | TrackEvent) -> str:
    """The name of who sent it: the peer id, else the user id, else name and device."""
    if sign.peer_id:
        return f"peer:{sign.peer_id.lower()}"
    if sign.user_id:
        return f"user:{sign.user_id}"
    agent = sign.agent if isinstance(sign, ErrorEvent) else None
    parts = (_name(sign.user_name), agent and agent.device_model, agent and agent.os)
    return "nobody:" + "|".join(part or "" for part in parts)


class PersonIndex:
    """Everybody seen in sessions, error events (in order) and track events, as people."""

    def __init__(
        self,
        sessions: tuple[Session, ...],
        events: Iterable[ErrorEvent],
        tracks: Iterable[TrackEvent],
    ) -> None:
        events, tracks = tuple(events), tuple(tracks)
        seen = _sightings(sessions, events, tracks)
        union = UnionFind()
        bots = {node for node, one in seen.items() if any(map(is_bot_role, one.roles))}
        for node, one in seen.items():
            union.find(node)
            for user in one.users:  # by names that no node has: a recorder's may be `user:…` itself
                union.join(node, f"bots of {user}" if node in bots else f"peers of {user}")
        stitched = _merge_by_name_and_device(seen, spans_of(sessions, events, tracks), bots, union)
        self._person = _persons(seen, bots, stitched, union)
        self._of_sender: dict[EventSource, Person] = {}
        self.persons = tuple(sorted(set(self._person.values()), key=lambda one: one.key))

    def of(self, sign: ErrorEvent | TrackEvent) -> Person:
        """Whose event it is."""
        if not isinstance(sign, ErrorEvent):
            return self._person[node_key(sign)]
        person = self._of_sender.get(sign.sender)
        if person is None:
            person = self._of_sender[sign.sender] = self._person[node_key(sign)]
        return person

    def of_peer(self, peer_id: str) -> Person | None:
        """Whose peer id it is, if it was seen."""
        return self._person.get(f"peer:{peer_id.lower()}")


def _sightings(
    sessions: Iterable[Session], events: Iterable[ErrorEvent], tracks: Iterable[TrackEvent]
) -> dict[str, _Sighting]:
    seen: defaultdict[str, _Sighting] = defaultdict(_Sighting)
    for session in sessions:
        for key, peer in session.peers.items():
            one = seen[f"peer:{(peer.id or key).lower()}"]
            _note(one, peer.id or key, peer.user_id, peer.name, peer.role)
    signs: tuple[ErrorEvent | TrackEvent, ...] = (*first_of_each(events), *tracks)
    for sign in signs:
        one = seen[node_key(sign)]
        _note(one, sign.peer_id, sign.user_id, sign.user_name, sign.role)
        one.first_at = min(one.first_at, sign.at)
        if isinstance(sign, ErrorEvent) and sign.agent.device_model and sign.agent.os:
            one.devices.add((sign.agent.device_model, sign.agent.os))
    return dict(seen)


def _note(
    one: _Sighting, peer_id: str | None, user: str | None, name: str | None, role: str | None
) -> None:
    for known, value in (
        (one.peer_ids, peer_id),
        (one.users, user),
        (one.names, (name or "").strip()),
        (one.roles, role),
    ):
        if value:
            known.add(value)


def _merge_by_name_and_device(
    seen: dict[str, _Sighting], spans: dict[str, list[Span]], bots: set[str], union: UnionFind
) -> set[str]:
    """Joins peers without user id by name and device; returns the nodes joined so."""
    alike: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for node, one in sorted(seen.items(), key=lambda item: (item[1].first_at, item[0])):
        if one.users or node in bots or not one.names or not one.devices:
            continue
        alike[(_name(min(one.names)), *min(one.devices))].append(node)
    joined: set[str] = set()
    for nodes in alike.values():
        for group in _apart(nodes, spans):
            for node in group[1:]:
                union.join(group[0], node)
                joined |= {group[0], node}
    return joined


def _apart(nodes: Iterable[str], spans: dict[str, list[Span]]) -> Iterator[list[str]]:
    """Nodes in groups whose members were never in a session at the same time."""
    groups: list[tuple[list[str], list[Span]]] = []
    for node in nodes:
        mine = spans.get(node.removeprefix("peer:"), [])
        for members, taken in groups:
            if not overlap(mine, taken):
                members.append(node)
                taken.extend(mine)
                break
        else:
            groups.append(([node], list(mine)))
    yield from (members for members, _ in groups)


def _persons(
    seen: dict[str, _Sighting], bots: set[str], stitched: set[str], union: UnionFind
) -> dict[str, Person]:
    sets: defaultdict[str, list[str]] = defaultdict(list)
    for node in sorted(seen):
        sets[union.find(node)].append(node)
    found: dict[str, Person] = {}
    for nodes in sets.values():
        person = _person(nodes, seen, bots, stitched)
        found.update(dict.fromkeys(nodes, person))
    return found


def _person(
    nodes: list[str], seen: dict[str, _Sighting], bots: set[str], stitched: set[str]
) -> Person:
    rows = [seen[node] for node in nodes]
    users = sorted({user for row in rows for user in row.users})
    bot = any(node in bots for node in nodes)
    # One spelling per peer id: 100ms ids differ in case between platforms.
    spelled = {peer.lower(): peer for row in rows for peer in sorted(row.peer_ids, reverse=True)}
    return Person(
        key=("bot:" if bot else "") + (f"user:{users[0]}" if users else nodes[0]),
        user_id=users[0] if users else None,
        names=tuple(sorted({name for row in rows for name in row.names})),
        peer_ids=tuple(spelled[peer] for peer in sorted(spelled)),
        roles=tuple(sorted({role for row in rows for role in row.roles})),
        confidence=_BY_NAME if stitched.intersection(nodes) else 1.0,
        bot=bot,
    )


def _name(name: str | None) -> str:
    return (name or "").strip().casefold()
