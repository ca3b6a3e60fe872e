"""Which part of a call a story is about, so that proof can fit it."""

from typing import Literal

from bot.domain.diagnosis.story import Story
from bot.domain.diagnosis.texts import MEDIA_ERRORS, media_of
from bot.domain.events import ErrorEvent

Part = Literal["device", "publish", "subscribe", "session"]

SESSION_TYPES = frozenset({"client.connect.failed", "client.join.failed", "client.disconnected"})
PUBLISH, SUBSCRIBE = "client.publish.failed", "client.subscribe.failed"
MEDIA_TYPES = frozenset({PUBLISH, SUBSCRIBE})
ICE_CODES = frozenset({4005, 4006})
_DEVICES = range(3000, 4000)
_STATUSES = range(100, 600)
_LEGACY = range(10_000, 100_000)


def status_of(code: int) -> int:
    """The HTTP status behind a code, 0 if there is none; 40101 is an older 401."""
    if code in _LEGACY:
        code //= 100
    return code if code in _STATUSES else 0


def is_media_error(event: ErrorEvent) -> bool:
    """True for a browser's own media error that carries no 100ms code."""
    return not event.error_code and (event.error_name or "").strip() in MEDIA_ERRORS


def part_of(story: Story) -> Part:
    """The part that failed. A lost connection is one even if a device error caused it."""
    if story.type != "client.disconnected":
        if story.code in _DEVICES or is_media_error(story.rows[0]):
            return "device"
        if story.type == "client.publish.failed":
            return "publish"
        if story.type == "client.subscribe.failed":
            return "subscribe"
    return "session"


def media_of_story(story: Story) -> frozenset[str]:
    """Every medium its events name; empty if none does."""
    return frozenset[str]().union(*(media_of(row) for row in story.rows))


def is_ice(event: ErrorEvent) -> bool:
    """True for a media path that was lost or never found."""
    return event.error_code in ICE_CODES and event.type in MEDIA_TYPES
