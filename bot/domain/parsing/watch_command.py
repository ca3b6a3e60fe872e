"""Parses `watch <target> [for 90s | for 2h | until 18:00] [notify me] [public]`.

The words about the time stand at the end of the text. The rest is a question like any other, so it
is parsed by `parse_query`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from bot.domain.parsing.time_phrases import parse_coming_time
from bot.domain.parsing.times import UNIT, parse_duration

_NOTIFY = re.compile(r"(?<!\S)(?:and\s+)?notify[\s_-]?me(?=[\s.,;!]|$)", re.IGNORECASE)
_SECONDS = r"(?:seconds?|secs?|s)"
_PIECE = rf"(?:[0-9]{{1,9}}|an?|half\san)\s{{0,2}}(?:{_SECONDS}|{UNIT})"
_FOR = re.compile(
    rf"(?<!\S)for\s+(?:the\s+next\s+)?(?P<span>{_PIECE}(?:\s?(?:and\s)?{_PIECE}){{0,3}})[.,;!]?(?!\S)",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"(?<!\S)(?:until|till|til)\s+(?=\S)", re.IGNORECASE)
_UNREAD = re.compile(
    r"(?<!\S)(?P<word>for|until|till|til)(?:\s+(?P<value>\S{1,24}))?", re.IGNORECASE
)
_SPAN_SECONDS = re.compile(rf"([0-9]+)\s*{_SECONDS}(?![a-z])", re.IGNORECASE)
_WORD_NUMBERS = (
    (re.compile(r"\bhalf\san\s+hour", re.IGNORECASE), "30m"),
    (re.compile(r"\ban?\s+", re.IGNORECASE), "1"),
)
_SAFE = re.compile(r"[\w:+./-]{1,24}")


@dataclass(frozen=True, slots=True)
class WatchCommand:
    """A watch that a person asks for.

    `question` is the text that names the target. `until` is the end, UTC; None if no time is
    given. `zoned` is False if the time of day names no zone, so that the asker's zone matters. A
    `complaint` is a sentence about a time that cannot be used.
    """

    question: str
    until: datetime | None = None
    notify: bool = False
    zoned: bool = True
    complaint: str = ""


def parse_watch(text: str, now: datetime, zone: tzinfo = UTC) -> WatchCommand:
    """Return the watch that a text asks for. Never raises.

    `now` is aware; `zone` is that of a time of day that names none.
    """
    plain = _NOTIFY.sub(" ", text)
    notify = plain != text
    span = _FOR.search(plain)
    if span is not None:
        question = _tidy(f"{plain[: span.start()]} {plain[span.end() :]}")
        return _with_span(question, span["span"], now, notify=notify)
    mark = _UNTIL.search(plain)
    if mark is not None:
        return _with_end(plain, mark, now, zone, notify=notify)
    unread = _UNREAD.search(plain)
    if unread is not None and unread["word"].lower() == "for":
        question = plain[: unread.start()].strip()
        complaint = _unread_complaint("for", unread["value"] or "") if question else ""
        return WatchCommand(question or plain.strip(), notify=notify, complaint=complaint)
    return WatchCommand(_tidy(plain), notify=notify)


def _with_span(question: str, words: str, now: datetime, *, notify: bool) -> WatchCommand:
    for pattern, digits in _WORD_NUMBERS:
        words = pattern.sub(digits, words)
    seconds = sum(int(number) for number in _SPAN_SECONDS.findall(words))
    longer = parse_duration(_SPAN_SECONDS.sub(" ", words))
    try:
        length = (longer or timedelta()) + timedelta(seconds=seconds)
        until = (now + length).astimezone(UTC) if longer is not None else None
    except OverflowError:
        until = None
    if until is None:
        return WatchCommand(question, notify=notify, complaint="That time is too long to watch.")
    if until <= now:
        return WatchCommand(question, notify=notify, complaint="That time has no length.")
    return WatchCommand(question, until, notify)


def _with_end(
    text: str, mark: re.Match[str], now: datetime, zone: tzinfo, *, notify: bool
) -> WatchCommand:
    coming = parse_coming_time(text, mark.end(), now, zone)
    if coming is None:
        question = text[: mark.start()].strip()
        value = text[mark.end() :].split(maxsplit=1)[0]
        return WatchCommand(question, notify=notify, complaint=_unread_complaint("until", value))
    question = _tidy(f"{text[: mark.start()]} {text[coming.end :]}")
    if coming.at <= now:
        words = "That time has passed already."
        return WatchCommand(question, notify=notify, zoned=coming.zoned, complaint=words)
    return WatchCommand(question, coming.at, notify, coming.zoned)


def _tidy(question: str) -> str:
    """Return the question without the blanks and commas that stood around the options."""
    return " ".join(question.split()).strip(" ,;.")


def _unread_complaint(word: str, value: str) -> str:
    shown = f" “{value}”" if _SAFE.fullmatch(value) else ""
    return f"I couldn't read the time{shown} after `{word}`."
