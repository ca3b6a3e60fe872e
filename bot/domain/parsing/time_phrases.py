"""Times in a text: `since noon`, `14:00-15:00 IST`, `from 9 to 10am`, `2 hours ago`, `last week`.

A phrase is a word that opens it (`since`, `from`, `at`, …) or none, then one moment or two. In
what was pasted rather than typed only phrases with such a word count, since a log is full of times.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from bot.domain.parsing.calendar import take_ago, take_clock, take_day, take_part
from bot.domain.parsing.time_zones import ZONE, zone_of
from bot.domain.parsing.times import (
    AROUND,
    SPAN,
    Moment,
    Stretch,
    like,
    parse_duration,
    settle,
    settle_after,
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
    r"(?:\b(?:room|session|user|peer|code|name|named|called)(?:[ _-]?(?:id|name))?"
    r"[\s:=]{1,4}[*_~]?|\b(?:in|next|every)\s{1,4})$",
    re.IGNORECASE,
)
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
    """A time in a text: where it stands, and the window it means.

    `plain` is one whose reading needs no word. `trouble` says why it cannot be used.
    """

    start: int
    end: int
    since: datetime | None = None
    until: datetime | None = None
    plain: bool = False
    zoned: bool = False
    trouble: str = ""


@dataclass(slots=True)
class Reader:
    """Reads the phrases of one text. `usual` is the zone of a time that names none."""

    text: str
    now: datetime
    usual: tzinfo = UTC

    def phrases(self) -> Iterator[Phrase]:
        """Every time that can be told from the text, first to last. Never raises."""
        pasted = len(self.text) > _TYPED_MOST or bool(_PASTED.search(self.text.strip()))
        at = 0
        while found := _START.search(self.text, at):
            at = max(found.end(), found.start() + 1)
            key = (found["key"] or "").lower()
            if (pasted and key not in _RANGED | _ENDING and not found["rolling"]) or (
                not key and self._escaped(found.start())
            ):
                continue
            phrase = self._phrase(found, key)
            if phrase:
                at = phrase.end
                yield phrase

    def _escaped(self, at: int) -> bool:
        """Whether it is a name: within quotes, or after `room`."""
        if self.text.count('"', 0, at) % 2:
            return True
        return bool(_ESCAPED.search(self.text[max(0, at - 24) : at]))

    def _phrase(self, found: re.Match[str], key: str) -> Phrase | None:
        start, at = found.start(), found.end()
        if found["rolling"]:
            return self._rolling(start, at)
        length = _LENGTH.match(self.text, at) if key in _ENDING | {"since"} else None
        if length and not take_ago(self.text, at):
            return self._length(start, length, key)
        try:
            return self._spoken(start, at, key)
        except (ValueError, OverflowError):
            return self._unread(start, at)

    def _rolling(self, start: int, at: int) -> Phrase | None:
        found = _ROLLING.match(self.text, at)
        if not found:
            return None
        words = found["span"] or f"1{'mon' if found['unit'] == 'month' else found['unit'][0]}"
        return self._since(start, found.end(), words)

    def _length(self, start: int, found: re.Match[str], key: str) -> Phrase:
        words = found["span"].lower()
        words = "0m" if words == "now" else words if words[0].isdigit() else f"1{words[0]}"
        phrase = self._since(start, found.end(), words)
        if key == "since" or phrase.trouble:
            return phrase
        return replace(phrase, since=None, until=phrase.since)

    def _since(self, start: int, end: int, words: str) -> Phrase:
        length = parse_duration(words)
        try:
            since = self.now.astimezone(UTC) - length if length is not None else None
        except OverflowError:
            since = None
        if since is None:
            return Phrase(start, end, trouble="unread")
        return Phrase(start, end, since=since, plain=True)

    def _spoken(self, start: int, at: int, key: str) -> Phrase | None:
        """A phrase of one moment or of two. Raises ValueError, OverflowError."""
        first = self._moment(at, bare=key in {"at", "from", "between", "around", "about", "since"})
        if first is None:
            return self._half_range(start, at)
        moment, end = first
        if moment.days and not moment.clock and (within := _WITHIN.match(self.text, end)):
            inside = self._span_of(start, within.end(), moment)
            if inside:
                return inside
        joint = (_AND if key == "between" else _TO).match(self.text, end)
        second = self._moment(joint.end(), bare=True) if joint else None
        if second and self._fits(key, moment, second[0]) and self._ends(second[1]):
            return self._between(start, second[1], moment, second[0])
        if not self._ends(end) or not self._counts(key, moment, at, end):
            return None
        return self._one(start, end, key, moment)

    def _span_of(self, start: int, at: int, day: Moment) -> Phrase | None:
        """`9 to 10` after `yesterday from`."""
        first = self._moment(at, bare=True)
        joint = _AND.match(self.text, first[1]) if first else None
        second = self._moment(joint.end(), bare=True) if joint else None
        if not first or not second or not self._ends(second[1]):
            return None
        begins = replace(first[0], days=day.days, back=day.back, zone=first[0].zone or day.zone)
        return self._between(start, second[1], begins, second[0])

    def _half_range(self, start: int, at: int) -> Phrase | None:
        """`9-10am` without a word before it: the first hour is bare."""
        first = self._moment(at, bare=True)
        joint = _TO.match(self.text, first[1]) if first else None
        if not first or not joint or not first[0].clock:
            return None
        second = self._moment(joint.end(), bare=False)
        if second is None or not second[0].clock or not self._ends(second[1]):
            return None
        return self._between(start, second[1], first[0], second[0])

    def _moment(self, at: int, *, bare: bool) -> tuple[Moment, int] | None:
        """A moment with all its parts, in any order, each once; and where it ends."""
        ago = take_ago(self.text, at)
        if ago:
            return ago
        found, end, gap_from = Moment(), -1, at
        while True:
            part = self._part(gap_from, found, bare=bare or found.days is not None)
            if part is None:
                break
            found, end = part
            if self.text[gap_from - 1 : gap_from] == "T" and found.clock and found.zone is None:
                whole = replace(found.clock, whole=True)
                found, end = self._zoned(replace(found, clock=whole), end)
            joint = _JOINT.match(self.text, end)
            if not joint:
                break
            gap_from = joint.end()
        return (found, end) if end >= 0 else None

    def _part(self, at: int, so_far: Moment, *, bare: bool) -> tuple[Moment, int] | None:
        takes: list[Callable[[], tuple[Moment, int] | None]] = []
        if so_far.days is None:
            takes.append(lambda: take_day(self.text, at))
        if (so_far.days or so_far.clock) and so_far.hours is None:
            takes.append(lambda: take_part(self.text, at))
        if so_far.clock is None:
            takes.append(lambda: take_clock(self.text, at, bare=bare))
        for take in takes:
            part = take()
            if part:
                return self._zoned(_joined(so_far, part[0]), part[1])
        return None

    def _zoned(self, moment: Moment, end: int) -> tuple[Moment, int]:
        found = ZONE.match(self.text, end)
        if not found or moment.zone:
            return moment, end
        clock = moment.clock
        if found["iso"] and found["iso"][0] == "-" and not (clock and clock.whole):
            return moment, end  # 14:00-15:00 is a span
        if not clock and not (found["area"] or found[0].strip(" ()").isupper()):
            return moment, end
        return replace(moment, zone=zone_of(found)), found.end()

    def _ends(self, end: int) -> bool:
        return bool(_ENDS.match(self.text, end))

    def _fits(self, key: str, first: Moment, second: Moment) -> bool:
        """Whether two moments make a span: without a word two bare hours are no times."""
        if key in _RANGED:
            return True
        bare = [m.clock.bare for m in (first, second) if m.clock]
        return first.days is not None or not all(bare)

    def _counts(self, key: str, moment: Moment, at: int, end: int) -> bool:
        """Whether one moment alone is a time: not the 3 of `at 3 people`, not `sun`."""
        clock = moment.clock
        if clock and clock.bare and moment.days is None and moment.zone is None:
            return bool(_ALONE.match(self.text, end)) and key != "since"
        if key or clock or moment.ago is not None:
            return True
        return not _SHORT_DAY.fullmatch(self.text, at, end) or self.text[at:end].lower() == "today"

    def _between(self, start: int, end: int, first: Moment, second: Moment) -> Phrase:
        zoned = bool(first.zone or second.zone)
        second = replace(second, zone=second.zone or first.zone)
        begins = settle(like(first, second), self.now, self.usual)
        if second.days is None and second.ago is None:
            finish = settle_after(_later(second, first), begins.start, self.usual)
        else:
            finish = settle(second, self.now, self.usual)
        if finish.end <= begins.start and not first.days and second.clock:
            return self._past_midnight(start, end, begins, second, finish)
        if finish.end <= begins.start and first.days and first.back:
            earlier = settle(like(first, second), begins.start - first.back, self.usual)
            begins = earlier if earlier.start < finish.end else begins
        if finish.end <= begins.start:
            return Phrase(start, end, trouble="order")
        return self._window(start, end, begins.start, _last(finish), zoned=zoned)

    def _past_midnight(
        self, start: int, end: int, begins: Stretch, second: Moment, finish: Stretch
    ) -> Phrase:
        """`11pm-1am yesterday` begins on that day; `22:00 to 2am today` the day before."""
        since, until = begins.start, settle_after(second, begins.start, self.usual).end
        if since > self.now:
            since, until = since - timedelta(days=1), finish.end
        zoned = bool(second.zone)
        return self._window(start, end, since, until, zoned=zoned)

    def _one(self, start: int, end: int, key: str, moment: Moment) -> Phrase:
        when, zoned = settle(moment, self.now, self.usual), bool(moment.zone)
        if key in _ENDING:
            until = when.start if key == "before" else _last(when)
            return Phrase(start, end, until=min(until, self.now.astimezone(UTC)), zoned=zoned)
        if key in {"since", "from", "after"}:
            since = when.end if key == "after" else when.start
            return self._window(start, end, since, None, zoned=zoned)
        if when.point:
            when, point = _around(moment, when, self.usual), when
            if when.start < point.start and when.end - point.end == AROUND[1]:
                return self._window(start, end, when.start, when.end, zoned=zoned)
        return self._window(start, end, when.start, _last(when), zoned=zoned)

    def _window(
        self, start: int, end: int, since: datetime, until: datetime | None, *, zoned: bool
    ) -> Phrase:
        if since > self.now:
            return Phrase(start, end, trouble="ahead")
        if until and until >= self.now:
            until = None
        return Phrase(start, end, since, until, zoned=zoned)

    def _unread(self, start: int, at: int) -> Phrase:
        """A time that there is not (`25:00`): as far as its word goes."""
        found = _WORDS.match(self.text, at)
        return Phrase(start, found.end() if found else at, trouble="unread")


def read_since(text: str, now: datetime) -> datetime | None:
    """The moment, UTC, from which `24h`, `yesterday` or `2026-05-01` counts; None if unreadable."""
    words = f"since {text.strip()}"
    phrase = next(Reader(words, now).phrases(), None)
    return phrase.since if phrase and phrase.end == len(words) else None


def _joined(so_far: Moment, part: Moment) -> Moment:
    return Moment(
        days=so_far.days or part.days,
        back=so_far.back if so_far.days else part.back,
        hours=so_far.hours or part.hours,
        clock=so_far.clock or part.clock,
        zone=so_far.zone,
    )


def _later(second: Moment, first: Moment) -> Moment:
    """`from 10pm to 2`: an end without am or pm is the next hour of that number after the first."""
    clock, other = second.clock, first.clock
    if clock and other and other.half and not clock.half and 1 <= clock.hour <= 12:  # noqa: PLR2004
        same = clock.hour % 12 > other.hour % 12
        half = other.half if same else ("am" if other.half == "pm" else "pm")
        return replace(second, clock=replace(clock, half=half))
    return second


def _last(when: Stretch) -> datetime:
    """The last moment of a stretch; a point is its own."""
    return when.end if when.point else when.end - timedelta(microseconds=1)


def _around(moment: Moment, when: Stretch, usual: tzinfo) -> Stretch:
    """What counts as `at 3pm`; of `3 days ago` the whole day, of `2 weeks ago` the whole week."""
    if moment.ago is not None and moment.ago >= timedelta(days=1) and not moment.ago.seconds:
        day = when.start.astimezone(usual).date()
        days = 7 if moment.ago >= timedelta(weeks=1) and moment.ago.days % 7 == 0 else 1
        first = day - timedelta(days=day.weekday() if days > 1 else 0)
        return settle(
            Moment(days=lambda _: (first, first + timedelta(days=days - 1))), when.start, usual
        )
    return Stretch(when.start - AROUND[0], when.end + AROUND[1])
