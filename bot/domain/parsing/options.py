"""Parses options: `since 2h`, `from 9 to 10am`, `type join`, `private`, `public`, `help`."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from bot.domain.events import ERROR_TYPES
from bot.domain.parsing.identifiers import OPTION_MARK, MaskedText
from bot.domain.parsing.time_phrases import Phrase, PhraseReader
from bot.domain.parsing.times import SPAN
from bot.domain.text import near_words

_BEFORE = r"(?<![\w.:/\"'-])(?:--)?"
_GAP = r"(?:\s{0,4}[:=]\s{0,4}|\s{1,8})"
_TYPES = re.compile(
    rf"{_BEFORE}types?{_GAP}(?P<list>[a-z.]{{1,40}}(?:\s{{0,4}},\s{{0,4}}[\w.-]{{1,40}})*)",
    re.IGNORECASE,
)
_TYPE = re.compile(
    r"(?:client\.)?(publish|subscribe|join|disconnected|disconnect|connect)(?:\.failed)?"
)
_TYPE_WORDS = ("join", "connect", "disconnected", "publish", "subscribe")
_FLAG = re.compile(
    r"(?<![^\s\x00\x01,;(])(?:--)?(private|public|help(?:\s(?:me|us|please|pls))*)(?![^\s\x00\x01,;.!?)])",
    re.IGNORECASE,
)
_UNREAD = re.compile(
    rf"{_BEFORE}(?P<word>since|until|till|last|types?)(?![\w.-])(?P<sign>\s{{0,4}}[:=])?"
    r"[ \t]{0,8}(?P<value>[^\s\x00\x01]*)"
    r"(?:(?<=\d|w|e|l)\s(?:of\s)?(?:minutes|hours|days|weeks|months)\b)?",
    re.IGNORECASE,
)
_TIMELIKE = re.compile(
    rf"{_BEFORE}(?:(?:from|between|at|around|next)\s{{1,4}})?(?P<value>"
    r"(?:(?:a\s)?few\s(?:minutes|hours|days)\sago|an?\shour\sand\sa\shalf\sago"
    r"|(?:the\s)?(?:last|past)\s(?:few|couple|several|some)\s(?:of\s)?[a-z]{1,12}"
    r"|(?:quarter|half)\s(?:past|to)\s[0-9]{1,2}|(?<=at\s)[0-9]{1,2}\.[0-9]{2}|[0-9]{1,2}ish"
    r"|tomorrow|fortnight|weekend|next\s(?:week|month|year|\w{3,6}day)|[0-9]{1,2}:[0-9]{2}"
    r"|(?<=for\s)[0-9]{1,3}\s?(?:minutes|mins?|hours?)|(?:\+/?-|±)\s?[0-9]{1,3}\s?[a-z]{1,7}"
    r"|[0-9]{1,2}\s?[ap]\.?m|[0-9]{1,2}/[0-9]{1,2}(?:/[0-9]{2,4})?))(?![\w:/-]|\.\w)",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    rf"{_BEFORE}(?P<value>recently|earlier|lately|sometime|(?:just|right)\snow|the\sother\sday"
    r"|(?:the\swhole|all)\sday|at\slunch(?:time)?)(?![\w:/-]|\.\w)",
    re.IGNORECASE,
)
_MISSPELT = re.compile(r"(?<![^\s\x00\x01,;])(?:--)?(?P<word>[A-Za-z]{4,9})(?![^\s\x00\x01,;])")
_MISSPELT_TYPE = re.compile(
    r"(?<![^\s\x00\x01,;])(?:--)?(?P<word>t[a-z]{2,4})\s{1,4}"
    r"(?:client\.)?(?:publish|subscribe|join|disconnected|disconnect|connect)(?![\w.-])",
    re.IGNORECASE,
)
_MISSPELT_TIME = re.compile(
    r"(?<![^\s\x00\x01,;])(?:--)?(?P<word>[A-Za-z]{4,7})\s{1,4}"
    rf"(?:{SPAN}(?:\sago)?|[0-9]\S{{0,24}}(?:\s?[ap]\.?m\b)?|yesterday|today|noon|midnight)"
    r"(?![^\s,;.?!])",
    re.IGNORECASE,
)
_TYPED_MOST = 300
"""Most characters of a typed text; misspelt options are not looked for in a longer one."""
_EXACT = re.compile(
    r"(?:\s*(?:since|until|till|from|to|between|and)?\s*"
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,20}(?:Z|[+-][0-9]{2}:?[0-9]{2}))+",
    re.IGNORECASE,
)
"""Stamps with their zone: the answer need not say how they were read."""
_ENGLISH = {"last", "type", "types"}
_SPAN = {"night", "month", "year", "few", "couple", "fortnight", "weekend", "some", "several"}
_FEW = 3  # `storm type foo`
_FLAGS = ("private", "public")
_LONE_OPTIONS = ("since", "until", "yesterday")
_SHOWN = re.compile(r"[\w:+/.-]{1,24}")
_EXAMPLES = {
    "since": "since 2h",
    "until": "until 10:00",
    "type": "type join",
    "types": "type join",
    "last": "last 3d",
    "yesterday": "yesterday",
    "today": "today",
    "private": "private",
    "public": "public",
}
"""A way to write each option, for “Did you mean”."""


@dataclass(frozen=True, slots=True)
class UnreadWord:
    """A word that was taken for a misspelt option, and `near`, the way to write the option."""

    typed: str
    near: str
    effect: str = "I left it out."

    def remark(self, understood: str) -> str:
        """Return the remark; `understood` names the parts of the question that were read."""
        doubt = f"Did you mean `{self.near}`?"
        if not understood:
            return f"I don't understand {_quote(self.typed)}. {doubt}"
        return f"I understood {understood} but not {_quote(self.typed)}. {doubt} {self.effect}"


@dataclass(slots=True)
class Options:
    """The options parsed so far; `types` are full event types."""

    since: datetime | None = None
    until: datetime | None = None
    types: set[str] = field(default_factory=set)
    private: bool = False
    public: bool = False
    help: bool = False
    remarks: list[str] = field(default_factory=list)
    """Sentences on the parts that could not be read."""
    unread: list[UnreadWord] = field(default_factory=list)
    """Misspelt options; their remarks follow once the rest of the question was read."""
    readings: list[str] = field(default_factory=list)
    """Sentences on how times in words were read."""

    def chosen_types(self) -> tuple[str, ...]:
        """Return the types asked for in the order of 100ms' page; all of them if there are none."""
        return tuple(kind for kind in ERROR_TYPES if kind in self.types) or ERROR_TYPES


