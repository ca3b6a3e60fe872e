"""The documentation's sample answers as rooms: ``sample-publish`` and four more."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from workbench.pretend_hundredms.ids import nanoseconds, object_id, room_code
from workbench.pretend_hundredms.world import (
    Event,
    PretendCode,
    PretendPeer,
    PretendRoom,
    PretendSession,
)

_FILES = Path(__file__).parent / "samples"
_ROOMS = {
    "sample-publish": "client.publish.failed.json",
    "sample-subscribe": "client.subscribe.failed.json",
    "sample-join": "client.join.failed.json",
    "sample-disconnected": "client.disconnected.json",
    "sample-connect": "client.connect.failed.json",
}
_TEMPLATE = "649299b38fa2aaa45e69b777"
_BEFORE, _AFTER = timedelta(minutes=12), timedelta(minutes=20)


def sample_rooms(now: datetime) -> tuple[PretendRoom, ...]:
    """One room per sample file, its events moved into the last days before ``now``."""
    return tuple(
        _room(name, file, now - timedelta(days=day, hours=3))
        for day, (name, file) in enumerate(_ROOMS.items(), start=1)
    )


def _room(name: str, file: str, last_event_at: datetime) -> PretendRoom:
    created_at = (last_event_at - timedelta(days=40)).replace(microsecond=0)
    room_id = object_id(created_at, name)
    document = json.loads((_FILES / file).read_text(encoding="utf-8"))
    events = tuple(_redated(document["events"], last_event_at, room_id))
    return PretendRoom(
        id=room_id,
        name=name,
        created_at=created_at,
        template_id=events[0]["data"].get("template_id", _TEMPLATE),
        description=f"The documentation's example of {events[0]['type']}",
        codes=(PretendCode(room_code(name, "host"), "host"),),
        sessions=tuple(_sessions(room_id, events)),
        events=events,
    )


def _redated(events: list[Event], last_at: datetime, room_id: str) -> Iterable[Event]:
    newest = max(nanoseconds(event["timestamp"]) for event in events) // 10**9
    shift = timedelta(seconds=int(last_at.timestamp()) - newest)
    for event in events:
        whole, point, fraction = event["timestamp"].partition(".")
        moved = datetime.fromisoformat(whole).replace(tzinfo=UTC) + shift
        stamp = f"{moved:%Y-%m-%dT%H:%M:%S}{point}{fraction}"
        yield {**event, "timestamp": stamp, "data": {**event["data"], "room_id": room_id}}


def _sessions(room_id: str, events: Iterable[Event]) -> Iterable[PretendSession]:
    for event in events:
        data: dict[str, Any] = event["data"]
        if "session_id" not in data:
            continue
        at = datetime.fromisoformat(event["timestamp"])
        peer = PretendPeer(
            data["peer_id"],
            data["user_name"],
            data["user_id"],
            data["role"],
            joined_at=at - _BEFORE,
            left_at=at + _AFTER,
        )
        yield PretendSession(data["session_id"], room_id, at - _BEFORE, at + _AFTER, (peer,))
