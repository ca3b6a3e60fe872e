"""Days, times of day, time zones and lengths of time as people write them, and their resolution.

An abbreviation that several places use means its most usual place: IST is India, CST and EST are in
North America, BST is British Summer Time. The offsets are those of the IANA data base.
https://www.iana.org/time-zones

Everyday words become standard ones first: `half past nine` is `9:30`, `yday` is `yesterday`. Only
typed text is changed, because in pasted text such words belong to somebody else's sentences.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800, "mon": 2_592_000}
UNIT = r"(?:months?|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|wks?|w)"
_AMOUNT = rf"[0-9]{{1,9}}\s{{0,2}}{UNIT}"
SPAN = rf"{_AMOUNT}(?:\s?(?:and\s)?[0-9]{{1,9}}\s?{UNIT})?"
"""A pattern of a length of time: `2h`, `3 days`, `1d12h`."""

_PIECE = re.compile(r"([0-9]+)\s*(mon|[mhdw])", re.IGNORECASE)
AROUND = (timedelta(minutes=30), timedelta(minutes=60))
"""Time before and after a point such as `at 3pm` that counts; clocks differ."""

Days = Callable[[date], tuple[date, date]]
"""Maps today to the first and the last day that are meant."""


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A time of day. `half` is "am" or "pm" if written; a bare hour may still get one."""

    hour: int
    minute: int = 0
    second: float = 0.0
    half: str = ""
    bare: bool = False
    whole: bool = False
    """Whether seconds or a date's `T` are beside it, so that `-05:00` after it is a zone."""

    def at(self) -> time:
        """Return it as a time. Raises ValueError if there is no such time (`25:00`, `13pm`)."""
        hour = self.hour
        if self.half:
            if not 1 <= hour <= 12:  # noqa: PLR2004  a clock's hours
                raise ValueError(hour)
            hour = hour % 12 + (12 if self.half == "pm" else 0)
        if hour == 24 and not self.minute:  # noqa: PLR2004  the end of a day
            hour = 0
        micro = round(self.second % 1 * 1e6) % 1_000_000
        return time(hour, self.minute, int(self.second), micro)