def extract_options(
    masked: MaskedText, now: datetime, options: Options, zone: tzinfo = UTC
) -> None:
    """Replace readable times and types by marks. `zone` is that of times that name none."""

    def take_types(match: re.Match[str]) -> str:
        words = [word.strip().rstrip(".") for word in match["list"].lower().split(",")]
        types = {kind for word in words if (kind := _full_type(word))}
        if not types:
            return match[0]
        options.types |= types
        options.remarks += [_unknown_type_remark(word) for word in words if not _full_type(word)]
        return OPTION_MARK * len(match[0])

    _extract_times(masked, now, options, zone)
    masked.unparsed = _TYPES.sub(take_types, masked.unparsed)


def _extract_times(masked: MaskedText, now: datetime, options: Options, zone: tzinfo) -> None:
    text, pieces, at = masked.unparsed, list[str](), 0
    phrases = list(PhraseReader(text, now, zone).phrases())
    for phrase in phrases:
        _apply_phrase(phrase, text[phrase.start : phrase.end].strip(), options, zone)
        pieces += [text[at : phrase.start], OPTION_MARK * (phrase.end - phrase.start)]
        at = phrase.end
    masked.unparsed = "".join([*pieces, text[at:]])
    if options.remarks and any(phrase.trouble for phrase in phrases):
        options.since = options.until = None  # times beside an unread one may belong to it
        options.readings.clear()
    if options.since and options.until and options.since >= options.until:
        options.since = options.until = None
        options.readings.clear()
        options.remarks.append(
            "`since` is later than `until`, so I left both out. Try `since 3d until 1d`."
        )


def _apply_phrase(phrase: Phrase, words: str, options: Options, zone: tzinfo) -> None:
    """Apply a time, or add a remark on the reason why it cannot be used."""
    if phrase.trouble:
        options.remarks.append(_unused_remark(phrase.trouble, words))
        return
    if (phrase.since and options.since) or (phrase.until and options.until):
        options.remarks.append(f"You gave more than one time, so I left out {_quote(words)}.")
        return
    options.since = phrase.since or options.since
    options.until = phrase.until or options.until
    if not phrase.plain and not _EXACT.fullmatch(words):
        options.readings.append(_reading_words(phrase, words, zone))


def _reading_words(phrase: Phrase, words: str, zone: tzinfo) -> str:
    """Return `I read “14:00 IST” as …`, with the zone that was used."""
    since, until = phrase.since, phrase.until
    start = f"from {since:%Y-%m-%d %H:%M}" if since else ""
    day = "%H:%M" if since and until and since.date() == until.date() else "%Y-%m-%d %H:%M"
    end = f"to {until:{day} UTC}" if until else "UTC on" if since else ""
    own_zone = "" if phrase.zoned or zone is UTC else f" (your time zone, {zone})"
    note = "" if phrase.zoned or own_zone else " (a time without a zone is UTC)"
    return f"I read {_quote(words)} as {' '.join(filter(None, (start, end)))}{own_zone}{note}."


def _unused_remark(trouble: str, words: str) -> str:
    if trouble == "ahead":
        return f"The time {_quote(words)} lies ahead, so I left it out. Try `since 2h`."
    if trouble == "order":
        return f"{_quote(words)} ends before it starts, so I left it out. Try `since 3d until 1d`."
    return f"I couldn't read the time {_quote(words)}, so I left it out. Try `since 2h`."


