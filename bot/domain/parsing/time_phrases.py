"""Parses times: `since noon`, `14:00-15:00 IST`, `from 9 to 10am`, `2 hours ago`, `last week`.

A phrase is an optional opening word (`since`, `from`, `at`, …), then one moment or two. In pasted
text only phrases with such a word count, since a log is full of times.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from bot.domain.parsing.calendar import parse_ago, parse_clock, parse_day, parse_day_part
from bot.domain.parsing.times import (
    AROUND,
    SPAN,
    ZONE,
    Moment,
    TimeRange,
    fill_from,
    parse_duration,
    resolve,
    resolve_after,
    resolve_ahead,
    zone_of,
)

_START = re.compile(
    r"(?<![\w.:/\"'@$%&=#-])(?:--)?(?:"
    r"(?P<rolling>(?:(?:in|over|during|within|for)\s)?(?:the\s)?(?:last|past)|within)"
    r"(?:\s{0,4}[:=]\s{0,4}|\s{1,8})(?=[0-9]|hour|day\b|minute|(?:a\s)?couple\s"
    r"|(?<=past\s)(?:week|month))"
    r"|(?P<key>since|until|til|till|from|between|at|on|around|about|before|after|by|during|@)"
    r"(?:\s{0,4}[:=]\s{0,4}|\s{1,8})(?:about\s|around\s|the\s(?!day\sb))?"
    r"|(?=[0-9]|noon\b|midnight\b|half\s|an?\s|one\s|two\s|three\s|four\s|five\s|six\s|seven\s"
    r"|eight\s|nine\s|ten\s|eleven\s|twelve\s|couple\s|today|yesterday|tomorrow|tonight|overnight|last\s"
    r"|past\s|this\s|the\s(?:day\s|[0-9])|in\sthe\s|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep"
    r"|oct|nov|dec))",
    re.IGNORECASE,
)
_ESCAPED = re.compile(
    r"(?<![\w.-])(?:--)?(?:(?:room|session|user|peer|code|name|named|called)(?:[ _-]?(?:id|name))?"
    r"[\s:=]{1,4}[*_~]?|(?:in|next|every)\s{1,4})$",
    re.IGNORECASE,
)
"""A word before a name, but not the end of one: a room may be called `war-room` or `check-in`."""
_ROLLING = re.compile(
    rf"(?P<span>{SPAN})(?![\w:-])|(?P<unit>minute|hour|day|week|month)\b", re.IGNORECASE
)
_LENGTH = re.compile(rf"(?P<span>{SPAN}|hour|day|week|now)(?![\w:-])", re.IGNORECASE)
_TO = re.compile(r"\s{0,3}(?:-|\b(?:to|until|till|til|through|thru)\b)\s{0,3}", re.IGNORECASE)
_AND = re.compile(r"\s{0,3}(?:-|\b(?:and|to|till|til|until)\b|&)\s{0,3}", re.IGNORECASE)
_JOINT = re.compile(
    r"(?:,?\s{1,3}|,|(?<=\d)T(?=\d))(?:at\s|on\s|of\s|in\s(?=the\s)|around\s)?", re.IGNORECASE
)
_WITHIN = re.compile(r",?\s{1,3}(?:from|between)\s{1,8}", re.IGNORECASE)
_ENDS = re.compile(r"(?![\w/@%=]|:\w|-[\w-]|\.\w|[\"'](?=\w))")
_ALONE = re.compile(r"\s*(?:$|[,.;?!)\x00\x01])")
_SHORT_DAY = re.compile(r"[a-z]{3,5}\.?", re.IGNORECASE)
_PASTED = re.compile(r"[\n{}]|\w\"\s?:")
_WORDS = re.compile(r"[^\s\x00\x01]{1,40}(?:\s(?:[0-9]|[A-Za-z]{2,12}/)[^\s\x00\x01]{0,40})?")
_TYPED_MOST = 300  # characters
_HOUR = timedelta(hours=1)
_ENDING = {"until", "til", "till", "by", "before"}
_RANGED = {"from", "between", "since"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A time in a text: its position, and the window that it means.

    `plain` phrases need no sentence on how they were read. `trouble` is the reason why the phrase
    cannot be used.
    """

    start: int
    end: int
    since: datetime | None = None
    until: datetime | None = None
    plain: bool = False
    zoned: bool = False
    trouble: str = ""


