"""Events of a room as real ones are: hardly any two describe their failure in the same words.

Each event but those of the flood has an ICE text with its own addresses, ports, priorities and
`ufrag`; real ones have it for three of the five types. A tenth of the events name no session, one
person's SDK floods (web 0.12.20 to 0.12.23: up to 1,000 rows a minute after a 500 at
INIT), names are of every script, five SDKs report, and a few rows are odd. Addresses are from the
documentation ranges of RFC 5737 and RFC 3849, or private.
"""

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from workbench.pretend_hundredms.agents import android, flutter, ios, web
from workbench.pretend_hundredms.failures import (
    Data,
    gave_up,
    join_refused,
    media_path,
    refused_at_init,
    signal_lost,
    unreachable,
)
from workbench.pretend_hundredms.ids import event_stamp, nanoseconds_of, uuid_of
from workbench.pretend_hundredms.world import PretendRoom
from workbench.swift_hundredms.plan import RoomPlan
from workbench.swift_hundredms.rows import Row
from workbench.swift_hundredms.timetable import Planned, timetable

_NAMES = (
    "Marta Lindqvist", "李娜", "मीरा शर्मा", "محمد الفارسي", "Юлия Соколова", "田中さくら", "김민준",
    "สมชาย ใจดี", "Ελένη Παπαδοπούλου", "שרה כהן", "José Álvarez 🎉", "Nguyễn Thị Hoa",
    "Ọlá Adébáyọ̀", "Zoë O'Neill", "தமிழ் செல்வி", "Ана-Мария",
)  # fmt: skip
_REACT_NATIVE = {
    "os": "android",
    "os_version": "34",
    "sdk": "android",
    "sdk_version": "2.9.54",
    "device_model": "Redmi Note 12",
    "framework": "react-native",
    "framework_version": "0.73.1",
    "framework_sdk_version": "1.10.6",
}
_AGENTS = (
    web(),
    web("Firefox_132.0", "web_Windows", version="0.12.39"),
    android(),
    ios(),
    flutter(),
    _REACT_NATIVE,
    web("Safari_18.1", "web_iOS", version="0.12.15"),
)
_FLOODING_AGENT = web(version="0.12.21")
_FLOODS_EVERY = 10
_FLOOD_SECONDS = 60 / 1000 / _FLOODS_EVERY
"""Seconds from one event of a session to the next while one person of ten rows floods."""
_WITHOUT_SESSION = frozenset({1, 10, 22, 33, 41})
"""Of each fifty events these name no session: a tenth, of every type that usually names it."""
_ODD_EVERY = 997
_UFRAG = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_FETCH = ("Failed to fetch", "NetworkError when attempting to fetch resource.", "Load failed")
_CATEGORIES = {
    "client.publish.failed": "PublishIceConnectionFailed",
    "client.subscribe.failed": "SubscribeIceConnectionFailed",
    "client.join.failed": "JoinWSMessageFailed",
    "client.disconnected": "SignalDisconnect",
    "client.connect.failed": "ConnectFailed",
}


def real_name(person: int) -> str:
    """The name of the person with that number."""
    name = _NAMES[person % len(_NAMES)]
    return name if person < len(_NAMES) else f"{name} {person // len(_NAMES)}"


