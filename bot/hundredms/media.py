"""Reads track events and peer stats.

A track event has the envelope of an error event around other data:
https://www.100ms.live/docs/server-side/v2/api-reference/analytics/track-events

The measurements of a peer's media are reduced to the times at which media flowed:
https://www.100ms.live/docs/server-side/v2/api-reference/analytics/peer-stats
"""

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.events import NO_TIME, YEARS
from bot.domain.rooms import Media, PeerStats, TrackEvent
from bot.hundredms.error_events import parse_envelope
from bot.hundredms.lenient import as_bool, as_int, as_mapping, as_text, as_time, sanitize
from bot.hundredms.schemas import Object

_PREFIX = "track."
_MEDIA: dict[str, Media] = {"audio": "audio", "video": "video"}


def parse_track(value: object) -> TrackEvent | None:
    """Return the track event; None for a row of another kind or without a readable time.

    A page may hold rows of other kinds as well (`is_not_track`). A track event without a time
    proves nothing. Every field of the data may be missing or of an odd type, and is then None.
    """
    envelope = parse_envelope(value)
    if envelope is None or envelope.at == NO_TIME or not envelope.type.startswith(_PREFIX):
        return None
    read = envelope.data.get
    return TrackEvent(
        id=envelope.id,
        type=envelope.type,
        at=envelope.at,
        stamp=envelope.stamp,
        peer_id=as_text(read("peer_id")),
        user_id=as_text(read("user_id")),
        user_name=sanitize(as_text(read("user_name"))),
        role=sanitize(as_text(read("role"))),
        session_id=as_text(read("session_id")),
        room_id=as_text(read("room_id")),
        track_id=as_text(read("track_id")),
        media=_MEDIA.get(_lower_text(read("type")) or ""),
        source=_lower_text(read("source")),
        mute=as_bool(read("mute")),
        joined_at=as_time(read("joined_at")),
    )


def is_not_track(value: object) -> bool:
    """Return True for a readable row that is not a track event."""
    envelope = parse_envelope(value)
    return envelope is not None and not envelope.type.startswith(_PREFIX)


def _lower_text(value: object) -> str | None:
    return (sanitize(as_text(value)) or "").lower() or None


class StatsWire(BaseModel):
    """The two sides of a peer, each with lists of tracks by medium."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    publisher: Object = Field(default_factory=dict)
    subscriber: Object = Field(default_factory=dict)


def parse_stats(wire: StatsWire, peer_id: str, session_id: str) -> PeerStats | None:
    """Return the times with a bitrate, in order and without repeats; None if there are none."""
    published = tuple(sorted(set(_media_times(wire.publisher))))
    received = tuple(sorted(set(_media_times(wire.subscriber))))
    if not published and not received:
        return None
    return PeerStats(peer_id, session_id, published, received)


def _media_times(side: Mapping[str, Any]) -> Iterator[datetime]:
    """Yield the times at which a track of that side had a bitrate; null or zero is no media."""
    for track in chain.from_iterable(map(_as_list, side.values())):
        series = as_mapping(as_mapping(track).get("time_series"))
        stamps, rates = _as_list(series.get("timestamps")), _as_list(series.get("bitrate"))
        for stamp, rate in zip(stamps, rates, strict=False):
            moment = _parse_milliseconds(stamp)
            if moment and _is_positive(rate):
                yield moment


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_positive(rate: object) -> bool:
    if isinstance(rate, bool) or not isinstance(rate, int | float):
        return False
    return 0 < rate < math.inf


def _parse_milliseconds(stamp: object) -> datetime | None:
    """Return a time from milliseconds since 1970; None for anything else."""
    milliseconds = as_int(stamp)
    if milliseconds is None or milliseconds <= 0:
        return None
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year in YEARS else None
