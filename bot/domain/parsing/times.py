"""Days, times of day and lengths of time as people write them, and their resolution."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

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
