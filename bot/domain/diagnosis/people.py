"""R1, R2: which peers are one person, and which are no person at all."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.domain.diagnosis.bots import is_bot_role
from bot.domain.diagnosis.presence import Span, first_of_each, spans_of, together
from bot.domain.diagnosis.story import Person
from bot.domain.diagnosis.union import Union
from bot.domain.events import ErrorEvent, Sender
from bot.domain.places import Session
from bot.domain.tracks import TrackEvent

_LATEST = datetime.max.replace(tzinfo=UTC)
_BY_NAME = 0.5


@dataclass(slots=True)
class _Seen:
    """What is known of one node (a peer, or rows without any peer id)."""

    peer_ids: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    devices: set[tuple[str, str]] = field(default_factory=set)
    first_at: datetime = _LATEST


def node_of(sign: ErrorEvent | TrackEvent) -> str:
    """The name of who sent it: the peer id, else the user id, else name and device."""
    if sign.peer_id:
        return f"peer:{sign.peer_id.lower()}"
    if sign.user_id:
        return f"user:{sign.user_id}"
    agent = sign.agent if isinstance(sign, ErrorEvent) else None
    parts = (_name(sign.user_name), agent and agent.device_model, agent and agent.os)
    return "nobody:" + "|".join(part or "" for part in parts)


class Crowd:
    """Everybody seen in sessions, error events (in order) and track events, as people."""

    def __init__(
        self,
        sessions: tuple[Session, ...],
        events: Iterable[ErrorEvent],
        tracks: Iterable[TrackEvent],
    ) -> None:
        events, tracks = tuple(events), tuple(tracks)
        seen = _sightings(sessions, events, tracks)
        union = Union()
        bots = {node for node, one in seen.items() if any(map(is_bot_role, one.roles))}
        for node, one in seen.items():
            union.find(node)
            for user in one.users:  # by names that no node has: a recorder's may be `user:…` itself
                union.join(node, f"bots of {user}" if node in bots else f"peers of {user}")
        stitched = _stitch(seen, spans_of(sessions, events, tracks), bots, union)
        self._person = _persons(seen, bots, stitched, union)
        self._of_sender: dict[Sender, Person] = {}
        self.persons = tuple(sorted(set(self._person.values()), key=lambda one: one.key))

    def of(self, sign: ErrorEvent | TrackEvent) -> Person:
        """Whose event it is."""
        if not isinstance(sign, ErrorEvent):
            return self._person[node_of(sign)]
        person = self._of_sender.get(sign.sender)
        if person is None:
            person = self._of_sender[sign.sender] = self._person[node_of(sign)]
        return person

    def of_peer(self, peer_id: str) -> Person | None:
        """Whose peer id it is, if it was seen."""
        return self._person.get(f"peer:{peer_id.lower()}")


def _sightings(
    sessions: Iterable[Session], events: Iterable[ErrorEvent], tracks: Iterable[TrackEvent]
) -> dict[str, _Seen]:
    seen: defaultdict[str, _Seen] = defaultdict(_Seen)
    for session in sessions:
        for key, peer in session.peers.items():
            one = seen[f"peer:{(peer.id or key).lower()}"]
            _note(one, peer.id or key, peer.user_id, peer.name, peer.role)
    signs: tuple[ErrorEvent | TrackEvent, ...] = (*first_of_each(events), *tracks)
    for sign in signs:
        one = seen[node_of(sign)]
        _note(one, sign.peer_id, sign.user_id, sign.user_name, sign.role)
        one.first_at = min(one.first_at, sign.at)
        if isinstance(sign, ErrorEvent) and sign.agent.device_model and sign.agent.os:
            one.devices.add((sign.agent.device_model, sign.agent.os))
    return dict(seen)


def _note(
    one: _Seen, peer_id: str | None, user: str | None, name: str | None, role: str | None
) -> None:
    for known, value in (
        (one.peer_ids, peer_id),
        (one.users, user),
        (one.names, (name or "").strip()),
        (one.roles, role),
    ):
        if value:
            known.add(value)


def _stitch(
    seen: dict[str, _Seen], spans: dict[str, list[Span]], bots: set[str], union: Union
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
            if not together(mine, taken):
                members.append(node)
                taken.extend(mine)
                break
        else:
            groups.append(([node], list(mine)))
    yield from (members for members, _ in groups)


def _persons(
    seen: dict[str, _Seen], bots: set[str], stitched: set[str], union: Union
) -> dict[str, Person]:
    sets: defaultdict[str, list[str]] = defaultdict(list)
    for node in sorted(seen):
        sets[union.find(node)].append(node)
    found: dict[str, Person] = {}
    for nodes in sets.values():
        person = _person(nodes, seen, bots, stitched)
        found.update(dict.fromkeys(nodes, person))
    return found


def _person(nodes: list[str], seen: dict[str, _Seen], bots: set[str], stitched: set[str]) -> Person:
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
