"""The events of a planned room, written straight as JSON: a hundred thousand take a second."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from workbench.pretend_hundredms.agents import EVERY_PLATFORM
from workbench.pretend_hundredms.failures import (
    Data,
    gave_up,
    join_refused,
    media_path,
    signal_lost,
    unreachable,
)
from workbench.pretend_hundredms.ids import event_stamp, milli_stamp, nanoseconds_of, uuid_of
from workbench.pretend_hundredms.world import PretendPeer, PretendRoom, PretendSession
from workbench.swift_hundredms.plan import RoomPlan
from workbench.swift_hundredms.real_events import real_events
from workbench.swift_hundredms.rows import Row
from workbench.swift_hundredms.timetable import timetable

FAILURES: dict[str, tuple[str, Data]] = {
    "client.publish.failed": (
        "PublishIceConnectionFailed",
        media_path("PUBLISH", "relay", lost=True),
    ),
    "client.subscribe.failed": (
        "SubscribeIceConnectionFailed",
        media_path("SUBSCRIBE", "tcp", lost=True),
    ),
    "client.join.failed": ("JoinWSMessageFailed", join_refused(500, "sfu join failed")),
    "client.disconnected": ("SignalDisconnect", signal_lost()),
    "client.connect.failed": ("ConnectFailed", unreachable()),
}
_PLATFORMS = [make() for make in EVERY_PLATFORM.values()]
_PORT = "26058"
"""A part of a description that differs from event to event, as a remote port does."""


def happenings(plan: RoomPlan, room: PretendRoom, account_id: str) -> Iterator[Row]:
    """Every error event of the plan, then the tracks of all who were there."""
    if plan.real:
        yield from real_events(plan, room, account_id)
    else:
        yield from _kind_events(plan, room, account_id)
    if plan.tracks:
        yield from tracks(room)


def _kind_events(plan: RoomPlan, room: PretendRoom, account_id: str) -> Iterator[Row]:
    write = _Writer(room, account_id, uuid_of("events", plan.name)[8:])
    for number, one in enumerate(timetable(plan)):
        session = room.sessions[one.session]
        at = (session.created_at + timedelta(seconds=one.into)).replace(microsecond=0)
        yield write.row(_Case(one.kind, session, one.person, one.terminal), at, number)


@dataclass(frozen=True, slots=True)
class _Case:
    """The fields that decide an event, except its id, its time and a port."""

    kind: str
    session: PretendSession
    person: int
    terminal: bool


@dataclass(slots=True)
class _Writer:
    """Writes events by templates; each is made once."""

    room: PretendRoom
    account_id: str
    tail: str
    _templates: dict[tuple[str, str, int, bool], bytes] = field(default_factory=dict)

    def row(self, case: _Case, at: datetime, number: int) -> Row:
        """The event of that number."""
        nanos = 1 + number * 9_973 % 999_999_999
        key = (case.kind, case.session.id, case.person, case.terminal)
        if key not in self._templates:
            self._templates[key] = self._template(case)
        body = self._templates[key] % {
            b"id": f"{number:08x}{self.tail}".encode(),
            b"at": event_stamp(at, nanos).encode(),
            b"port": 20_000 + number % 40_000,
        }
        peer = case.session.peers[case.person]
        inside = "" if case.kind == "client.connect.failed" else case.session.id
        return Row(nanoseconds_of(at) + nanos, case.kind, inside, peer.id, peer.user_id, body)

    def _template(self, case: _Case) -> bytes:
        peer, room = case.session.peers[case.person], self.room
        data: dict[str, Any] = {
            "user_id": peer.user_id,
            "user_name": peer.name,
            "peer_id": peer.id,
            "account_id": self.account_id,
            "room_id": room.id,
        }
        if case.kind != "client.connect.failed":
            data |= {"session_id": case.session.id, "room_name": room.name}
            data |= {"template_id": room.template_id, "role": peer.role}
        category, failure = FAILURES[case.kind]
        data |= gave_up(failure, category) if case.terminal else failure
        data["agent"] = _PLATFORMS[case.person % len(_PLATFORMS)]
        return _as_template({"type": case.kind, "data": data})


def _as_template(event: dict[str, Any]) -> bytes:
    whole = {"version": "2.0", "id": "\0id", "timestamp": "\0at", **event}
    text = json.dumps(whole, separators=(",", ":")).replace("%", "%%").replace(_PORT, "%(port)d")
    return text.replace("\\u0000id", "%(id)s").replace("\\u0000at", "%(at)s").encode()


def tracks(room: PretendRoom) -> Iterator[Row]:
    """Audio and video of everybody who was there, added and removed."""
    for session in room.sessions:
        for peer in session.peers:
            for kind in ("audio", "video"):
                yield _track(room, session, peer, kind, removed=False)
                if session.ended_at:
                    yield _track(room, session, peer, kind, removed=True)


def _track(
    room: PretendRoom, session: PretendSession, peer: PretendPeer, kind: str, *, removed: bool
) -> Row:
    began = peer.joined_at + timedelta(seconds=5)
    at = session.ended_at if removed and session.ended_at else began
    data: dict[str, Any] = {
        "room_id": room.id,
        "session_id": session.id,
        "room_name": room.name,
        "peer_id": peer.id,
        "user_id": peer.user_id,
        "user_name": peer.name,
        "joined_at": milli_stamp(peer.joined_at),
        "role": peer.role,
        "track_id": uuid_of("track", peer.id, kind),
        "stream_id": uuid_of("stream", peer.id),
        "type": kind,
        "source": "regular",
        "mute": removed,
        "started_at": milli_stamp(began),
    }
    data |= {"stopped_at": milli_stamp(at)} if removed else {}
    name = "track.remove.success" if removed else "track.add.success"
    event = {
        "version": "2.0",
        "id": uuid_of("track event", peer.id, kind, removed),
        "timestamp": milli_stamp(at),
        "type": name,
        "data": data,
    }
    body = json.dumps(event, separators=(",", ":")).encode()
    return Row(nanoseconds_of(at), name, session.id, peer.id, peer.user_id, body)
