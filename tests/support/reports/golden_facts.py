"""Fixed facts for the golden messages: one catalogue, one room, events of every type."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.catalogue import Catalogue, Entry
from bot.domain.events import ERROR_TYPES, Agent, ErrorEvent
from bot.domain.report import Completeness, Report, Window, count_by_type, distinct_events
from bot.domain.rooms import Room, Session
from bot.domain.target import Target, TargetKind
from bot.hundredms.error_events import parse_event
from bot.hundredms.schemas import EventsWire
from tests.support.events import make_event

NOON = datetime(2026, 11, 22, 8, 26, 40, 117_000, tzinfo=UTC)
AS_OF = datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC)
ROOM = Room("65af97002889d74ef8d1e18f", "main", "standup-daily", enabled=True)
SESSION = Session(
    "66ac5e989b41849dde50f549",
    ROOM.id,
    "main",
    created_at=NOON - timedelta(minutes=5),
    ended_at=NOON + timedelta(minutes=40),
)
SAMPLES = Path("workbench/pretend_hundredms/samples")


def entry(key: str, title: str, owner: str, *codes: int) -> Entry:
    return Entry(
        key=key,
        title=title,
        reason=title[0].lower() + title[1:],
        meaning=f"What {title.lower()} means, in a sentence.",
        cause="The likely cause.",
        say="What support says.",
        do=("What to do about it, in a sentence with `a word to type`.",),
        owner=owner,  # type: ignore[arg-type]  # a literal in the entries below
        codes=codes,
    )


CATALOGUE = Catalogue(
    [
        entry("unknown", "An error nobody has described", "service"),
        entry("join", "The server refused the join", "service", 500),
        entry("path", "The media connection broke", "user_network", 4005, 4006),
        entry("socket", "The signalling connection was lost", "user_network", 1003),
        entry("unreachable", "100ms could not be reached", "user_network", 2003),
        entry("permission", "The browser may not use the camera", "user_device", 3001),
    ]
)

AGENT = Agent(
    sdk="web",
    sdk_version="0.12.17",
    os="web_macOS",
    os_version="10.15.7",
    device_model="Chrome_126.0.0.0",
    framework="react-web",
    framework_version="18.2.0",
    framework_sdk_version="0.10.17",
    is_prebuilt=True,
    domain="CUSTOM",
    env="debug",
)


def event(number: int, kind: str = ERROR_TYPES[2], **changes: Any) -> ErrorEvent:
    """Return a terminal join failure of one of three people, a minute after the previous one."""
    at = NOON + timedelta(minutes=number)
    facts: dict[str, Any] = {
        "id": f"{number:08d}-8ae0-4b1d-9d59-000000000000",
        "type": kind,
        "at": at,
        "stamp": f"2026-11-22T08:{26 + number}:40.117Z",
        "peer_id": f"58ddb219-e3de-41f6-9511-{number % 3:012d}",
        "user_id": f"customer-{number % 3}",
        "user_name": ("Ann", "Bob", "Čeněk")[number % 3],
        "session_id": SESSION.id,
        "room_id": ROOM.id,
        "room_name": "standup-daily",
        "role": "host",
        "error_code": 500,
        "error_name": "ServerErrors",
        "error_message": "sfu join failed",
        "error_description": "sfu join failed",
        "is_terminal": True,
        "action": "JOIN",
        "agent": AGENT,
    }
    return make_event(**facts | changes)


FULL = event(
    1,
    template_id="649299b38fa2aaa45e69b777",
    account_id="61a4b18df0fd8f05f19aef53",
    error_description="sfu join failed. [JoinWSMessageFailed] Could not recover after 60000 "
    "milliseconds; local candidate - candidate:1 1 udp 41886207 [ip] [port] typ relay",
    domain="CUSTOM",
    transport_state="Reconnecting",
    endpoint="https://prod-init.100ms.live/init",
    retries_join=3,
    media=(("Audio", "up to 32 kbps, codec opus"), ("Video", "640 x 480, up to 30 fps")),
    extras=(("track_type", "audio, video"), ("network_info.effectiveType", "4g")),
)
"""Every field that 100ms documents for any type."""


def report(*events: ErrorEvent, **changes: Any) -> Report:
    """Return a complete report on the room."""
    found = distinct_events(events)
    facts: dict[str, Any] = {
        "lookup_id": "CD-ABCD2345",
        "target": Target("room", ROOM),
        "as_of": AS_OF,
        "window": Window(),
        "completeness": Completeness(len(found), len(found), complete=True),
        "events": found,
        "by_type": count_by_type(found),
    }
    return Report(**facts | changes)


def about(kind: TargetKind) -> Target:
    """Return the room, or a session, peer or user in it, as a target."""
    return Target(
        kind,
        ROOM,
        session=SESSION if kind == "session" else None,
        peer_id="58ddb219-e3de-41f6-9511-000000000001" if kind == "peer" else None,
        user_id="customer-1" if kind == "user" else None,
    )


def sample(name: str) -> Report:
    """Return the report on a sample response of 100ms' documentation."""
    page = EventsWire.model_validate(json.loads((SAMPLES / f"{name}.json").read_text()))
    found = [parse_event(row, b"key of the tests") for row in page.events]
    return report(*(each for each in found if each))