@dataclass(slots=True)
class PhraseReader:
    """Parses the phrases of one text. `default_zone` is the zone of times that name none."""

    text: str
    now: datetime
    default_zone: tzinfo = UTC

    def phrases(self) -> Iterator[Phrase]:
        """Yield every readable time of the text, first to last. Never raises."""
        pasted = len(self.text) > _TYPED_MOST or bool(_PASTED.search(self.text.strip()))
        at = 0
        while match := _START.search(self.text, at):
            at = max(match.end(), match.start() + 1)
            key = (match["key"] or "").lower()
            if (pasted and key not in _RANGED | _ENDING and not match["rolling"]) or (
                not key and self._is_escaped(match.start())
            ):
                continue
            phrase = self._parse_phrase(match, key)
            if phrase:
                at = phrase.end
                yield phrase

    def _is_escaped(self, at: int) -> bool:
        """Return whether the words are a name: within quotes, or after `room`."""
        if self.text.count('"', 0, at) % 2:
            return True
        return bool(_ESCAPED.search(self.text[max(0, at - 24) : at]))

    def _parse_phrase(self, match: re.Match[str], key: str) -> Phrase | None:
        start, at = match.start(), match.end()
        if match["rolling"]:
            return self._rolling_phrase(start, at)
        length = _LENGTH.match(self.text, at) if key in _ENDING | {"since"} else None
        if length and not parse_ago(self.text, at):
            return self._length_phrase(start, length, key)
        try:
            return self._spoken_phrase(start, at, key)
        except (ValueError, OverflowError):
            return self._unread_phrase(start, at)

    def _rolling_phrase(self, start: int, at: int) -> Phrase | None:
        match = _ROLLING.match(self.text, at)
        if not match:
            return None
        words = match["span"] or f"1{'mon' if match['unit'] == 'month' else match['unit'][0]}"
        return self._since_phrase(start, match.end(), words)

    def _length_phrase(self, start: int, match: re.Match[str], key: str) -> Phrase:
        words = match["span"].lower()
        words = "0m" if words == "now" else words if words[0].isdigit() else f"1{words[0]}"
        phrase = self._since_phrase(start, match.end(), words)
        if key == "since" or phrase.trouble:
            return phrase
        return replace(phrase, since=None, until=phrase.since)

    def _since_phrase(self, start: int, end: int, words: str) -> Phrase:
        length = parse_duration(words)
        try:
            since = self.now.astimezone(UTC) - length if length is not None else None
        except OverflowError:
            since = None
        if since is None:
            return Phrase(start, end, trouble="unread")
        return Phrase(start, end, since=since, plain=True)

    def _spoken_phrase(self, start: int, at: int, key: str) -> Phrase | None:
        """Parse a phrase of one moment or of two. Raises ValueError, OverflowError."""
        first = self._parse_moment(
            at, bare=key in {"at", "from", "between", "around", "about", "since"}
        )
        if first is None:
            return self._half_range(start, at)
        moment, end = first
        if moment.days and not moment.clock and (within := _WITHIN.match(self.text, end)):
            inside = self._span_of(start, within.end(), moment)
            if inside:
                return inside
        joint = (_AND if key == "between" else _TO).match(self.text, end)
        second = self._parse_moment(joint.end(), bare=True) if joint else None
        if second and self._is_range(key, moment, second[0]) and self._is_end(second[1]):
            return self._range_phrase(start, second[1], moment, second[0])
        if not self._is_end(end) or not self._is_time(key, moment, at, end):
            return None
        return self._single_moment(start, end, key, moment)

    def _span_of(self, start: int, at: int, day: Moment) -> Phrase | None:
        """Parse `9 to 10` after `yesterday from`."""
        first = self._parse_moment(at, bare=True)
        joint = _AND.match(self.text, first[1]) if first else None
        second = self._parse_moment(joint.end(), bare=True) if joint else None
        if not first or not second or not self._is_end(second[1]):
            return None
        begins = replace(first[0], days=day.days, back=day.back, zone=first[0].zone or day.zone)
        return self._range_phrase(start, second[1], begins, second[0])

    def _half_range(self, start: int, at: int) -> Phrase | None:
        """Parse `9-10am` without a word before it: the first hour is bare."""
        first = self._parse_moment(at, bare=True)
        joint = _TO.match(self.text, first[1]) if first else None
        if not first or not joint or not first[0].clock:
            return None
        second = self._parse_moment(joint.end(), bare=False)
        if second is None or not second[0].clock or not self._is_end(second[1]):
            return None
        return self._range_phrase(start, second[1], first[0], second[0])

    def _parse_moment(self, at: int, *, bare: bool) -> tuple[Moment, int] | None:
        """Parse a moment with its parts in any order, each once; return it with its end."""
        ago = parse_ago(self.text, at)
        if ago:
            return ago
        moment, end, gap_from = Moment(), -1, at
        while True:
            part = self._parse_part(gap_from, moment, bare=bare or moment.days is not None)
            if part is None:
                break
            moment, end = part
            if self.text[gap_from - 1 : gap_from] == "T" and moment.clock and moment.zone is None:
                whole = replace(moment.clock, whole=True)
                moment, end = self._with_zone(replace(moment, clock=whole), end)
            joint = _JOINT.match(self.text, end)
            if not joint:
                break
            gap_from = joint.end()
        return (moment, end) if end >= 0 else None

    def _parse_part(self, at: int, so_far: Moment, *, bare: bool) -> tuple[Moment, int] | None:
        parsers: list[Callable[[], tuple[Moment, int] | None]] = []
        if so_far.days is None:
            parsers.append(lambda: parse_day(self.text, at))
        if (so_far.days or so_far.clock) and so_far.hours is None:
            parsers.append(lambda: parse_day_part(self.text, at))
        if so_far.clock is None:
            parsers.append(lambda: parse_clock(self.text, at, bare=bare))
        for parse in parsers:
            part = parse()
            if part:
                return self._with_zone(_combine(so_far, part[0]), part[1])
        return None

    def _with_zone(self, moment: Moment, end: int) -> tuple[Moment, int]:
        match = ZONE.match(self.text, end)
        if not match or moment.zone:
            return moment, end
        clock = moment.clock
        if match["iso"] and match["iso"][0] == "-" and not (clock and clock.whole):
            return moment, end  # 14:00-15:00 is a span
        if not clock and not (match["area"] or match[0].strip(" ()").isupper()):
            return moment, end
        return replace(moment, zone=zone_of(match)), match.end()

    def _is_end(self, end: int) -> bool:
        return bool(_ENDS.match(self.text, end))

    def _is_range(self, key: str, first: Moment, second: Moment) -> bool:
        """Return whether two moments make a span: without a word, two bare hours are no times."""
        if key in _RANGED:
            return True
        bare = [m.clock.bare for m in (first, second) if m.clock]
        return first.days is not None or not all(bare)

    def _is_time(self, key: str, moment: Moment, at: int, end: int) -> bool:
        """Return whether one moment alone is a time: not the 3 of `at 3 people`, not `sun`."""
        clock = moment.clock
        if clock and clock.bare and moment.days is None and moment.zone is None:
            return bool(_ALONE.match(self.text, end)) and key != "since"
        if key or clock or moment.ago is not None:
            return True
        return not _SHORT_DAY.fullmatch(self.text, at, end) or self.text[at:end].lower() == "today"

    def _range_phrase(self, start: int, end: int, first: Moment, second: Moment) -> Phrase:
        zoned = bool(first.zone or second.zone)
        second = replace(second, zone=second.zone or first.zone)
        begins = resolve(fill_from(first, second), self.now, self.default_zone)
        if second.days is None and second.ago is None:
            finish = resolve_after(_with_next_half(second, first), begins.start, self.default_zone)
        else:
            finish = resolve(second, self.now, self.default_zone)
        if finish.end <= begins.start and not first.days and second.clock:
            return self._past_midnight(start, end, begins, second, finish)
        if finish.end <= begins.start and first.days and first.back:
            earlier = resolve(
                fill_from(first, second), begins.start - first.back, self.default_zone
            )
            begins = earlier if earlier.start < finish.end else begins
        if finish.end <= begins.start:
            return Phrase(start, end, trouble="order")
        return self._window_phrase(start, end, begins.start, _last_moment(finish), zoned=zoned)

    def _past_midnight(
        self, start: int, end: int, begins: TimeRange, second: Moment, finish: TimeRange
    ) -> Phrase:
        """Return a window past midnight.

        `11pm-1am yesterday` begins on that day; `22:00 to 2am today` begins the day before.
        """
        since, until = begins.start, resolve_after(second, begins.start, self.default_zone).end
        if since > self.now:
            since, until = since - timedelta(days=1), finish.end
        zoned = bool(second.zone)
        return self._window_phrase(start, end, since, until, zoned=zoned)

    def _single_moment(self, start: int, end: int, key: str, moment: Moment) -> Phrase:
        when, zoned = resolve(moment, self.now, self.default_zone), bool(moment.zone)
        if key in _ENDING:
            until = when.start if key == "before" else _last_moment(when)
            return Phrase(start, end, until=min(until, self.now.astimezone(UTC)), zoned=zoned)
        if key in {"since", "from", "after"}:
            since = when.end if key == "after" else when.start
            return self._window_phrase(start, end, since, None, zoned=zoned)
        if when.point:
            when, point = _widen(moment, when, self.default_zone), when
            if when.start < point.start and when.end - point.end == AROUND[1]:
                return self._window_phrase(start, end, when.start, when.end, zoned=zoned)
        return self._window_phrase(start, end, when.start, _last_moment(when), zoned=zoned)

    def _window_phrase(
        self, start: int, end: int, since: datetime, until: datetime | None, *, zoned: bool
    ) -> Phrase:
        if since > self.now:
            return Phrase(start, end, trouble="ahead")
        if until and until >= self.now:
            until = None
        return Phrase(start, end, since, until, zoned=zoned)

    def _unread_phrase(self, start: int, at: int) -> Phrase:
        """Return a phrase for an invalid time (`25:00`), up to the end of its word."""
        match = _WORDS.match(self.text, at)
        return Phrase(start, match.end() if match else at, trouble="unread")


