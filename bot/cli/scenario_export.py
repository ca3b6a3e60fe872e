"""Writes a judged answer as a scenario file, in which nobody is named.

The form is that of `tests/scenarios` (its README explains each key), so that `scripts/evaluate`
scores the diagnosis by what people said about it. Names, ids of people, rooms and sessions, public
addresses and dates are replaced; what one person or one network has in common stays common.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import yaml

from bot.domain.diagnosis import Diagnosis, DiagnosisInput, Story
from bot.domain.diagnosis.input import is_same_room
from bot.domain.diagnosis.wording import VERDICTS
from bot.domain.events import Agent, ErrorEvent
from bot.domain.privacy.personal_names import is_generic
from bot.domain.rooms import CallFact, Peer, PeerStats, Session, TrackEvent
from bot.domain.votes import Vote

TYPES = {
    "client.publish.failed": "publish",
    "client.subscribe.failed": "subscribe",
    "client.join.failed": "join",
    "client.disconnected": "disconnected",
    "client.connect.failed": "connect",
    "role.change.failure": "role",
}
_WEBHOOKS = {
    "peer.join.failure": "refused",
    "peer.leave.success": "left",
    "role.change.failure": "role-refused",
    "room.end.success": "ended",
}
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_OBJECT_ID = re.compile(r"\b[0-9a-f]{24}\b", re.IGNORECASE)
_SHORTEST_ID, _SHORTEST_NUMBER = 3, 5
_ROOM = "room-1"
_NETWORKS = ("203.0.113", "198.51.100", "192.0.2")
"""Address ranges for documentation (RFC 5737)."""
_HOSTS = 254


def scenario_text(
    case: DiagnosisInput, diagnosis: Diagnosis, hide_names: Callable[[str], str], vote: Vote
) -> str:
    """Return the scenario as YAML, with the verdict that the vote says is the true one.

    `hide_names` replaces names in a text. Raises ValueError if the case has no such form, or if
    something of a person would stay in it.
    """
    writer = _Writer(case, hide_names)
    document = writer.document(diagnosis, vote)
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    if writer.holds_ids(text):
        raise ValueError("an id of a person would stay in it")
    return text


class _Labels:
    """Short labels for values, numbered in the order in which they come."""

    def __init__(self, make: Callable[[int], str], key: Callable[[str], str] = str) -> None:
        self.by_key: dict[str, str] = {}
        self._make, self._key = make, key

    def of(self, value: str | None) -> str | None:
        """Return the label of a value; a missing or empty value stays as it is."""
        if not value or not value.strip():
            return value
        return self.by_key.setdefault(self._key(value), self._make(len(self.by_key)))


def _letters(number: int) -> str:
    """Return `A` to `Z`, then `AA` and so on: names that differ in letters stay different."""
    prefix = _letters(number // 26 - 1) if number >= 26 else ""  # noqa: PLR2004  the alphabet
    return prefix + chr(ord("A") + number % 26)


def _address(number: int) -> str:
    network, host = divmod(number, _HOSTS)
    if network >= len(_NETWORKS):
        raise ValueError("it has more addresses than there are for documentation")
    return f"{_NETWORKS[network]}.{host + 1}"


class _Writer:
    """Writes one case; equal values of one kind get equal labels."""

    def __init__(self, case: DiagnosisInput, hide_names: Callable[[str], str]) -> None:
        self._case, self._hide_names = case, hide_names
        self._names = _Labels(
            lambda n: f"Person {_letters(n)}", lambda name: name.strip().casefold()
        )
        self._users = _Labels(lambda n: f"u{n + 1}")
        self._peers = _Labels(lambda n: f"p{n + 1}", str.lower)
        self._sessions = _Labels(lambda n: f"s{n + 1}", str.lower)
        self._events = _Labels(lambda n: f"e{n + 1}")
        self._addresses = _Labels(_address)
        events = {event.id: event for event in (*case.events, *case.around)}
        self._all_events = tuple(
            event for event in events.values() if is_same_room(case, event.room_id)
        )
        self._start = min(self._times(), default=case.now)
        self._ids = self._label_ids()

    def _times(self) -> Iterator[datetime]:
        yield self._case.now
        yield from (event.at for event in self._all_events if event.timed)
        yield from (session.created_at for session in self._case.sessions if session.created_at)

    def _label_ids(self) -> re.Pattern[str] | None:
        """Label everybody, and return what finds their ids in a text; None if there are none.

        Ids that are ordinary words, the name of a role or equal to a label tell nobody apart.
        """
        for session in self._case.sessions:
            self._sessions.of(session.id)
            for key, peer in session.peers.items():
                self._label(peer.id or key, peer.user_id, peer.name)
        for event in self._all_events:
            self._label(event.peer_id, event.user_id, event.user_name)
            self._sessions.of(event.session_id)
        for track in self._case.tracks:
            self._label(track.peer_id, track.user_id, track.user_name)
        for fact in self._case.facts:
            self._label(fact.peer_id, fact.user_id, None)
            self._sessions.of(fact.session_id)
        room = [self._case.room.id] if self._case.room else []
        by_kind = (self._users.by_key, self._peers.by_key, self._sessions.by_key)
        labels = {label for ids in by_kind for label in ids.values()} | {_ROOM} | set(self._roles())
        ids = {*room, *(each for ids in by_kind for each in ids)} - labels
        telling = list(filter(_tells_apart, ids))
        words = "|".join(map(re.escape, sorted(telling, key=len, reverse=True)))
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None

    def _roles(self) -> Iterator[str]:
        peers = (peer for session in self._case.sessions for peer in session.peers.values())
        yield from (peer.role for peer in peers if peer.role)
        yield from (event.role for event in self._all_events if event.role)

    def _label(self, peer: str | None, user: str | None, name: str | None) -> None:
        self._peers.of(peer)
        self._users.of(user)
        self._names.of(name)

    def holds_ids(self, text: str) -> bool:
        """Return whether an id of a person, a session or the room stands in the text."""
        return self._ids is not None and self._ids.search(text) is not None

    def document(self, diagnosis: Diagnosis, vote: Vote) -> dict[str, Any]:
        """Return the scenario's keys."""
        case, cause = self._case, vote.cause or vote.verdict
        judgement = "right" if vote.right else "wrong"
        events = [self._event(event) for event in self._all_events]
        return {
            "title": f"Judged {judgement}: {VERDICTS[vote.verdict].noun}",
            "why": f"Somebody who knew the call says what it was: {VERDICTS[cause].noun}.",
            "tags": ["judged", judgement, vote.verdict],
            "now": self._offset(case.now),
            "room": {"id": _ROOM, "name": "call", "enabled": case.room and case.room.enabled},
            "look_up": self._look_up(),
            "sessions": [self._session(session) for session in case.sessions],
            "events": events,
            "tracks": [self._track(track) for track in case.tracks if _is_expressible(track)],
            "stats": [self._stats(stats) for stats in case.stats],
            "webhooks": [self._webhook(fact) for fact in case.facts if fact.kind in _WEBHOOKS],
            "expect": {
                "verdict": cause,
                "stories": [self._story(story) for story in diagnosis.stories],
            },
        }

    def _look_up(self) -> dict[str, Any]:
        case = self._case
        ids = {
            "session": self._sessions.of(case.session_id),
            "peer": self._peers.of(case.peer_id),
            "user": self._users.of(case.user_id),
        }
        times = {"since": case.since, "until": case.until}
        return {
            "kind": case.kind,
            **({"id": ids[case.kind]} if case.kind in ids else {}),
            **{name: self._offset(moment) for name, moment in times.items() if moment},
        }

    def _session(self, session: Session) -> dict[str, Any]:
        begins = session.created_at or self._start
        return {
            "id": self._sessions.of(session.id),
            "from": self._offset(begins),
            **({"to": self._offset(session.ended_at)} if session.ended_at else {}),
            "active": session.active,
            "peers": [self._peer(peer, key) for key, peer in session.peers.items()],
        }

    def _peer(self, peer: Peer, key: str) -> dict[str, Any]:
        return {
            "id": self._peers.of(peer.id or key),
            "user": self._users.of(peer.user_id),
            "name": self._names.of(peer.name),
            "role": self._text(peer.role),
            **({"in": self._offset(peer.joined_at)} if peer.joined_at else {}),
            "out": peer.left_at and self._offset(peer.left_at),
        }

    def _event(self, event: ErrorEvent) -> dict[str, Any]:
        kind = TYPES.get(event.type)
        if kind is None or not event.timed:
            raise ValueError("it holds an event of an unknown type or without a time")
        facts: dict[str, Any] = {
            "label": self._events.of(event.id),
            "t": self._offset(event.at),
            "peer": self._peers.of(event.peer_id),
            "type": kind,
            "code": event.error_code,
            "user": self._users.of(event.user_id),
            "name": self._names.of(event.user_name),
            "role": self._text(event.role),
            "session": self._sessions.of(event.session_id),
            "error": self._text(event.error_name),
            "message": self._text(event.error_message),
            "description": self._text(event.error_description),
            "action": self._text(event.action),
            "terminal": event.is_terminal,
            "state": self._text(event.transport_state),
            "endpoint": self._text(event.endpoint),
            "domain": self._text(event.domain),
            "agent": self._agent(event.agent),
        }
        if event.retries_join is not None:
            facts["retries_join"] = event.retries_join
        if event.public_address:
            facts["address"] = self._addresses.of(event.public_address)
        return facts

    def _agent(self, agent: Agent) -> dict[str, Any] | None:
        facts = {name: self._text(value) for name, value in asdict(agent).items()}
        return facts if any(value is not None for value in facts.values()) else None

    def _track(self, track: TrackEvent) -> dict[str, Any]:
        return {
            "t": self._offset(track.at),
            "peer": self._peers.of(track.peer_id),
            "user": self._users.of(track.user_id),
            "session": self._sessions.of(track.session_id),
            "do": track.change,
            "media": track.media,
            "mute": track.mute,
            "source": track.source or "regular",
        }

    def _stats(self, stats: PeerStats) -> dict[str, Any]:
        return {
            "peer": self._peers.of(stats.peer_id),
            "session": self._sessions.of(stats.session_id),
            "published": [self._offset(moment) for moment in stats.published],
            "received": [self._offset(moment) for moment in stats.received],
        }

    def _webhook(self, fact: CallFact) -> dict[str, Any]:
        return {
            "label": self._events.of(f"webhook-{fact.id}"),
            "t": self._offset(fact.at),
            "tells": _WEBHOOKS[fact.kind],
            **({"peer": self._peers.of(fact.peer_id)} if fact.peer_id else {}),
            "user": self._users.of(fact.user_id),
            "session": self._sessions.of(fact.session_id),
            "reason": fact.reason,
        }

    def _story(self, story: Story) -> dict[str, Any]:
        who: Mapping[str, Any] = (
            {"user": self._users.of(story.user_id)}
            if story.user_id
            else {"peers": [self._peers.of(peer) for peer in story.peer_ids]}
        )
        return {
            **who,
            "type": TYPES[story.type],
            "code": story.error_code,
            "events": [self._events.of(event) for event in story.event_ids],
            "outcome": story.outcome,
        }

    def _text(self, value: Any) -> Any:  # noqa: ANN401  a text, a flag, or None for none
        """Return a text without names and ids; anything else unchanged."""
        if not isinstance(value, str):
            return value
        text = self._hide_names(value)
        if self._ids is not None:
            text = self._ids.sub("someone", text)
        return _OBJECT_ID.sub("something", _UUID.sub("something", text))

    def _offset(self, moment: datetime) -> str:
        """Return the time as an offset from the scenario's start."""
        seconds = (moment - self._start) / timedelta(seconds=1)
        return f"{'-' if seconds < 0 else '+'}{abs(seconds):.6f}".rstrip("0").rstrip(".") + "s"


def _tells_apart(name: str) -> bool:
    """Return whether an id found in a text would be one, and no ordinary word or number."""
    if not any(map(str.isalpha, name)):
        return len(name) >= _SHORTEST_NUMBER
    return len(name) >= _SHORTEST_ID and not is_generic(name)


def _is_expressible(track: TrackEvent) -> bool:
    """Return whether the form of a scenario has room for the track event."""
    return bool(track.peer_id and track.media in ("audio", "video")) and track.change in (
        *("add", "update", "remove"),
    )
