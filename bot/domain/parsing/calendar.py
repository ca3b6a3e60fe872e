"""Parses words for days and times of day into moments.

Dates with a month's name and times of day are parsed by dateutil, which is loaded only when a text
holds one.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from bot.domain.parsing.times import SPAN, ClockTime, Days, Moment, parse_duration

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "a couple of": 2,
    "couple of": 2,
}  # fmt: skip
_PARTS = {
    "morning": (0, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (18, 30),
}  # fmt: skip
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_END = r"(?![\w/@-]|:\w|\.\w)"
_SHORT_WEEK = r"(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\.?"
_LONG_WEEK = "|".join(_WEEKDAYS)

_AGO = re.compile(
    rf"(?:(?P<span>{SPAN})|(?P<half>half\san?\shour)"
    rf"|(?P<number>{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\s"
    r"(?P<unit>minutes?|hours?|days?|weeks?|months?))"
    rf"\s{{1,2}}(?:ago|earlier){_END}",
    re.IGNORECASE,
)
_ISO = re.compile(r"(?P<day>[0-9]{4}([-/])[0-9]{2}\2[0-9]{2})(?:(?=T[0-9])|(?![\w:/@-]))")
_ORDINAL = re.compile(rf"(?:the\s)?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th){_END}", re.IGNORECASE)
_NAMED_DATE = re.compile(
    rf"(?:{_MONTH}\s?[0-9]{{1,2}}(?:st|nd|rd|th)?|[0-9]{{1,2}}(?:st|nd|rd|th)?\s?(?:of\s)?{_MONTH})"
    rf"(?P<year>,?\s[0-9]{{4}}(?![:\w]))?{_END}",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    rf"(?P<a>[0-9]{{1,2}})(?P<sep>[./])(?P<b>[0-9]{{1,2}})(?:(?P=sep)(?P<year>(?:20)?[0-9]{{2}}))?{_END}"
)
_WORD = re.compile(
    r"(?:(?P<before>the\sday\sbefore\syesterday)|(?P<word>today|yesterday|tomorrow|tonight|overnight)"
    r"|last\s(?P<last>night|week|month|weekend|year)|this\s(?P<this>week|month|weekend)"
    r"|(?:this|in\sthe)\s(?P<part>morning|afternoon|evening)"
    rf"|(?P<which>last\s|this\s|past\s)?(?P<weekday>{_LONG_WEEK}|{_SHORT_WEEK})){_END}",
    re.IGNORECASE,
)
_DATED = re.compile(
    r",?\s{1,3}(?:the\s)?(?=[0-9]{1,2}(?:st|nd|rd|th|\s|/)|[A-Z][a-z]{2}|[0-9]{4}-)"
)
_PART = re.compile(
    rf"(?:(?:in\s)?the\s)?(?P<part>morning|afternoon|evening|night){_END}", re.IGNORECASE
)
_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:"
    r"(?P<colon>[:.])(?P<minute>[0-9]{2})(?:(?P<second>:[0-9]{2}(?:\.[0-9]{1,9})?))?"
    r"(?:\s?(?P<half>[ap]\.?m\b\.?)|\s?hrs?\b)?"
    r"|\s?(?P<only>[ap]\.?m\b\.?)|\s?(?P<oclock>o'?clock)(?:\s(?P<said>[ap]\.?m\b\.?))?"
    r"|(?P<h>h)(?P<french>[0-9]{2})?)?(?![0-9]|\.[0-9])",
    re.IGNORECASE,
)
_MILITARY = re.compile(
    r"(?P<hour>[01][0-9]|2[0-3])(?P<minute>[0-5][0-9])\s?(?:hrs?|hours)\b", re.IGNORECASE
)
_CLOCK_WORD = re.compile(
    r"(?:12\s)?(?P<word>noon|midday|midnight)(?![\w:/@]|-[a-z]|\.\w)", re.IGNORECASE
)


def parse_ago(text: str, at: int) -> tuple[Moment, int] | None:
    """Parse `2 hours ago`; a whole day or week is meant if that is the unit."""
    match = _AGO.match(text, at)
    if not match:
        return None
    words = match["span"] or ("30m" if match["half"] else "")
    if not words:
        words = f"{_NUMBERS[match['number'].lower()]}{_unit(match['unit'])}"
    length = parse_duration(words)
    return (Moment(ago=length), match.end()) if length is not None else None


def _unit(word: str) -> str:
    """Return the unit in SPAN's shortest form: `mon` is a month, `m` a minute."""
    return "mon" if word.lower().startswith("mon") else word[0].lower()


