"""Rows as 100ms sends them, with addresses of end users in every field that is text.

A world is made of a seed: it holds a hundred texts, and to draw each one from hypothesis would
take a hundred times as long as to look for the addresses.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from random import Random
from typing import Any
from urllib.parse import quote
from uuid import UUID

from hypothesis import strategies as st

from bot.catalogue import load_catalogue
from bot.domain.diagnosis import DiagnosisInput, diagnose
from bot.domain.events import ERROR_TYPES, ErrorEvent
from bot.domain.report import Completeness, Report, Window, count_by_type, distinct_events
from bot.domain.rooms import Room, Session
from bot.domain.target import Target, TargetKind
from bot.hundredms.error_events import parse_event
from bot.hundredms.schemas import RoomWire, SessionWire, parse_room, parse_session

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROOM = "6600aa11bb22cc33dd44ee55"
CATALOGUE = load_catalogue()
_DATA = (
    "peer_id", "user_id", "user_name", "session_id", "room_id", "room_name", "template_id",
    "account_id", "role", "error_name", "error_message", "error_description", "action", "domain",
    "transport_state", "endpoint", "odd",
)  # fmt: skip
_AGENT = (
    "sdk", "os", "device_model", "framework", "domain", "env", "sdk_version", "os_version",
    "framework_version", "framework_sdk_version",
)  # fmt: skip
_FORMS = (
    "{}", "{}:443", "{}.443", "[{}]:8080", "{}%eth0", "({})", "remote:{}", "v{}", "{}udp",
    "guest-{}", "https://{}/x", "host/{}", "version: {}", "candidate:1 1 udp 9 {} 5000 typ host",
)  # fmt: skip
_AROUND = ("", " ", ",", "é", "x", "Zoë ", "\u200b", "12:30:45 ", "(", "<", "ß=")
_KINDS: tuple[TargetKind, ...] = ("room", "session", "peer", "user")


@dataclass
class Hand:
    """Generates addresses, and records the spellings that no output may contain."""

    random: Random
    spellings: set[str] = field(default_factory=set)

    def address(self) -> str:
        """Return a random IPv4 or IPv6 in one of several spellings, or an mDNS name."""
        bits = self.random.getrandbits
        four = str(IPv4Address(self.random.randint(0x01000000, 0xDFFFFFFF)))
        six = IPv6Address(bits(112) | 0x2001 << 112)
        ways: tuple[Callable[[], str], ...] = (
            lambda: four,
            lambda: str(six),
            lambda: six.exploded,
            lambda: str(six).upper(),
            lambda: f"::ffff:{four}",
            lambda: f"fe80::{six.exploded[20:]}",
            lambda: f"2001:db8::{bits(16) | 0x1000:x}",
            lambda: f"{UUID(int=bits(128), version=4)}.local",
        )
        return self.random.choice(ways)()

    def text(self) -> str:
        """Return text with an address: plain, percent-encoded or with an invisible character."""
        address = self.address()
        encoded = quote(address, safe="").replace(".", "%2E")
        self.spellings |= {address.lower(), quote(address, safe="").lower(), encoded.lower()}
        way = self.random.randrange(6)
        if way == 0:
            address = encoded
        elif way == 1:
            middle = len(address) // 2
            address = f"{address[:middle]}\u200b{address[middle:]}"
        pick = self.random.choice
        return pick(_AROUND) + pick(_FORMS).format(address) + pick(_AROUND)


@dataclass(frozen=True, repr=False)
class World:
    """A diagnosed report, and the spellings of the addresses in its rows."""

    seed: int
    report: Report
    hand: Hand

    def __repr__(self) -> str:
        return f"world_of({self.seed})"


def _row(hand: Hand, number: int) -> dict[str, Any]:
    data: dict[str, Any] = {name: hand.text() for name in _DATA}
    agent = {name: f"{hand.text()}:80" for name in _AGENT}
    agent["string"] = ",".join(f"{name}:{hand.text()}" for name in ("os", "sdk", "odd"))
    data |= {
        "agent": agent,
        "error_code": hand.random.choice([0, 4005, 500, 3001]),
        "is_terminal": hand.random.random() < 0.7,
        "audio": {"codec": hand.text()},
        "video": {hand.text(): hand.text()},
        "devices": {"videoInput": [{"label": hand.text()}], hand.text(): [hand.text()]},
        "nested": {hand.text(): {"deep": [hand.text(), {"x": hand.text()}]}},
    }
    return {
        "id": f"{number}-{hand.text()}",
        "type": hand.random.choice([*ERROR_TYPES, f"client.{hand.text()}.failed"]),
        "timestamp": (NOON + timedelta(seconds=number)).isoformat(),
        "data": data,
    }


def _session(hand: Hand, rows: list[dict[str, Any]]) -> Session:
    ids = [row["data"]["peer_id"] for row in rows] + [hand.text()]
    peers = {
        one: {
            "id": one,
            "name": hand.text(),
            "user_id": hand.text(),
            "role": hand.text(),
            "joined_at": NOON.isoformat(),
            "left_at": (NOON + timedelta(minutes=3)).isoformat(),
        }
        for one in ids
    }
    wire = {"id": hand.text(), "room_id": ROOM, "peers": peers, "active": False}
    wire["created_at"] = NOON.isoformat()
    session = parse_session(SessionWire.model_validate(wire), "main")
    assert session is not None
    return session


def world_of(seed: int) -> World:
    hand = Hand(Random(seed))  # noqa: S311  a test
    rows = [_row(hand, number) for number in range(hand.random.randint(1, 4))]
    session = _session(hand, rows)
    found = distinct_events([one for row in rows if (one := parse_event(row, b"key"))])
    wire = RoomWire.model_validate({"id": ROOM, "name": hand.text(), "enabled": True})
    room = parse_room(wire, "main")
    assert room is not None
    kind = hand.random.choice(_KINDS)
    as_of = NOON + timedelta(hours=1)
    report = Report(
        lookup_id="CD-ABCD2345",
        target=_target(kind, room, session, found[0]),
        as_of=as_of,
        window=Window(None, None),
        completeness=Completeness(len(found), len(found), complete=True, notes=(hand.text(),)),
        events=found,
        by_type=count_by_type(found),
        sessions=(session,),
        notes=(hand.text(),),
        diagnosis=diagnose(
            DiagnosisInput(room, as_of, found, sessions=(session,), kind=kind), CATALOGUE
        ),
    )
    return World(seed, report, hand)


def _target(kind: TargetKind, room: Room, session: Session, event: ErrorEvent) -> Target:
    facts: Mapping[str, Mapping[str, Any]] = {
        "session": {"session": session},
        "peer": {"peer_id": event.peer_id},
        "user": {"user_id": event.user_id},
    }
    return Target(kind, room, **facts.get(kind, {}))


seeds = st.integers(0, 2**63)
worlds = seeds.map(world_of)
"""Generate up to four events and a session, parsed and diagnosed."""
