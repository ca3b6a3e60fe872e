"""Databases and messages of an older release (`tests/data/release-…`), moved to the present."""

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from workbench.pretend_slack import Message, Team
from workbench.pretend_slack.records import ResponseUrl

FOLDER = Path(__file__).parents[1] / "data" / "release-0.1"
DATABASES = ("bot", "bot-jobs")
ADDRESS = "http://127.0.0.1:9"
"""Address of the pretend Slack when the record was made; nothing listens there now."""

_IDS = 1000
"""More than the recorded workspace gave."""

_SECONDS = re.compile(r"(?<![\w.])1[6-9]\d{8}(?!\d)")
_MILLISECONDS = re.compile(r"(?<![\w.])1[6-9]\d{11}(?!\d)")
_ISO = re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d")
_OBJECT_ID = re.compile(r"\b6[0-9a-f]{7}(?=[0-9a-f]{16}\b)")
"""Ids of 100ms, the pretend one too, begin with the second in which they were made."""


class Record:
    """The record as if made a minute ago. `made_at` is the present of its rooms."""

    def __init__(self) -> None:
        text = (FOLDER / "slack.json").read_text("utf-8")
        recorded_at = json.loads(text)["recorded_at"]
        last = max(map(int, _SECONDS.findall(text)))
        self._seconds = int(time.time()) - 60 - last
        self.made_at = datetime.fromtimestamp(recorded_at + self._seconds, UTC)
        self._slack: dict[str, Any] = json.loads(self.moved(text))

    @property
    def large_events(self) -> int:
        """Events of the room `large`."""
        return int(self._slack["large_events"])

    def moved(self, text: str) -> str:
        """Return the text with each time in it moved by the same amount."""
        by = self._seconds
        text = _SECONDS.sub(lambda found: str(int(found[0]) + by), text)
        text = _MILLISECONDS.sub(lambda found: str(int(found[0]) + by * 1000), text)
        text = _OBJECT_ID.sub(lambda found: f"{int(found[0], 16) + by:08x}", text)
        return _ISO.sub(lambda found: _later(found[0], by), text)

    def restore_databases(self, folder: Path, slack_url: str) -> None:
        """Write both databases into the folder; their response_urls lead to `slack_url`."""
        for name in DATABASES:
            text = self.moved((FOLDER / f"{name}.sql").read_text("utf-8"))
            with sqlite3.connect(folder / f"{name}.db") as connection:
                connection.executescript(text.replace(ADDRESS, slack_url))
            connection.close()

    def restore_slack(self, team: Team) -> None:
        """Restore messages and response_urls in the pretend Slack; no id is used a second time."""
        for _ in range(_IDS):
            team.new_id("")
        text = json.dumps(self._slack).replace(ADDRESS, team.base_url)
        slack = json.loads(text)
        team.messages += [Message(**message) for message in slack["messages"]]
        for facts in slack["urls"]:
            url = ResponseUrl(**facts)
            url.ready.set()
            team.urls[url.id] = url


def buttons_of(message: Message) -> Iterator[tuple[str, str]]:
    """Return name and value of each button of a message."""
    for block in message.blocks:
        for element in (*block.get("elements", ()), block.get("accessory") or {}):
            if element.get("action_id") and "value" in element:
                yield element["action_id"], element["value"]


def _later(stamp: str, seconds: int) -> str:
    return (datetime.fromisoformat(stamp) + timedelta(seconds=seconds)).isoformat()
