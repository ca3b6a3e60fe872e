"""Time zones as people write them: `UTC`, `IST`, `PT`, `+05:30`, `Asia/Kolkata`.

An abbreviation that several places use means its most usual place: IST is India, CST and EST are in
North America, BST is British Summer Time. The offsets are those of the IANA data base.
https://www.iana.org/time-zones
"""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_HOURS = {
    "ist": 5.5, "pst": -8, "pdt": -7, "mst": -7, "mdt": -6, "cst": -6, "cdt": -5, "est": -5,
    "edt": -4, "akst": -9, "akdt": -8, "hst": -10, "brt": -3, "bst": 1, "wet": 0, "west": 1,
    "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3, "trt": 3, "gst": 4, "pkt": 5, "npt": 5.75,
    "wib": 7, "ict": 7, "sgt": 8, "hkt": 8, "pht": 8, "awst": 8, "myt": 8, "jst": 9, "kst": 9,
    "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "sast": 2, "wat": 1,
    "cat": 2, "eat": 3,
}  # fmt: skip
_PLACES = {
    "pt": "America/Los_Angeles", "pacific": "America/Los_Angeles", "mt": "America/Denver",
    "mountain": "America/Denver", "ct": "America/Chicago", "central": "America/Chicago",
    "et": "America/New_York", "eastern": "America/New_York", "india": "Asia/Kolkata",
    "indian": "Asia/Kolkata", "uk": "Europe/London", "london": "Europe/London",
}  # fmt: skip
_OFFSET = r"(?P<sign>[+-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?"
_SHORT = "|".join(sorted((*_HOURS, "pt", "mt", "ct", "et"), key=len, reverse=True))
_LONG = "pacific|mountain|central|eastern|indian?|uk|london"
ZONE = re.compile(
    r"\s{0,2}\(?(?:"
    rf"(?P<utc>Z|UTC|GMT)(?:\s?{_OFFSET})?"
    r"|(?P<iso>[+-][0-9]{2}:?[0-9]{2})"
    r"|(?P<area>(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc|US)/[A-Z][A-Za-z_+-]{1,30}(?:/[A-Z][A-Za-z_]{1,30})?)"
    rf"|(?P<short>{_SHORT})|(?P<long>{_LONG})\s(?:standard\s|daylight\s|summer\s)?time"
    r"|(?P<own>(?:my|local|our)\stime)"
    r")\)?(?![\w:/-])",
    re.IGNORECASE,
)
"""A zone right after a time, with the blank before it."""


def zone_of(match: re.Match[str]) -> tzinfo | None:
    """Return the zone of a ZONE match; None for the asker's own. Raises ValueError if unknown."""
    if match["own"]:
        return None
    zone = _zone(match)
    if zone is None:
        raise ValueError("no such zone")
    return zone


def _zone(match: re.Match[str]) -> tzinfo | None:
    if match["iso"]:
        digits = match["iso"][1:].replace(":", "")
        return _fixed_offset(match["iso"][0], digits[:2], digits[2:])
    if match["utc"]:
        return (
            _fixed_offset(match["sign"], match["hours"], match["minutes"]) if match["sign"] else UTC
        )
    if match["short"] and (hours := _HOURS.get(match["short"].lower())) is not None:
        return timezone(timedelta(hours=hours), match["short"].upper())
    if match["area"]:
        return find_zone(match["area"]) or find_zone(match["area"].title())
    return find_zone(_PLACES[(match["short"] or match["long"]).lower()])


def find_zone(name: str) -> tzinfo | None:
    """Return a zone of the IANA data base; None if it has none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _fixed_offset(sign: str, hours: str, minutes: str | None) -> tzinfo | None:
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if offset >= timedelta(hours=24):
        return None
    return timezone(offset if sign == "+" else -offset)