def parse_since(text: str, now: datetime) -> datetime | None:
    """Return the start of `24h`, `yesterday` or `2026-05-01` in UTC; None if unreadable."""
    words = f"since {text.strip()}"
    phrase = next(PhraseReader(words, now).phrases(), None)
    return phrase.since if phrase and phrase.end == len(words) else None


@dataclass(frozen=True, slots=True)
class ComingTime:
    """A time ahead, UTC, the end of its words in the text, and whether they name a zone."""

    at: datetime
    end: int
    zoned: bool


def parse_coming_time(text: str, at: int, now: datetime, zone: tzinfo) -> ComingTime | None:
    """Parse `18:00`, `tomorrow 9am CET` or `noon` at that place; None if there is no time.

    A time of day without a day is the next one, and so is a weekday, or a date without a year. A
    day of the past may be returned.
    """
    reader = PhraseReader(text, now, zone)
    try:
        found = reader._parse_moment(at, bare=True)  # noqa: SLF001  same module
        if found is None or found[0].ago is not None:
            return None
        moment, end = found
        if moment.days is None:
            when = resolve_after(moment, now, zone)
        else:
            # `back` would turn a day ahead into its predecessor.
            when = resolve(replace(moment, back=None), now, zone)
            if when.end <= now:
                when = resolve_ahead(moment, now, zone) or when
    except (ValueError, OverflowError):
        return None
    return ComingTime(when.end, end, bool(moment.zone)) if reader._is_end(end) else None  # noqa: SLF001


