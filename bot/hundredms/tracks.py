"""Track events: the envelope of an error event around other data.

https://www.100ms.live/docs/server-side/v2/api-reference/analytics/track-events
"""

from bot.domain.tracks import Media, TrackEvent
from bot.hundredms.lenient import as_flag, as_past, as_text, as_time
from bot.hundredms.tidy import tidy
from bot.hundredms.wire import EventWire

_PREFIX = "track."
_MEDIA: dict[str, Media] = {"audio": "audio", "video": "video"}


def track_of(wire: EventWire) -> TrackEvent | None:
    """The track event; None for a row of another kind, which a page may hold as well.

    Every field of the data may be missing or of an odd type; it is None then.
    """
    at = as_time(wire.timestamp)
    if at is None or not wire.type.startswith(_PREFIX):
        return None
    data, more = wire.data, wire.data.model_extra or {}
    return TrackEvent(
        id=wire.id,
        type=wire.type,
        at=at,
        stamp=wire.timestamp,
        peer_id=data.peer_id,
        user_id=data.user_id,
        user_name=tidy(data.user_name),
        role=tidy(data.role),
        session_id=data.session_id,
        room_id=data.room_id,
        track_id=as_text(more.get("track_id")),
        media=_MEDIA.get(_word(more.get("type")) or ""),
        source=_word(more.get("source")),
        mute=as_flag(more.get("mute")),
        joined_at=as_past(more.get("joined_at")),
    )


def _word(value: object) -> str | None:
    return (tidy(as_text(value)) or "").lower() or None
