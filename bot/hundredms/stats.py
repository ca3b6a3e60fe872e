"""Peer-stats: what was measured of a peer's media, reduced to when it flowed.

https://www.100ms.live/docs/server-side/v2/api-reference/analytics/peer-stats
"""

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.tracks import PeerStats
from bot.hundredms.lenient import YEARS, as_mapping, as_whole
from bot.hundredms.wire import Object


class StatsWire(BaseModel):
    """The two sides of a peer, each with lists of tracks by medium."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    publisher: Object = Field(default_factory=dict)
    subscriber: Object = Field(default_factory=dict)


def stats_of(wire: StatsWire, peer_id: str, session_id: str) -> PeerStats | None:
    """The moments with a bitrate, oldest first, once each; None if there are none at all."""
    published = tuple(sorted(set(_moments(wire.publisher))))
    received = tuple(sorted(set(_moments(wire.subscriber))))
    if not published and not received:
        return None
    return PeerStats(peer_id, session_id, published, received)


def _moments(side: Mapping[str, Any]) -> Iterator[datetime]:
    """When a track of that side had a bitrate: a null or a zero is no media."""
    for track in chain.from_iterable(map(_list, side.values())):
        series = as_mapping(as_mapping(track).get("time_series"))
        stamps, rates = _list(series.get("timestamps")), _list(series.get("bitrate"))
        for stamp, rate in zip(stamps, rates, strict=False):
            moment = _moment(stamp)
            if moment and _flows(rate):
                yield moment


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _flows(rate: object) -> bool:
    if isinstance(rate, bool) or not isinstance(rate, int | float):
        return False
    return 0 < rate < math.inf


def _moment(stamp: object) -> datetime | None:
    """A time out of milliseconds since 1970."""
    milliseconds = as_whole(stamp)
    if milliseconds is None or milliseconds <= 0:
        return None
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year in YEARS else None
