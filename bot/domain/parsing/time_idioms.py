"""Rewrites times in everyday words into the words that the time parser knows.

`half past nine` becomes `9:30`, `yday` `yesterday`, `approx. 3pm` `around 3pm`. Only typed text is
changed, because in pasted text such words belong to somebody else's sentences.
"""

import re

_TYPED_MOST = 300  # characters
_PASTED = re.compile(r"[\n{}\"]")
_HOURS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_HOUR = rf"(?P<hour>1[0-9]|2[0-3]|[0-9]|{'|'.join(_HOURS)})"
_BEFORE = r"(?<![\w.:/@'-])(?<!room )(?<!code )(?<!user )(?<!peer )(?<!session )"
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