def _quote(words: str) -> str:
    """Return the typed words in quotes, as far as it is harmless to repeat them."""
    text = re.sub(r"[^\w\s:+/.,'()~-]", "", words)[:60].strip()
    return f"“{text}”" if text else "that you gave"


def _full_type(word: str) -> str | None:
    match = _TYPE.fullmatch(word)
    if not match:
        return None
    if match[1].startswith("disconnect"):
        return "client.disconnected"
    return f"client.{match[1]}.failed"


def extract_flags(masked: MaskedText, options: Options) -> None:
    """Replace `private`, `public` and `help` by marks."""

    def take(match: re.Match[str]) -> str:
        options.private |= match[1].lower() == "private"
        options.public |= match[1].lower() == "public"
        options.help |= match[1].lower().startswith("help")
        return OPTION_MARK * len(match[0])

    masked.unparsed = _FLAG.sub(take, masked.unparsed)


def extract_misspelt_options(masked: MaskedText, options: Options) -> None:
    """Replace `sinse 2h` by a mark and name the near option.

    The words after the option mean nothing alone.
    """

    def take(match: re.Match[str]) -> str:
        near = _nearest_option(match["word"], "since", "until", "type", "types")
        if not near:
            return match[0]
        typed = match[0].strip()
        value = typed[typed.index(match["word"]) + len(match["word"]) :].strip()
        options.unread.append(UnreadWord(match["word"], f"{near} {value}"))
        return OPTION_MARK * len(match[0])

    if len(masked.unparsed) <= _TYPED_MOST:
        masked.unparsed = _MISSPELT_TIME.sub(take, masked.unparsed)
        masked.unparsed = _MISSPELT_TYPE.sub(take, masked.unparsed)


def extract_misspelt_words(masked: MaskedText, options: Options) -> None:
    """Replace words that are nearly an option, among others, and name the option.

    A word near `private` makes the answer private, because a public answer could not be taken back.
    """

    def take(match: re.Match[str]) -> str:
        near = _nearest_option(match["word"], *_FLAGS, *_LONE_OPTIONS)
        if not near:
            return match[0]
        options.private |= near == "private"
        effect = "To be safe, only you see this answer." if near == "private" else "I left it out."
        options.unread.append(UnreadWord(match["word"], _EXAMPLES[near], effect))
        return OPTION_MARK * len(match[0])

    if len(masked.unparsed) <= _TYPED_MOST and not _MISSPELT.fullmatch(masked.unparsed.strip()):
        masked.unparsed = _MISSPELT.sub(take, masked.unparsed)


def _nearest_option(word: str, *options: str) -> str:
    """Return the option that a word is near to; "" if there is none, or if it is an option."""
    word = word.lower()
    if word in options or _TYPE.fullmatch(word):
        return ""
    return next(iter(near_words(word, options, most=1)), "")


def extract_unread_words(masked: MaskedText, options: Options, *, words: int) -> None:
    """Replace options and times that cannot be read by marks and name each.

    `last` and `type` are also English words: in a text of more than a few `words` they are no
    options.
    """

    def take(match: re.Match[str]) -> str:
        word, value = match["word"].lower(), match["value"]
        if word in _ENGLISH and not match["sign"] and not _is_meant(word, value, words):
            return match[0]
        options.remarks.append(_unread_remark(word, value.rstrip(".,;!?)")))
        return OPTION_MARK * len(match[0])

    def take_time(match: re.Match[str]) -> str:
        value = match["value"].lower()
        ahead = value == "tomorrow" or value.startswith("next")
        options.remarks.append(_unused_remark("ahead" if ahead else "unread", match[0]))
        return OPTION_MARK * len(match[0])

    masked.unparsed = _UNREAD.sub(take, masked.unparsed)
    if "\n" not in masked.unparsed.strip() and "{" not in masked.unparsed:
        masked.unparsed = _TIMELIKE.sub(take_time, masked.unparsed)
        if words <= _FEW + 1:
            masked.unparsed = _VAGUE.sub(take_time, masked.unparsed)


def _is_meant(word: str, value: str, words: int) -> bool:
    if word == "last":
        return value[:1].isdecimal() or value.lower() in _SPAN
    return bool(value) and words <= _FEW


def _unread_remark(word: str, value: str) -> str:
    if word.startswith("type"):
        return _unknown_type_remark(value)
    example = "last 3d" if word == "last" else f"{word} 2h` or `{word} 2026-05-01T10:00"
    shown = f" “{value}”" if _SHOWN.fullmatch(value) else ""
    return f"I couldn't read the time{shown} after `{word}`, so I left it out. Try `{example}`."


def _unknown_type_remark(word: str) -> str:
    shown = f" “{word}”" if _SHOWN.fullmatch(word) else ""
    near = near_words(word, _TYPE_WORDS, most=2, least=60)
    doubt = f"Did you mean {' or '.join(f'`{name}`' for name in near)}? " if near else ""
    return (
        f"I don't know the error type{shown}, so I left it out. {doubt}"
        "The types are `join`, `connect`, `disconnected`, `publish` and `subscribe`."
    )
