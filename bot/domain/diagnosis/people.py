"""R1, R2: groups peers into persons, and tells recorders from people.

The grouping uses a union-find over peer ids. The module also provides the times that peers spent in
sessions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from bot.domain.diagnosis.model import Person
from bot.domain.events import NO_TIME, ErrorEvent, EventSource
from bot.domain.rooms import Session, TrackEvent

_ROLES = frozenset({"recorder", "recorderbot", "recordingbot", "beam", "beambot", "hlsbot"})


@lru_cache(1024)
def is_bot_role(role: str | None) -> bool:
    """Return whether it is a role of 100ms' recorders (`__internal_recorder` and the like).

    https://www.100ms.live/docs/server-side/v2/how-to-guides/recordings/overview
    """
    name = (role or "").strip().lower()
    return name.startswith("__internal") or "".join(filter(str.isalnum, name)) in _ROLES


class UnionFind:
    """A union-find over names; the smallest name represents its set."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, name: str) -> str:
        """Return the representative of the name's set; add the name if it is new."""
        path = [name]
        while (above := self._parent.setdefault(path[-1], path[-1])) != path[-1]:
            path.append(above)
        for node in path:
            self._parent[node] = path[-1]
        return path[-1]

    def join(self, name: str, other: str) -> None:
        """Merge the sets of both names."""
        first, second = self.find(name), self.find(other)
        self._parent[max(first, second)] = min(first, second)

    def names(self) -> Iterable[str]:
        """Return every name seen so far."""
        return tuple(self._parent)


_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stay:
    """A peer's time in a session. `running` if 100ms says that the session is active."""

    peer_id: str
    session_id: str
    joined_at: datetime | None
    left_at: datetime | None
    running: bool = False


Span = tuple[datetime, datetime]


def stays_of(sessions: Iterable[Session]) -> dict[str, list[Stay]]:
    """Return stays by peer id in lower case."""
    stays: defaultdict[str, list[Stay]] = defaultdict(list)
    for session in sessions:
        for key, peer in session.peers.items():
            peer_id = (peer.id or key).lower()
            stay = Stay(peer_id, session.id, peer.joined_at, peer.left_at, session.running)
            stays[peer_id].append(stay)
    return dict(stays)


def spans_of(
    sessions: Iterable[Session], events: Iterable[ErrorEvent], tracks: Iterable[TrackEvent]
) -> dict[str, list[Span]]:
    """Return the session times of each peer (lower case): as listed, else as its events show."""
    spans: defaultdict[str, list[Span]] = defaultdict(list)
    for session in sessions:
        for key, peer in session.peers.items():
            begins = peer.joined_at or session.created_at
            if begins:
                ends = peer.left_at or session.ended_at or _EVER
                spans[(peer.id or key).lower()].append((begins, ends))
    sightings: defaultdict[str, list[datetime]] = defaultdict(list)
    events = tuple(events)
    outer = (*first_event_by_sender(events), *first_event_by_sender(reversed(events)))
    signs: tuple[ErrorEvent | TrackEvent, ...] = (*outer, *tracks)
    for sign in signs:
        if sign.at == NO_TIME:
            continue
        if sign.peer_id and sign.session_id and sign.peer_id.lower() not in spans:
            sightings[sign.peer_id.lower()].append(sign.at)
    return {**spans, **{peer: [(min(times), max(times))] for peer, times in sightings.items()}}


def first_event_by_sender(events: Iterable[ErrorEvent]) -> tuple[ErrorEvent, ...]:
    """Return the first event of each sender; further ones add nothing on its identity."""
    first_events: dict[EventSource, ErrorEvent] = {}
    for event in events:
        first_events.setdefault(event.sender, event)
    return tuple(first_events.values())


def has_overlap(spans: Iterable[Span], others: Iterable[Span]) -> bool:
    """Return whether any of the spans overlap; touching ends do not count."""
    others = tuple(others)
    return any(span[0] < other[1] and other[0] < span[1] for span in spans for other in others)


_LATEST = datetime.max.replace(tzinfo=UTC)
_NAME_CONFIDENCE = 0.5


@dataclass(slots=True)
class _Sighting:
    """The distinct facts known of a node (a peer, or rows without a peer id).

    They are tuples, since most hold one fact and a room may have 100,000 peers.
    """

    peer_ids: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    devices: tuple[tuple[str, str], ...] = ()
    first_at: datetime = _LATEST


def node_key(sign: ErrorEvent | TrackEvent) -> str:
    """Return the key of the sender: the peer id, else the user id, else name and device."""
    if sign.peer_id:
        return f"peer:{sign.peer_id.lower()}"
    if sign.user_id:
        return f"user:{sign.user_id}"
    agent = sign.agent if isinstance(sign, ErrorEvent) else None
    parts = (_name(sign.user_name), agent and agent.device_model, agent and agent.os)
    return "nobody:" + "|".join(part or "" for part in parts)


