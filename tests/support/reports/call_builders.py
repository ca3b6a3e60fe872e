"""Builders of small calls."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.catalogue import load_catalogue
from bot.domain.diagnosis import Diagnosis, DiagnosisInput, Story, diagnose
from bot.domain.events import Agent, ErrorEvent
from bot.domain.rooms import Peer, Room, Session, TrackEvent
from tests.support.events import make_event

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
ROOM = Room("room-1", "main", "weekly", enabled=True)
CHROME = Agent("web", "0.12.15", "web_macOS", "10.15.7", "Chrome_125.0.0.0")
CATALOGUE = load_catalogue()
NO_PATH = "local candidate - undefined; remote candidate - undefined"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def event(name: str, seconds: float, kind: str, code: int | None, **facts: Any) -> ErrorEvent:
    """Return an event of `who`, from which user and peer ids follow; by default Ann's."""
    who = facts.pop("who", "ann")
    long = "client.disconnected" if kind == "disconnected" else f"client.{kind}.failed"
    usual: dict[str, Any] = {"peer_id": f"p-{who}", "user_id": who, "agent": CHROME}
    when = at(seconds)
    facts = {**usual, **facts}
    return make_event(name, long, when, when.isoformat(), error_code=code, **facts)


def track(seconds: float, deed: str, media: str, **facts: Any) -> TrackEvent:
    who = facts.pop("who", "ann")
    kind = f"track.{deed}.success"
    usual: dict[str, Any] = {"peer_id": f"p-{who}", "user_id": who, "media": media}
    return TrackEvent(f"t-{seconds}-{media}", kind, at(seconds), **{**usual, **facts})


def peer(who: str, joined: float | None = 0, left: float | None = 2400, suffix: str = "") -> Peer:
    begins = None if joined is None else at(joined)
    return Peer(f"p-{who}{suffix}", who, who, "guest", begins, None if left is None else at(left))


def session(*peers: Peer, ends: float | None = 2400) -> Session:
    over = None if ends is None else at(ends)
    listed = {one.id: one for one in peers}
    return Session("s1", ROOM.id, "main", ends is None, START, over, listed)


def crowd(count: int) -> list[Peer]:
    """Return healthy people who were in the call before the start."""
    return [peer(f"other-{number}", -600) for number in range(count)]


def told(*events: ErrorEvent, **facts: Any) -> Diagnosis:
    facts = {"room": ROOM, "now": at(7200), **facts}
    return diagnose(DiagnosisInput(events=events, **facts), CATALOGUE)


def only(*events: ErrorEvent, **facts: Any) -> Story:
    (story,) = told(*events, **facts).stories
    return story
