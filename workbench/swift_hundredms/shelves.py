"""Every planned room, made ready to be answered from."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workbench.pretend_hundredms.ids import milli_stamp, object_id, room_code, uuid_of
from workbench.pretend_hundredms.sessions import session_json
from workbench.pretend_hundredms.world import (
    PretendCode,
    PretendPeer,
    PretendRoom,
    PretendSession,
)
from workbench.swift_hundredms.happenings import happenings
from workbench.swift_hundredms.plan import RoomPlan
from workbench.swift_hundredms.real_events import real_name
from workbench.swift_hundredms.rows import Rows

ACCOUNT = "0123456789abcdef000000b1"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A room with its events."""

    room: PretendRoom
    rows: Rows


@dataclass(frozen=True, slots=True)
class Listed:
    """A session with its JSON, as lists hold it."""

    session: PretendSession
    body: bytes
    created: str


@dataclass(slots=True)
class Shelves:
    """Rooms by id and by name, sessions by id and newest first."""

    rooms: dict[str, Shelf] = field(default_factory=dict)
    named: dict[str, list[Shelf]] = field(default_factory=dict)
    sessions: dict[str, Listed] = field(default_factory=dict)
    newest: Sequence[Listed] = ()


def fill(plans: Iterable[RoomPlan], now: datetime) -> Shelves:
    """The rooms of the plans, as they look at `now`."""
    shelves = Shelves()
    for plan in plans:
        room = room_of(plan, now)
        shelf = Shelf(room, Rows.of(happenings(plan, room, ACCOUNT)))
        shelves.rooms[room.id] = shelf
        shelves.named.setdefault(room.name.lower(), []).append(shelf)
        for session in room.sessions:
            shelves.sessions[session.id] = _listed(session)
    shelves.newest = sorted(
        shelves.sessions.values(),
        key=lambda one: (one.session.created_at, one.session.id),
        reverse=True,
    )
    return shelves


def room_of(plan: RoomPlan, now: datetime) -> PretendRoom:
    """The room with its sessions, without its events."""
    made = now.replace(microsecond=0) - timedelta(days=90)
    room_id = object_id(made, "room", plan.name)
    return PretendRoom(
        id=room_id,
        name=plan.name,
        created_at=made,
        template_id=object_id(made, "template", plan.name),
        codes=(PretendCode(room_code(plan.name), "guest"),),
        sessions=tuple(_session(plan, room_id, number, now) for number in range(plan.sessions)),
    )


def _session(plan: RoomPlan, room_id: str, number: int, now: datetime) -> PretendSession:
    """The n-th session, oldest first; the last one ended an hour ago."""
    apart = timedelta(days=plan.days) / plan.sessions
    start = now.replace(microsecond=0) - timedelta(hours=1, minutes=plan.minutes)
    start -= apart * (plan.sessions - 1 - number)
    start = start.replace(microsecond=0)
    ended = start + timedelta(minutes=plan.minutes)
    peers = tuple(
        PretendPeer(
            uuid_of("peer", plan.name, number, person),
            real_name(person) if plan.real else f"Person {person}",
            f"user-{plan.name}-{person}",
            "guest" if person else "host",
            start + timedelta(seconds=person % 50),
            ended,
        )
        for person in range(plan.people)
    )
    identity = object_id(start, "session", plan.name, number)
    return PretendSession(identity, room_id, start, ended, peers)


def _listed(session: PretendSession) -> Listed:
    body = json.dumps(session_json(ACCOUNT, session), separators=(",", ":")).encode()
    return Listed(session, body, milli_stamp(session.created_at))
