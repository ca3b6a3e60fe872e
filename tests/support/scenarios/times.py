"""Parses times of scenarios: offsets from a start, or ISO 8601."""

import re
from datetime import UTC, datetime, timedelta

_CLOCK = re.compile(r"(?:(?P<h>\d+):)?(?P<m>\d{1,3}):(?P<s>\d{1,2}(?:\.\d+)?)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_UNIT = re.compile(r"(?P<n>\d+(?:\.\d+)?)(?P<u>ms|s|m|h|d)")
_PIECE = re.compile(r"[+-][^+-]+")


def span(text: str) -> timedelta:
    """Parse `5s`, `+00:42`, `-10m`, `+5d+00:42`. Raises ValueError."""
    text = text.strip()
    signed = text if text[:1] in "+-" else f"+{text}"
    pieces = _PIECE.findall(signed)
    if not pieces or "".join(pieces) != signed:
        raise ValueError(text)
    total = timedelta()
    for piece in pieces:
        one = _piece(piece[1:])
        total += -one if piece[0] == "-" else one
    return total


def _piece(text: str) -> timedelta:
    if clock := _CLOCK.fullmatch(text):
        hours, minutes = int(clock["h"] or 0), int(clock["m"])
        return timedelta(hours=hours, minutes=minutes, seconds=float(clock["s"]))
    unit = _UNIT.fullmatch(text)
    if unit is None:
        raise ValueError(text)
    return timedelta(seconds=float(unit["n"]) * _UNITS[unit["u"]])


def moment(text: str, start: datetime) -> datetime:
    """Return the time of an offset from `start`, or of ISO text. Raises ValueError."""
    text = text.strip()
    if text[0] in "+-":
        return start + span(text)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def stamp(text: str, at: datetime) -> str:
    """Return the time as 100ms sends it; ISO text stays as written."""
    return at.isoformat().replace("+00:00", "Z") if text.strip()[0] in "+-" else text.strip()
