"""The same look-up as a script that one writes in an hour: one page after the other.

``python with_requests.py ROOM_ID``. It needs ``requests`` and ``pyjwt``, and HMS_ACCESS_KEY,
HMS_SECRET and HMS_API_URL. No retries, no time window, no diagnosis, no proof of completeness.
"""

import os
import sys
import time
import uuid
from collections import Counter
from typing import Any

import jwt
import requests

API = os.environ["HMS_API_URL"]
TYPES = (
    "client.publish.failed",
    "client.subscribe.failed",
    "client.join.failed",
    "client.disconnected",
    "client.connect.failed",
)


def management_token() -> str:
    """A token for an hour."""
    now = int(time.time())
    claims = {
        "access_key": os.environ["HMS_ACCESS_KEY"],
        "type": "management",
        "version": 2,
        "jti": str(uuid.uuid4()),
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
    }
    return jwt.encode(claims, os.environ["HMS_SECRET"], algorithm="HS256")


def events_of(session: requests.Session, room_id: str) -> tuple[list[dict[str, Any]], int]:
    """All events of the room, and how many 100ms says that there are."""
    events: list[dict[str, Any]] = []
    total = 0
    for kind in TYPES:
        asked = {"room_id": room_id, "type": kind, "limit": "100"}
        while True:
            page = session.get(f"{API}/analytics/events", params=asked, timeout=30).json()
            events += page["events"]
            if not page["next"]:
                total += page["total"]
                break
            asked["start"] = page["next"]
    return sorted(events, key=lambda event: str(event["timestamp"])), total


def main() -> None:
    """Print counts, and the first failures."""
    room_id = sys.argv[1]
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {management_token()}"
        room = session.get(f"{API}/rooms/{room_id}", timeout=30).json()
        events, total = events_of(session, room_id)
    terminal = [event for event in events if event["data"]["is_terminal"]]
    print(f"Room {room['name']}: {len(events)} of {total} events, {len(terminal)} terminal")
    for kind, count in Counter(event["type"] for event in events).items():
        print(f"  {kind}: {count}")
    for event in terminal[:10]:
        data = event["data"]
        print(f"  {event['timestamp']} {data['user_name']}: {data['error_message']}")


if __name__ == "__main__":
    main()
