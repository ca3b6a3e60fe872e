"""One cursor from page to page, as the simplest program reads them: httpx and json.

``python -m benchmarks.programs.sequential_reader ROOM_ID``
"""

import json
import sys
import time

import httpx

from benchmarks.programs.common import api, events_of, token_headers


def main() -> None:
    """Read one type of a room's events; prints {events, seconds}."""
    room_id = sys.argv[1]
    started = time.monotonic()
    with httpx.Client(base_url=api(), headers=token_headers(), trust_env=False) as client:
        events = sum(len(json.loads(page)["events"]) for page in events_of(client, room_id))
    print(json.dumps({"events": events, "seconds": time.monotonic() - started}))


if __name__ == "__main__":
    main()
