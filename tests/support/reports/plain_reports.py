"""Small reports for the tests of the renderer's parts."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.catalogue import Catalogue, Entry
from bot.domain.events import ErrorEvent
from bot.domain.report import Completeness, Report, Window, distinct_events
from bot.domain.rooms import Room
from bot.domain.target import Target
from bot.render.renderer import Renderer
from tests.support.events import make_event
from workbench.pretend_slack.limits import visible_text

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CATALOGUE = Catalogue(
    [
        Entry(
            key="unknown",
            title="An unknown error",
            reason="the error is unknown",
            meaning="It means something.",
            cause="Something.",
            say="Something.",
            do=("Do something.",),
            owner="app",
        )
    ]
)
RENDERER = Renderer(CATALOGUE)


def failure(number: int, **changes: Any) -> ErrorEvent:
    """Return a terminal join failure, one a second, each of another person."""
    at = NOON + timedelta(seconds=number)
    facts: dict[str, Any] = {
        "id": f"event-{number:05d}",
        "type": "client.join.failed",
        "at": at,
        "stamp": at.isoformat(),
        "peer_id": f"Peer-{number:05d}",
        "user_id": f"user-{number:05d}",
        "user_name": f"Ann {number}",
        "error_code": 500,
        "error_name": "ServerErrors",
        "error_message": "sfu join failed",
        "is_terminal": True,
    }
    return make_event(**facts | changes)


def report(*events: ErrorEvent, **changes: Any) -> Report:
    """Return a complete report on a room."""
    facts: dict[str, Any] = {
        "lookup_id": "CD-ABCD2345",
        "target": Target("room", Room("65af97002889d74ef8d1e18f", "main", "standup")),
        "as_of": NOON,
        "window": Window(),
        "completeness": Completeness(len(events), len(events), complete=True),
        "events": distinct_events(events),
    }
    return Report(**facts | changes)


def shown(message: Any) -> str:
    """Return all text of a message's blocks."""
    return str(visible_text([dict(block) for block in message.blocks]))