@dataclass(frozen=True, slots=True)
class Moment:
    """The written parts of a point or range of time; now and the zone supply the rest.

    `hours` are the part of a day, counted from its midnight, and may pass the next one. `back` is
    the distance between two days that the same words may mean. `ago` is counted back from now.
    """

    days: Days | None = None
    back: timedelta | None = None
    hours: tuple[int, int] | None = None
    clock: ClockTime | None = None
    zone: tzinfo | None = None
    ago: timedelta | None = None


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A range from `start` to `end`, both UTC; the two are equal for a point in time."""

    start: datetime
    end: datetime

    @property
    def point(self) -> bool:
        """Whether the range has no length."""
        return self.start == self.end


def parse_duration(text: str) -> timedelta | None:
    """Return the length of time that a SPAN names; None if it is too long."""
    try:
        return timedelta(
            seconds=sum(int(n) * _UNITS[unit] for n, unit in _PIECE.findall(text.lower()))
        )
    except OverflowError:
        return None


def resolve(moment: Moment, now: datetime, default_zone: tzinfo) -> TimeRange:
    """Return the range of a moment; a time of day without a day is its latest past one.

    Raises ValueError or OverflowError if there is no such time.
    """
    if moment.ago is not None:
        point = (now - moment.ago).astimezone(UTC)
        return TimeRange(point, point)
    zone = moment.zone or default_zone
    today = now.astimezone(zone).date()
    first, last = moment.days(today) if moment.days else (today, today)
    time_range = _resolve_on(moment, first, last, zone)
    back = moment.back if moment.days else timedelta(days=1)
    if back and time_range.start > now:
        time_range = _resolve_on(moment, first - back, last - back, zone)
    return time_range


def resolve_after(moment: Moment, start: datetime, default_zone: tzinfo) -> TimeRange:
    """Return the first such time of day after `start`, for the end of `23:30-0:30`."""
    zone = moment.zone or default_zone
    day = start.astimezone(zone).date()
    time_range = _resolve_on(moment, day, day, zone)
    if time_range.start <= start:
        day += timedelta(days=1)
        time_range = _resolve_on(moment, day, day, zone)
    return time_range


def resolve_ahead(moment: Moment, now: datetime, default_zone: tzinfo) -> TimeRange | None:
    """Return the range on the next day that the words name, within a month; None for no such day.

    `Friday` and `5 Dec` name the day that they give as seen from it; `yesterday` never does.
    """
    today = now.astimezone(moment.zone or default_zone).date()
    days = moment.days
    if days is None or (days(today)[0] == today and not moment.back):  # a date that is today
        return None
    for ahead in range(1, 32):
        day = today + timedelta(days=ahead)
        if days(day)[0] == day:
            return _resolve_on(moment, day, day, moment.zone or default_zone)
    return None


def fill_from(moment: Moment, other: Moment) -> Moment:
    """Return one end of a span with the zone, the day and the am or pm of the other end."""
    moment = replace(moment, zone=moment.zone or other.zone)
    if moment.days is None and moment.ago is None and moment.clock and other.clock:
        moment = replace(moment, days=other.days, back=other.back)
    if moment.clock and other.clock and other.clock.half and not moment.clock.half:
        half = other.clock.half
        if moment.clock.hour % 12 > other.clock.hour % 12:  # from 11 to 1pm
            half = "am" if half == "pm" else "pm"
        if 1 <= moment.clock.hour <= 12:  # noqa: PLR2004  a clock's hours
            moment = replace(moment, clock=replace(moment.clock, half=half))
    return moment


def _resolve_on(moment: Moment, first: date, last: date, zone: tzinfo) -> TimeRange:
    if moment.clock:
        day, clock = _in_day_part(moment.clock, moment.hours, first)
        start = datetime.combine(day, clock.at(), zone)
        if clock.hour == 24:  # noqa: PLR2004  the end of a day
            start = datetime.combine(day + timedelta(days=1), time(0), zone)
        return TimeRange(start.astimezone(UTC), start.astimezone(UTC))
    from_hour, to_hour = moment.hours or (0, 24)
    return TimeRange(_start_of_hour(first, from_hour, zone), _start_of_hour(last, to_hour, zone))


def _in_day_part(
    clock: ClockTime, hours: tuple[int, int] | None, day: date
) -> tuple[date, ClockTime]:
    """Return the day and time within that part of the day.

    11 of `last night` is 23:00, and 2 is the next day's.
    """
    if hours is None:
        return day, clock
    hour = clock.at().hour
    turns = (0, 24) if clock.half else (0, 12, 24)
    fitting = next((hour + turn for turn in turns if hours[0] <= hour + turn < hours[1]), hour)
    minutes = replace(clock, hour=fitting % 24, half="")
    return day + timedelta(days=fitting // 24), minutes


def _start_of_hour(day: date, hour: int, zone: tzinfo) -> datetime:
    day += timedelta(days=hour // 24)
    return datetime.combine(day, time(hour % 24), zone).astimezone(UTC)


_TYPED_MOST = 300  # characters
_PASTED = re.compile(r"[\n{}\"]")
_HOURS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_HOUR = rf"(?P<hour>1[0-9]|2[0-3]|[0-9]|{'|'.join(_HOURS)})"
_LABELS = ("room", "code", "user", "peer", "session")
_BEFORE = r"(?<![\w.:/@'-])" + "".join(rf"(?<!(?<![\w.-]){label} )" for label in _LABELS)
_END = r"(?![\w:/@'-]|\.\w)"
_MINUTES = {"half past": 30, "quarter past": 15, "quarter to": -15}
_DAY = r"(?:today|yesterday|(?:this|last|yesterday|in\sthe)\s(?:morning|afternoon|evening|night))"
_MONTHS = "january|february|march|april|june|july|august|september|october|november|december"


def plain_times(text: str) -> str:
    """Return the text with times of day and days in standard words; pasted text is not changed."""
    if len(text) > _TYPED_MOST or _PASTED.search(text.strip()):
        return text
    text = _PAST.sub(_clock, text)
    for pattern, words in _IDIOMS:
        text = pattern.sub(words, text)
    return _HALF.sub(_half, text)


def _clock(found: re.Match[str]) -> str:
    hour = int(_HOURS.get(found["hour"].lower(), 0) or found["hour"])
    minutes = hour * 60 + _MINUTES[" ".join(found["part"].lower().split()[-2:])]
    first = 0 if hour > 12 else 60  # a quarter to one is 12:45  # noqa: PLR2004
    if minutes < first:
        minutes += 12 * 60
    return f"{minutes // 60}:{minutes % 60:02}"


def _half(found: re.Match[str]) -> str:
    """Return `10 in the morning` as `10am`, with the day if it is named."""
    hour, part = int(found["hour"]), found["part"].lower()
    if not 1 <= hour <= 12:  # noqa: PLR2004  a clock's hours
        return found[0]
    late = 5 <= hour <= 11 if part == "night" else part != "morning"  # noqa: PLR2004
    day = {"this": " today", "yesterday": " yesterday"}.get(found["day"].lower(), "")
    return f"{hour}{found['minute'] or ''}{'pm' if late else 'am'}{day}"


_PAST = re.compile(
    rf"{_BEFORE}(?P<part>(?:a\s)?(?:half\spast|quarter\s(?:past|to)))\s{_HOUR}(?![\w:])",
    re.IGNORECASE,
)
_HALF = re.compile(
    rf"{_BEFORE}(?P<hour>[0-9]{{1,2}})(?P<minute>:[0-9]{{2}})?\s(?P<day>in\sthe|this|at|yesterday)\s"
    rf"(?P<part>morning|afternoon|evening|night){_END}",
    re.IGNORECASE,
)
_LENGTH = r"[0-9]{1,4}\s?(?:m|mins?|minutes?|h|hrs?|hours?|days?)"
_UNIT_WORD = r"(?:minutes?|mins?|hours?|hrs?|days?|weeks?)"
_VAGUE = (
    r"earlier|early|late|later|first\sthing|all(?:\sof|\sday)?|(?:the\s)?whole(?:\sof)?"
    r"|(?:the\s)?end\sof\sday"
)
_NO_LENGTH = r"(?!(?:since|sinse|last|past|until|till|within|in|for|next|room|code|user|peer)\s)"
_WHOSE = r"(?:(?:room|session|peer|user)\s|\S{3,256}\sin\s)?"
_ZONES = r"(pacific|eastern|central|mountain)"
_IDIOMS = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (rf"{_BEFORE}(?:yday|y'day|yest)\.?{_END}", "yesterday"),
        *(
            (rf"{_BEFORE}(last|past|since)\s{word}\s(?={_UNIT_WORD}{_END})", rf"\1 {number} ")
            for word, number in _HOURS.items()
        ),
        (rf"{_BEFORE}(today|yesterday)'s(?=\s)", r"\1"),
        (rf"{_BEFORE}({_LENGTH})\sback{_END}", r"\1 ago"),
        (rf"{_BEFORE}(?:approximately|approx\.?|circa|ca\.|roughly)\s?(?=[0-9]|noon)", "around "),
        (rf"{_BEFORE}([0-9]{{1,2}}(?::[0-9]{{2}})?(?:\s?[ap]m)?|noon)-?ish{_END}", r"around \1"),
        (r"(?<=\s)(?:at|around)\s(?=around\s)", ""),
        (rf"{_BEFORE}(?:{_VAGUE})\s(?={_DAY}{_END})", ""),
        (rf"{_BEFORE}(?:shortly|just)\s(?=(?:before|after)\s[0-9])", ""),
        (rf"{_BEFORE}since\s(?:about\s)?an?\s(?=(?:hour|day|week){_END}(?!\sago))", "since 1 "),
        (rf"^(\s*{_WHOSE}{_NO_LENGTH}\S{{3,256}}\s{{1,4}})([0-9]{{1,3}}[hdw])\s*$", r"\1last \2"),
        (rf"{_BEFORE}([0-9]{{1,2}})-([0-9]{{1,2}})-(20[0-9]{{2}}){_END}", r"\1/\2/\3"),
        (rf"(?<=[0-9m]\s)in\s(?:the\s)?(london|india|uk)(?:\stime)?{_END}", r"\1 time"),
        (rf"(?<=[0-9m]\s){_ZONES}{_END}(?!\s(?:standard|daylight|summer|time))", r"\1 time"),
        (rf"{_BEFORE}(?:in|during)\s({_MONTHS})(?![\w:/@'-]|\s[0-9])", r"since \1"),
    )
)


_OFFSETS = {
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
_SHORT = "|".join(sorted((*_OFFSETS, "pt", "mt", "ct", "et"), key=len, reverse=True))
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
    if match["short"] and (hours := _OFFSETS.get(match["short"].lower())) is not None:
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