def parse_day(text: str, at: int) -> tuple[Moment, int] | None:
    """Parse one day or several: a date, a weekday, or words such as `yesterday` or `last week`."""
    for pattern, reader in _DAYS:
        match = pattern.match(text, at)
        if match:
            date_start = (
                _DATED.match(text, match.end()) if pattern is _WORD and match["weekday"] else None
            )
            date_after = parse_day(text, date_start.end()) if date_start else None
            if date_after:  # Friday, 28 November
                return date_after
            moment = reader(match)
            return (moment, match.end()) if moment else None
    return None


def parse_day_part(text: str, at: int) -> tuple[Moment, int] | None:
    """Parse a part of a day, such as `morning`, after a day."""
    match = _PART.match(text, at)
    return (Moment(hours=_PARTS[match["part"].lower()]), match.end()) if match else None


def parse_clock(text: str, at: int, *, bare: bool) -> tuple[Moment, int] | None:
    """Parse a time of day; an hour alone (`from 9 to 10am`) is accepted only with `bare`."""
    word = _CLOCK_WORD.match(text, at)
    if word:
        return Moment(clock=ClockTime(0 if word["word"].lower() == "midnight" else 12)), word.end()
    military = _MILITARY.match(text, at)
    if military:
        clock = ClockTime(int(military["hour"]), int(military["minute"]))
        return Moment(clock=clock), military.end()
    match = _CLOCK.match(text, at)
    if not match or _is_no_clock(match, text, bare=bare):
        return None
    half = (match["half"] or match["only"] or match["said"] or "").lower().replace(".", "")
    clock = ClockTime(
        int(match["hour"]),
        int(match["minute"] or match["french"] or 0),
        float((match["second"] or ":0")[1:]),
        half,
        bare=not (match["minute"] or half or match["oclock"] or match["h"]),
        whole=bool(match["second"]),
    )
    return Moment(clock=clock), match.end()


def _is_no_clock(match: re.Match[str], text: str, *, bare: bool) -> bool:
    """Return whether it is another number: `9`, `3.14`, `10:00:1b`, or part of a word or name."""
    after = text[match.end() : match.end() + 1]
    if after and (after.isalpha() or after in "_:/@%") and after.upper() != "Z":
        return True
    whole = match[0].strip()
    if whole.isdecimal() or whole.lower().endswith("h"):
        return not bare
    return match["colon"] == "." and not match["half"]


def _iso_date(match: re.Match[str]) -> Moment | None:
    return _exact_day(date.fromisoformat(match["day"].replace("/", "-")))


def _ordinal_day(match: re.Match[str]) -> Moment | None:
    """Return the latest day with that number."""
    number = int(match["day"])
    if not 1 <= number <= 31:  # noqa: PLR2004  a month's days
        return None

    def days(today: date) -> tuple[date, date]:
        while today.day != number:
            today -= _DAY
        return today, today

    return Moment(days=days)


def _named_date(match: re.Match[str]) -> Moment | None:
    from dateutil import parser  # noqa: PLC0415  loaded only for a text that holds a date

    words = re.sub(r"\bof\b|\.", " ", match[0], flags=re.IGNORECASE)
    if match["year"]:
        return _exact_day(parser.parse(words, default=datetime(2000, 1, 1)).date())  # noqa: DTZ001
    day = parser.parse(words, default=datetime(2000, 1, 1)).date()  # noqa: DTZ001  only a day
    return _yearly(day.month, day.day)