def real_events(plan: RoomPlan, room: PretendRoom, account_id: str) -> Iterator[Row]:
    """Every error event of the plan; the same plan has the same events."""
    chance = random.Random(plan.name)
    tail = uuid_of("events", plan.name)[8:]
    per_session = -(-plan.events // plan.sessions)
    for number, planned in enumerate(timetable(plan)):
        floods = _floods(planned, number)
        session = room.sessions[planned.session]
        into = 120 + number % per_session * _FLOOD_SECONDS if floods else planned.into
        at = (session.created_at + timedelta(seconds=into)).replace(microsecond=0)
        nanos = 1 + number * 9_973 % 999_999_999
        data = _failure(planned, chance, floods=floods)
        peer = session.peers[0 if floods else planned.person]
        data |= {
            "user_id": peer.user_id,
            "user_name": peer.name,
            "peer_id": peer.id,
            "account_id": account_id,
            "room_id": room.id,
            "agent": _FLOODING_AGENT if floods else _AGENTS[planned.person % len(_AGENTS)],
        }
        inside = planned.kind != "client.connect.failed" and number % 50 not in _WITHOUT_SESSION
        if inside:
            data |= {"session_id": session.id, "room_name": room.name, "role": peer.role}
            data["template_id"] = room.template_id
        if number % _ODD_EVERY == _ODD_EVERY - 1 and not planned.terminal:
            data |= _oddities(number)
        body = _body(f"{number:08x}{tail}", planned.kind, event_stamp(at, nanos), data)
        stays = session.id if inside else ""
        yield Row(nanoseconds_of(at) + nanos, planned.kind, stays, peer.id, peer.user_id, body)


def _floods(planned: Planned, number: int) -> bool:
    """Whether the event is of the person whose SDK asks again without a pause."""
    connects = planned.kind == "client.connect.failed"
    return connects and number % _FLOODS_EVERY == _FLOODS_EVERY - 1 and not planned.terminal


def _body(event_id: str, kind: str, stamp: str, data: Data) -> bytes:
    event = {"version": "2.0", "id": event_id, "timestamp": stamp, "type": kind, "data": data}
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()


def _failure(planned: Planned, chance: random.Random, *, floods: bool) -> Data:
    """The failure of one event, and its text when the SDK gives up."""
    category = _CATEGORIES[planned.kind]
    match planned.kind:
        case "client.publish.failed":
            data = media_path("PUBLISH", "host", lost=chance.random() < 0.5)
            data["error_description"] = _ice_text(planned.person, chance)
        case "client.subscribe.failed":
            data = media_path("SUBSCRIBE", "host", lost=True)
            data["error_description"] = _ice_text(planned.person, chance)
        case "client.join.failed":
            data = join_refused(500, "sfu join failed", chance.randrange(6))
            data["error_description"] = _ice_text(planned.person, chance)
        case "client.disconnected":
            data = signal_lost()
            if chance.random() < 0.5:
                data |= {"error_code": 4005, "error_name": "ICEFailure"}
            data["error_description"] = _ice_text(planned.person, chance)
        case _ if floods:
            return {**refused_at_init(500, "internal error"), "is_terminal": False}
        case _:
            words = chance.choice(_FETCH)
            data = {**unreachable(), "error_message": f"Endpoint is not reachable - {words}"}
            data["error_description"] = _ice_text(planned.person, chance)
    if planned.terminal:
        return gave_up(data, category, 60_000 + chance.randrange(400))
    return data


def _ice_text(person: int, chance: random.Random) -> str:
    """A candidate pair as browsers write it; one of fifty was never chosen."""
    if chance.random() < 0.02:
        return "local candidate - undefined; remote candidate - undefined"
    local, remote = _local(person, chance), _remote(chance)
    return f"local candidate - candidate:{local}; remote candidate - candidate:{remote}"


def _local(person: int, chance: random.Random) -> str:
    home = f"198.51.100.{person % 250 + 1}"
    inner = f"192.168.{person % 200}.{chance.randrange(2, 250)}"
    port, low = chance.randrange(1024, 65_535), chance.randrange(2**16)
    from_inner = f"raddr {inner} rport {chance.randrange(1024, 65_535)}"
    turn, v6 = f"203.0.113.{low % 250}", f"2001:db8::{person:x}:{low:x}"
    candidate = (
        f"udp {2113929216 + low} {inner} {port} typ host",
        f"udp {1677721600 + low} {home} {port} typ srflx {from_inner}",
        f"udp {1845494016 + low} {home} {port} typ prflx {from_inner}",
        f"udp {41877504 + low} {turn} {port} typ relay raddr {home} rport {port}",
        f"tcp {1518214400 + low} {inner} 9 typ host tcptype active",
        f"udp {2122194432 + low} {v6} {port} typ host",
    )[chance.randrange(6)]
    return f"{chance.randrange(1, 2**32)} 1 {candidate} {_tail(chance, person)}"


def _remote(chance: random.Random) -> str:
    low = chance.randrange(2**16)
    return (
        f"{chance.randrange(1, 2**32)} 1 udp {2130640896 + low} 203.0.113.{low % 250} "
        f"{chance.randrange(20_000, 60_000)} typ {'host' if low % 3 else 'prflx'} generation 0 "
        f"ufrag {_ufrag(chance, 16)} network-cost 999"
    )


def _tail(chance: random.Random, person: int) -> str:
    cost = (10, 0, 900, 50)[person % 4]
    network = f"network-id {chance.randrange(1, 5)} network-cost {cost}"
    return f"generation 0 ufrag {_ufrag(chance, 4)} {network}"


def _ufrag(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(_UFRAG, k=length))


def _oddities(number: int) -> dict[str, Any]:
    """Fields as some clients send them: another type than the table says, or more than it says."""
    odd: tuple[dict[str, Any], ...] = (
        {"agent": "os:android,os_version:14,sdk_version:2.9.1"},
        {"error_code": "4005", "is_terminal": "false"},
        {"user_name": "Eve\u202e\u0000 <!channel>", "room_name": None},
        {"error_description": f"{'socket closed ' * 800}at wss://prod-in.example.com/v2/ws"},
        {"stats": {"rtt": 312.5, "lost": [1, 2, 3], "inner": {"jitter": 0.4}}},
        {"devices": {"videoInput": [{"label": "FaceTime HD"}, {}], "audioInput": []}},
    )
    return odd[number // _ODD_EVERY % len(odd)]
