"""The opening while a look-up still reads: true numbers, marked as partial."""

from bot.domain.target import Progress
from bot.domain.text import clip
from bot.render.filters import count
from bot.render.message import Message
from bot.render.phrases import TYPE_NAMES, display_name, safe_text
from bot.render.templates import MessageTemplates

_BAR_WIDTH = 20
_PLACE, _WAITS = 80, 160


def progress_message(templates: MessageTemplates, progress: Progress, reference: str) -> Message:
    """Return `so far: 100 of 4,312 events`, with a bar if the total is known; part `opening`."""
    return templates.message(
        "progress",
        "opening",
        counted=_count_words(progress),
        place=_room_words(progress),
        by_type=_by_type(progress),
        bar=_bar(progress),
        waits_for=clip(safe_text(progress.waits_for), _WAITS) or _default_wait(progress),
        reference=reference,
    )


def _count_words(progress: Progress) -> str:
    if progress.total is None:
        return count(progress.fetched, "event", "events")
    if progress.total == progress.fetched:
        return f"{count(progress.fetched, 'error event', 'error events')}, all read"
    return f"{progress.fetched:,} of {count(progress.total, 'event', 'events')}"


def _room_words(progress: Progress) -> str:
    room = progress.target.room
    return f"room {clip(display_name(room.name) or room.id, _PLACE)}"


def _by_type(progress: Progress) -> str:
    parts = (
        f"{TYPE_NAMES.get(kind, kind)} {rows:,}" for kind, rows in progress.by_type.items() if rows
    )
    return ", ".join(parts)


def _bar(progress: Progress) -> str:
    """Return `████░░░░░░░░░░░░░░░░ 21 %`; "" if the total is unknown or reached."""
    if not progress.total or progress.fetched >= progress.total:
        return ""
    share = progress.fetched / progress.total
    full = int(share * _BAR_WIDTH)
    return f"{'█' * full}{'░' * (_BAR_WIDTH - full)} {int(share * 100)} %"


def _default_wait(progress: Progress) -> str:
    if progress.total is not None and progress.fetched >= progress.total:
        return "who recovered, and why it failed"
    return "the other events"
