"""A peer's room by reading one list after the other.

Rooms of that name, enabled and disabled; active sessions; ended sessions, newest first.
``python -m benchmarks.programs.sequential_search PEER_ID``
"""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx

from benchmarks.programs.common import api, token_headers


def main() -> None:
    """Search until a session holds the peer; prints {seconds, room_id}."""
    peer_id = sys.argv[1]
    started = time.monotonic()
    with httpx.Client(base_url=api(), headers=token_headers(), trust_env=False) as client:
        room_id = _search(client, peer_id)
    print(json.dumps({"seconds": time.monotonic() - started, "room_id": room_id}))


def _search(client: httpx.Client, peer_id: str) -> str:
    for enabled in ("true", "false"):
        client.get("/rooms", params={"name": peer_id, "enabled": enabled}).raise_for_status()
    for active in ("true", "false"):
        for page in _pages(client, active):
            for session in page:
                if peer_id in session["peers"]:
                    return str(session["room_id"])
    raise SystemExit("the peer is in no session")


def _pages(client: httpx.Client, active: str) -> Iterator[list[dict[str, Any]]]:
    asked = {"active": active, "limit": "100"}
    while True:
        page = client.get("/sessions", params=asked).raise_for_status().json()
        yield page["data"]
        if not page["last"]:
            return
        asked["start"] = page["last"]


if __name__ == "__main__":
    main()
