"""When somebody's microphone, camera and screen were on, out of their track events."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from bot.domain.tracks import TrackEvent


@dataclass(frozen=True, slots=True)
class Signal:
    """A stretch in which a medium was sent; `until` is None if nothing tells its end."""

    media: str
    since: datetime
    until: datetime | None


def signals_of(tracks: Iterable[TrackEvent]) -> Mapping[str, tuple[Signal, ...]]:
    """The signals of each peer (id in small letters), in order of time."""
    ours = [one for one in tracks if one.peer_id and one.media]
    ours.sort(key=lambda one: (_track(one), one.at, one.id))
    found: dict[str, list[Signal]] = {}
    for (peer, media, _), rows in groupby(ours, key=_track):
        found.setdefault(peer, []).extend(_signals(media, rows))
    return {
        peer: tuple(sorted(own, key=lambda one: (one.since, one.media)))
        for peer, own in found.items()
    }


def _track(one: TrackEvent) -> tuple[str, str, str]:
    media = "screen" if one.source == "screen" else one.media or ""
    return ((one.peer_id or "").lower(), media, one.track_id or "")


def _signals(media: str, rows: Iterable[TrackEvent]) -> Iterator[Signal]:
    """On from adding or unmuting, off from muting or removing."""
    since: datetime | None = None
    for row in rows:
        on = row.deed != "remove" and not row.mute
        if on and since is None:
            since = row.at
        elif not on and since is not None:
            yield Signal(media, since, row.at)
            since = None
    if since is not None:
        yield Signal(media, since, None)