def _numbered_date(match: re.Match[str]) -> Moment | None:
    """Return the day of `28/11/2026` or `28/11`; None if the numbers are no date.

    Raises ValueError if it is not clear which number is the day.
    """
    first, second = int(match["a"]), int(match["b"])
    dotted = match["sep"] == "."
    if dotted and not match["year"]:
        return None  # 28.11 may be a version
    if max(first, second) > 31 or min(first, second) == 0:  # noqa: PLR2004
        return None
    if not dotted and first != second and max(first, second) <= 12:  # noqa: PLR2004
        raise ValueError("day or month")
    day, month = (second, first) if second > 12 else (first, second)  # noqa: PLR2004
    if match["year"]:
        return _exact_day(date(int(match["year"][-2:]) + 2000, month, day))
    return _yearly(month, day)


def _yearly(month: int, day: int) -> Moment:
    """Return the latest such day: this year's, or last year's if that is in the future."""

    def days(today: date) -> tuple[date, date]:
        for year in range(today.year, today.year - 8, -1):  # 29 February is not in every year
            try:
                candidate = date(year, month, day)
            except ValueError:
                continue
            if candidate <= today:
                return candidate, candidate
        raise ValueError("no such day")

    return Moment(days=days)


def _exact_day(day: date) -> Moment:
    return Moment(days=lambda _: (day, day))


def _day_word(match: re.Match[str]) -> Moment | None:
    if match["weekday"]:
        return _weekday(match["weekday"], (match["which"] or "").strip().lower())
    if match["part"]:
        back = None if match[0][:4].lower() == "this" else _DAY
        return Moment(days=_days_from_today(0), back=back, hours=_PARTS[match["part"].lower()])
    return _WORDS[" ".join(match[0].lower().split())]()


def _weekday(word: str, which: str) -> Moment:
    number = next(n for n, name in enumerate(_WEEKDAYS) if name[:3] == word[:3].lower())

    def days(today: date) -> tuple[date, date]:
        behind = (today.weekday() - number) % 7
        if behind == 0 and which in ("last", "past"):
            behind = 7
        day = today - behind * _DAY
        return day, day

    return Moment(days=days, back=_WEEK)


def _days_from_today(number: int) -> Days:
    return lambda today: (today + number * _DAY, today + number * _DAY)


def _week_days(number: int, first: int = 0, last: int = 6) -> Days:
    def days(today: date) -> tuple[date, date]:
        monday = today - today.weekday() * _DAY + number * _WEEK
        return monday + first * _DAY, monday + last * _DAY

    return days


def _last_month(today: date) -> tuple[date, date]:
    end = today.replace(day=1) - _DAY
    return end.replace(day=1), end


def _last_year(today: date) -> tuple[date, date]:
    return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)


_WORDS: dict[str, Callable[[], Moment]] = {
    "the day before yesterday": lambda: Moment(days=_days_from_today(-2)),
    "yesterday": lambda: Moment(days=_days_from_today(-1)),
    "today": lambda: Moment(days=_days_from_today(0)),
    "tomorrow": lambda: Moment(days=_days_from_today(1)),
    "tonight": lambda: Moment(days=_days_from_today(0), back=_DAY, hours=_PARTS["night"]),
    "last night": lambda: Moment(days=_days_from_today(-1), hours=_PARTS["night"]),
    "overnight": lambda: Moment(days=_days_from_today(-1), hours=_PARTS["night"]),
    "last week": lambda: Moment(days=_week_days(-1)),
    "this week": lambda: Moment(days=_week_days(0)),
    "last weekend": lambda: Moment(days=_week_days(-1, first=5)),
    "this weekend": lambda: Moment(days=_week_days(0, first=5), back=_WEEK),
    "last month": lambda: Moment(days=_last_month),
    "this month": lambda: Moment(days=lambda today: (today.replace(day=1), today)),
    "last year": lambda: Moment(days=_last_year),
}
_DAYS = (
    (_ISO, _iso_date),
    (_NAMED_DATE, _named_date),
    (_ORDINAL, _ordinal_day),
    (_NUMBERED, _numbered_date),
    (_WORD, _day_word),
)
