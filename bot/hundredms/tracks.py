"""Track events: the envelope of an error event around other data.

https://www.100ms.live/docs/server-side/v2/api-reference/analytics/track-events
"""

from bot.domain.stamps import NO_TIME
from bot.domain.tracks import Media, TrackEvent
from bot.hundredms.lenient import as_flag, as_text, as_time
from bot.hundredms.rows import row_of
from bot.hundredms.tidy import tidy

_PREFIX = "track."
_MEDIA: dict[str, Media] = {"audio": "audio", "video": "video"}


def track_of(value: object) -> TrackEvent | None:
    """The track event; None for a row of another kind or without a time that can be read.

    A page may hold rows of other kinds as well (`is_other`). Without a time a track event proves
    nothing.

    Every field of the data may be missing or of an odd type; it is None then.
    """
    row = row_of(value)
    if row is None or row.at == NO_TIME or not row.type.startswith(_PREFIX):
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
        joined_at=as_time(read("joined_at")),
    )


def is_other(value: object) -> bool:
    """True for a row that can be read and is no track event."""
    row = row_of(value)
    return row is not None and not row.type.startswith(_PREFIX)


def _word(value: object) -> str | None:
    return (tidy(as_text(value)) or "").lower() or None
