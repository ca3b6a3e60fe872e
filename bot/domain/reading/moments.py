"""Times as people type them: `2h`, `3 days`, `2026-05-01T10:00`, `10:00`, `yesterday`. All UTC."""

import re
from datetime import UTC, datetime, timedelta

_UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_UNIT = r"(?:minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)"
_AMOUNT = rf"[0-9]{{1,9}}\s{{0,2}}{_UNIT}"
_ZONE = r"(?:\s?(?:Z|UTC)|[+-][0-9]{2}:?[0-9]{2})?"
_CLOCK = rf"[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,9}})?)?{_ZONE}"
SPAN = rf"{_AMOUNT}(?:[0-9]{{1,9}}{_UNIT})?"
"""A pattern, as MOMENT, of a length of time: `2h`, `3 days`, `1d12h`."""
MOMENT = (
    rf"(?:[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[T ]{_CLOCK})?|{_CLOCK}"
    rf"|{SPAN}(?:\s{{1,2}}ago)?"
    r"|today|yesterday|now|hour|day|week)"
)
"""A pattern, to be used without regard to case, of every time that read_moment may know."""

_PIECE = re.compile(r"([0-9]+)\s*([mhdw])", re.IGNORECASE)
_LENGTHS = {"hour": "1h", "day": "1d", "week": "1w"}


def read_moment(text: str, now: datetime, *, ends: bool) -> datetime | None:
    """The moment meant, in UTC, or None if there is none such (`2026-02-30`).

    A bare date is its first moment, or its last if it `ends` a stretch of time.
    A bare time of day is today's, or yesterday's if that lies ahead.
    """
    now = now.astimezone(UTC)
    word = _LENGTHS.get(text.lower(), text.lower())
    try:
        if word in {"today", "yesterday", "now"}:
            return _day(word, now, ends=ends)
        if word[:5].endswith("-"):
            return _date(word, ends=ends)
        if ":" in word:
            return _clock(word, now)
        return now - _length(word)
    except (ValueError, OverflowError):
        return None


def read_span(text: str) -> timedelta | None:
    """The length of time that a SPAN names; None if there is none so long."""
    try:
        return _length(text.lower())
    except OverflowError:
        return None


def _length(word: str) -> timedelta:
    return timedelta(seconds=sum(int(n) * _UNITS[unit] for n, unit in _PIECE.findall(word)))


def _day(word: str, now: datetime, *, ends: bool) -> datetime:
    if word == "now" or (word == "today" and ends):
        return now
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if word == "yesterday":
        start -= timedelta(days=1)
    return start + timedelta(days=1, microseconds=-1) if ends else start


def _date(word: str, *, ends: bool) -> datetime:
    if len(word) == len("2026-05-01"):
        start = datetime.fromisoformat(word).replace(tzinfo=UTC)
        return start + timedelta(days=1, microseconds=-1) if ends else start
    day, clock = word[:10], word[11:]
    moment = datetime.fromisoformat(f"{day}T{_iso_clock(clock)}")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _clock(word: str, now: datetime) -> datetime:
    moment = datetime.fromisoformat(f"{now:%Y-%m-%d}T{_iso_clock(word)}")
    moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return moment if moment <= now else moment - timedelta(days=1)


def _iso_clock(word: str) -> str:
    """`9:05 utc` as `09:05+00:00`."""
    word = re.sub(r"\s?(?:z|utc)$", "+00:00", word)
    return word if word[1:2] != ":" else f"0{word}"
