"""A scene builder: a room that fills with people, sessions and events, without chance."""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from workbench.pretend_hundredms.agents import Agent, web
from workbench.pretend_hundredms.ids import (
    event_stamp,
    milli_stamp,
    object_id,
    room_code,
    uuid_of,
)
from workbench.pretend_hundredms.world import (
    Event,
    PretendCode,
    PretendPeer,
    PretendRoom,
    PretendSession,
)

_FIRST = "Asha Bram Chen Dalia Emre Farah Goran Hana Ivo Jun Kofi Lena Mateo Nadia Omar Priya"
_LAST = "Rao Visser Wei Haddad Yildiz Noor Petrov Sato Novak Park Mensah Fischer Silva Ali"
_DIGITS = (3, 6, 7, 8, 9, 9, 9, 9)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a device; the peer id is new on every join."""

    name: str
    user_id: str
    peer_id: str
    role: str = "guest"
    agent: Agent = field(default_factory=web)


class Scene:
    """Collects what happens in one room; ``room()`` is the result."""

    def __init__(self, name: str, now: datetime, *, age_days: float, account_id: str) -> None:
        self.name = name
        self.now = now.replace(microsecond=0)
        self.created_at = self.now - timedelta(days=age_days)
        self.account_id = account_id
        self.room_id = object_id(self.created_at, "room", name)
        self.template_id = object_id(self.created_at - timedelta(days=9), "template", name)
        self.rng = random.Random(f"scene {name}")
        self.events: list[Event] = []
        self.sessions: list[PretendSession] = []

    def ago(self, **spans: float) -> datetime:
        """A time before now, in the words of timedelta."""
        return self.now - timedelta(**spans)

    def person(self, number: int, **other: Any) -> Person:  # noqa: ANN401  fields of Person
        """The n-th person of this room; ``other`` replaces single fields."""
        first, last = _FIRST.split(), _LAST.split()
        name = f"{first[number % len(first)]} {last[number // len(first) % len(last)]}"
        usual = Person(
            name,
            f"user-{self.name}-{number}",
            uuid_of("peer", self.name, number),
            "host" if number == 0 else "guest",
        )
        return replace(usual, **other)

    def session(
        self, start: datetime, people: list[Person], *, minutes: float | None = 45
    ) -> PretendSession:
        """A session in which these people are from its start to its end (None: going on)."""
        ended = None if minutes is None else start + timedelta(minutes=minutes)
        identity = object_id(start, "session", self.name, len(self.sessions))
        peers = tuple(
            PretendPeer(
                person.peer_id,
                person.name,
                person.user_id,
                person.role,
                start + timedelta(seconds=7 * place),
                ended,
            )
            for place, person in enumerate(people)
        )
        session = PretendSession(identity, self.room_id, start, ended, peers)
        self.sessions.append(session)
        return session

    def left(self, session: PretendSession, person: Person, at: datetime) -> PretendSession:
        """Let one person leave a session early."""
        peers = tuple(
            replace(peer, left_at=at) if peer.id == person.peer_id else peer
            for peer in session.peers
        )
        changed = replace(session, peers=peers)
        self.sessions[self.sessions.index(session)] = changed
        return changed

    def error(
        self,
        kind: str,
        at: datetime,
        person: Person,
        data: dict[str, Any],
        session: PretendSession | None = None,
        *,
        nanos: int | None = None,
    ) -> Event:
        """Add an error event; ``data`` has the last word on every field."""
        whole = {**self._who(person, kind, session), **data, "agent": person.agent}
        return self.add(kind, at, whole, nanos=nanos)

    def add(
        self, kind: str, at: datetime, data: dict[str, Any], *, nanos: int | None = None
    ) -> Event:
        """Add an event of any type."""
        if nanos is None:
            digits = self.rng.choice(_DIGITS)
            nanos = self.rng.randrange(1, 10**digits) * 10 ** (9 - digits)
        event = {
            "version": "2.0",
            "id": uuid_of("event", self.account_id, self.name, len(self.events)),
            "timestamp": event_stamp(at, nanos),
            "type": kind,
            "data": data,
        }
        self.events.append(event)
        return event

    def tracks(self, session: PretendSession, person: Person) -> None:
        """The track events of somebody for whom all went well."""
        for kind in ("audio", "video"):
            data = self._track(session, person, kind)
            self.add("track.add.success", session.created_at + timedelta(seconds=20), data)
            muted = {**data, "mute": True}
            self.add("track.update.success", session.created_at + timedelta(seconds=200), muted)
            if session.ended_at:
                over = {**muted, "stopped_at": milli_stamp(session.ended_at)}
                self.add("track.remove.success", session.ended_at, over)

    def place(self, person: Person) -> dict[str, Any]:
        """The fields that an event has once the client knows the room from inside."""
        return {"room_name": self.name, "template_id": self.template_id, "role": person.role}

    def room(self, **other: Any) -> PretendRoom:  # noqa: ANN401  fields of PretendRoom
        """The room with all that was added."""
        usual = PretendRoom(
            id=self.room_id,
            name=self.name,
            created_at=self.created_at,
            template_id=self.template_id,
            codes=tuple(
                PretendCode(room_code(self.account_id, self.name, role), role)
                for role in ("host", "guest")
            ),
            sessions=tuple(self.sessions),
            events=tuple(self.events),
        )
        return replace(usual, **other)

    def _who(self, person: Person, kind: str, session: PretendSession | None) -> dict[str, Any]:
        data = {
            "user_id": person.user_id,
            "user_name": person.name,
            "peer_id": person.peer_id,
            "account_id": self.account_id,
            "room_id": self.room_id,
        }
        if session:
            data["session_id"] = session.id
        return data if kind == "client.connect.failed" else {**data, **self.place(person)}

    def _track(self, session: PretendSession, person: Person, kind: str) -> dict[str, Any]:
        started = milli_stamp(session.created_at + timedelta(seconds=20))
        return {
            "room_id": self.room_id,
            "session_id": session.id,
            "room_name": self.name,
            "peer_id": person.peer_id,
            "user_id": person.user_id,
            "user_name": person.name,
            "joined_at": started,
            "role": person.role,
            "track_id": uuid_of("track", session.id, person.peer_id, kind),
            "stream_id": uuid_of("stream", session.id, person.peer_id),
            "type": kind,
            "source": "regular",
            "mute": False,
            "started_at": started,
        }