class PersonIndex:
    """The persons seen in sessions, error events (in order) and track events."""

    def __init__(
        self,
        sessions: tuple[Session, ...],
        events: Iterable[ErrorEvent],
        tracks: Iterable[TrackEvent],
    ) -> None:
        events, tracks = tuple(events), tuple(tracks)
        sightings = _sightings(sessions, events, tracks)
        union = UnionFind()
        bot_nodes = {
            node for node, sighting in sightings.items() if any(map(is_bot_role, sighting.roles))
        }
        for node, sighting in sightings.items():
            union.find(node)
            for (
                user
            ) in sighting.users:  # no node has such a name: a recorder's may be `user:…` itself
                union.join(node, f"bots of {user}" if node in bot_nodes else f"peers of {user}")
        merged = _merge_by_name_and_device(
            sightings, spans_of(sessions, events, tracks), bot_nodes, union
        )
        self._person_by_node = _persons(sightings, bot_nodes, merged, union)
        self._person_by_sender: dict[EventSource, Person] = {}
        persons = {person.key: person for person in self._person_by_node.values()}
        self.persons = tuple(persons[key] for key in sorted(persons))

    def of(self, sign: ErrorEvent | TrackEvent) -> Person:
        """Return the person that an event belongs to."""
        if not isinstance(sign, ErrorEvent):
            return self._person_by_node[node_key(sign)]
        person = self._person_by_sender.get(sign.sender)
        if person is None:
            person = self._person_by_sender[sign.sender] = self._person_by_node[node_key(sign)]
        return person

    def of_peer(self, peer_id: str) -> Person | None:
        """Return the person with that peer id; None if it was not seen."""
        return self._person_by_node.get(f"peer:{peer_id.lower()}")


def _sightings(
    sessions: Iterable[Session], events: Iterable[ErrorEvent], tracks: Iterable[TrackEvent]
) -> dict[str, _Sighting]:
    sightings: defaultdict[str, _Sighting] = defaultdict(_Sighting)
    for session in sessions:
        for key, peer in session.peers.items():
            sighting = sightings[f"peer:{(peer.id or key).lower()}"]
            _add_facts(sighting, peer.id or key, peer.user_id, peer.name, peer.role)
    signs: tuple[ErrorEvent | TrackEvent, ...] = (*first_event_by_sender(events), *tracks)
    for sign in signs:
        sighting = sightings[node_key(sign)]
        _add_facts(sighting, sign.peer_id, sign.user_id, sign.user_name, sign.role)
        sighting.first_at = min(sighting.first_at, sign.at)
        if isinstance(sign, ErrorEvent) and sign.agent.device_model and sign.agent.os:
            device = (sign.agent.device_model, sign.agent.os)
            if device not in sighting.devices:
                sighting.devices += (device,)
    return dict(sightings)


def _add_facts(
    sighting: _Sighting, peer_id: str | None, user: str | None, name: str | None, role: str | None
) -> None:
    name = (name or "").strip()
    if peer_id and peer_id not in sighting.peer_ids:
        sighting.peer_ids += (peer_id,)
    if user and user not in sighting.users:
        sighting.users += (user,)
    if name and name not in sighting.names:
        sighting.names += (name,)
    if role and role not in sighting.roles:
        sighting.roles += (role,)


def _merge_by_name_and_device(
    sightings: dict[str, _Sighting], spans: dict[str, list[Span]], bots: set[str], union: UnionFind
) -> set[str]:
    """Join peers without user id by name and device; return the joined nodes."""
    nodes_by_device: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for node, sighting in sorted(sightings.items(), key=lambda item: (item[1].first_at, item[0])):
        if sighting.users or node in bots or not sighting.names or not sighting.devices:
            continue
        nodes_by_device[(_name(min(sighting.names)), *min(sighting.devices))].append(node)
    joined: set[str] = set()
    for nodes in nodes_by_device.values():
        for group in _split_by_overlap(nodes, spans):
            for node in group[1:]:
                union.join(group[0], node)
                joined |= {group[0], node}
    return joined


def _split_by_overlap(nodes: Iterable[str], spans: dict[str, list[Span]]) -> Iterator[list[str]]:
    """Yield groups of nodes that were never in a session at the same time."""
    groups: list[tuple[list[str], list[Span]]] = []
    for node in nodes:
        node_spans = spans.get(node.removeprefix("peer:"), [])
        for members, group_spans in groups:
            if not has_overlap(node_spans, group_spans):
                members.append(node)
                group_spans.extend(node_spans)
                break
        else:
            groups.append(([node], list(node_spans)))
    yield from (members for members, _ in groups)


def _persons(
    sightings: dict[str, _Sighting], bots: set[str], merged: set[str], union: UnionFind
) -> dict[str, Person]:
    sets: defaultdict[str, list[str]] = defaultdict(list)
    for node in sorted(sightings):
        sets[union.find(node)].append(node)
    persons: dict[str, Person] = {}
    for nodes in sets.values():
        person = _person(nodes, sightings, bots, merged)
        persons.update(dict.fromkeys(nodes, person))
    return persons


def _person(
    nodes: list[str], sightings: dict[str, _Sighting], bots: set[str], merged: set[str]
) -> Person:
    rows = [sightings[node] for node in nodes]
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
        confidence=_NAME_CONFIDENCE if merged.intersection(nodes) else 1.0,
        bot=bot,
    )


def _name(name: str | None) -> str:
    return (name or "").strip().casefold()
