"""Helpers of the measuring programs: the address, a token, the pages of one query."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx

from workbench.pretend_hundredms.auth import management_token

ONE_TYPE = "client.publish.failed"


def api() -> str:
    """The address of the pretend 100ms."""
    return os.environ["HMS_API_URL"]


def token_headers() -> dict[str, str]:
    """A management token, as a header."""
    key, secret = os.environ["HMS_ACCESS_KEY"], os.environ["HMS_SECRET"]
    return {"Authorization": f"Bearer {management_token(key, secret, datetime.now(UTC))}"}


def events_of(client: httpx.Client, room_id: str, kind: str = ONE_TYPE) -> Iterator[bytes]:
    """The body of each page of one type, in turn."""
    asked = {"room_id": room_id, "type": kind, "limit": "100"}
    while True:
        body = client.get("/analytics/events", params=asked).raise_for_status().content
        yield body
        following = json.loads(body)["next"]
        if not following:
            return
        asked["start"] = following