def _combine(so_far: Moment, part: Moment) -> Moment:
    return Moment(
        days=so_far.days or part.days,
        back=so_far.back if so_far.days else part.back,
        hours=so_far.hours or part.hours,
        clock=so_far.clock or part.clock,
        zone=so_far.zone,
    )


def _with_next_half(second: Moment, first: Moment) -> Moment:
    """Return the end of `from 10pm to 2` with am or pm: the next hour of that number."""
    clock, other = second.clock, first.clock
    if clock and other and other.half and not clock.half and 1 <= clock.hour <= 12:  # noqa: PLR2004
        same = clock.hour % 12 > other.hour % 12
        half = other.half if same else ("am" if other.half == "pm" else "pm")
        return replace(second, clock=replace(clock, half=half))
    return second


def _last_moment(when: TimeRange) -> datetime:
    """Return the last moment of a range; for a point in time, the point itself."""
    return when.end if when.point else when.end - timedelta(microseconds=1)


def _widen(moment: Moment, when: TimeRange, default_zone: tzinfo) -> TimeRange:
    """Return the range around a point such as `at 3pm`.

    For `3 days ago` it is the whole day, for `2 weeks ago` the whole week.
    """
    if moment.ago is not None and moment.ago >= timedelta(days=1) and not moment.ago.seconds:
        day = when.start.astimezone(default_zone).date()
        days = 7 if moment.ago >= timedelta(weeks=1) and moment.ago.days % 7 == 0 else 1
        first = day - timedelta(days=day.weekday() if days > 1 else 0)
        return resolve(
            Moment(days=lambda _: (first, first + timedelta(days=days - 1))),
            when.start,
            default_zone,
        )
    return TimeRange(when.start - AROUND[0], when.end + AROUND[1])
