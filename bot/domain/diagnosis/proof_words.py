"""How a proof of recovery reads."""

from datetime import datetime

from bot.domain.diagnosis.spans import span_words
from bot.domain.tracks import TrackEvent


def medium_of(track: TrackEvent) -> str | None:
    """What the track carries."""
    return "screen" if track.source == "screen" else track.media


def later(at: datetime, after: datetime) -> str:
    """How long after the failure it shows."""
    return f"{span_words(at - after)} later"


def deed_of(track: TrackEvent) -> str:
    """What the person did."""
    medium = "the screen" if track.source == "screen" else track.media or "media"
    if track.deed == "add":
        return f"published {medium} again"
    if track.mute is None:
        return f"changed {medium}"
    return f"muted {medium}" if track.mute else f"unmuted {medium}"
