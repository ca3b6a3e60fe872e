"""Spans of time as people say them."""

from datetime import UTC, datetime, timedelta

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_SHORT = 120


EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)


def shifted(moment: datetime, by: timedelta) -> datetime:
    """The moment later by that span, as far as the calendar goes: stamps of the year 1 exist."""
    try:
        return moment + by
    except OverflowError:
        return LATEST if by > timedelta(0) else EARLIEST


def span_words(span: timedelta) -> str:
    """`0.4 s`, `14 s`, `3 min`, `2 h 5 min`, `3 days`: no more exact than is useful."""
    seconds = max(span.total_seconds(), 0.0)
    if seconds < 1:
        return f"{seconds:.1f} s"
    if seconds < _SHORT:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < _DAY:
        hours, rest = divmod(round(seconds / _MINUTE), _MINUTE)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days = round(seconds / _DAY)
    return f"{days} day" if days == 1 else f"{days} days"
