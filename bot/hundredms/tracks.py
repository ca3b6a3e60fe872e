"""Track events: the envelope of an error event around other data.

https://www.100ms.live/docs/server-side/v2/api-reference/analytics/track-events
"""

from bot.domain.tracks import Media, TrackEvent
from bot.hundredms.lenient import as_flag, as_past, as_text
from bot.hundredms.rows import row_of
from bot.hundredms.tidy import tidy

_PREFIX = "track."
_MEDIA: dict[str, Media] = {"audio": "audio", "video": "video"}


def track_of(value: object) -> TrackEvent | None:
    """The track event; None for a row of another kind, which a page may hold as well.

    Every field of the data may be missing or of an odd type; it is None then.
    """
    row = row_of(value)
    if row is None or not row.type.startswith(_PREFIX):
        return None
    read = row.data.get
    return TrackEvent(
        id=row.id,
        type=row.type,
        at=row.at,
        stamp=row.stamp,
        peer_id=as_text(read("peer_id")),
        user_id=as_text(read("user_id")),
        user_name=tidy(as_text(read("user_name"))),
        role=tidy(as_text(read("role"))),
        session_id=as_text(read("session_id")),
        room_id=as_text(read("room_id")),
        track_id=as_text(read("track_id")),
        media=_MEDIA.get(_word(read("type")) or ""),
        source=_word(read("source")),
        mute=as_flag(read("mute")),
        joined_at=as_past(read("joined_at")),
    )


def _word(value: object) -> str | None:
    return (tidy(as_text(value)) or "").lower() or None
