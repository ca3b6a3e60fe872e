"""The optional words: `since 2h`, `until 10:00`, `type join`, `private`, `public`, `help`."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.events import ERROR_TYPES
from bot.domain.reading.moments import MOMENT, read_moment
from bot.domain.reading.patterns import OPTION, Page

_BEFORE = r"(?<![\w.:/\"'-])(?:--)?"
_GAP = r"(?:\s{0,4}[:=]\s{0,4}|\s{1,8})"
_TIME = re.compile(
    rf"{_BEFORE}(?P<word>since|until|till|last){_GAP}(?P<value>{MOMENT})(?![\w:-]|\.\w)",
    re.IGNORECASE,
)
_TYPES = re.compile(
    rf"{_BEFORE}types?{_GAP}(?P<list>[a-z.]{{1,40}}(?:\s{{0,4}},\s{{0,4}}[\w.-]{{1,40}})*)",
    re.IGNORECASE,
)
_TYPE = re.compile(
    r"(?:client\.)?(publish|subscribe|join|disconnected|disconnect|connect)(?:\.failed)?"
)
_FLAG = re.compile(
    r"(?<![^\s\x00\x01,;(])(?:--)?(private|public|help)(?![^\s\x00\x01,;.!?)])", re.IGNORECASE
)
_UNREAD = re.compile(
    rf"{_BEFORE}(?P<word>since|until|till|last|types?)(?![\w.-])(?P<sign>\s{{0,4}}[:=])?"
    r"[ \t]{0,8}(?P<value>[^\s\x00\x01]*)",
    re.IGNORECASE,
)
_ENGLISH = {"last", "type", "types"}
_SPAN = {"night", "month", "year", "few", "couple", "fortnight", "weekend", "some", "several"}
_FEW = 3  # `storm type foo`
_SHOWN = re.compile(r"[\w:+-]{1,24}")


@dataclass(slots=True)
class Options:
    """The options as read so far; `types` as the reader gave them."""

    since: datetime | None = None
    until: datetime | None = None
    types: set[str] = field(default_factory=set)
    private: bool = False
    public: bool = False
    help: bool = False
    complaints: list[str] = field(default_factory=list)

    def chosen_types(self) -> tuple[str, ...]:
        """The types asked for in the order of 100ms' page; all of them if none was."""
        return tuple(kind for kind in ERROR_TYPES if kind in self.types) or ERROR_TYPES


def take_options(page: Page, now: datetime, options: Options) -> None:
    """Blank the times and types that can be read."""

    def take_time(found: re.Match[str]) -> str:
        ends = found["word"].lower() in {"until", "till"}
        moment = read_moment(found["value"], now, ends=ends)
        if moment is None:
            return found[0]
        if ends:
            options.until = moment
        else:
            options.since = moment
        return OPTION * len(found[0])

    def take_types(found: re.Match[str]) -> str:
        words = [word.strip().rstrip(".") for word in found["list"].lower().split(",")]
        known = {kind for word in words if (kind := _full_type(word))}
        if not known:
            return found[0]
        options.types |= known
        options.complaints += [_complaint("type", word) for word in words if not _full_type(word)]
        return OPTION * len(found[0])

    page.rest = _TIME.sub(take_time, page.rest)
    page.rest = _TYPES.sub(take_types, page.rest)


def _full_type(word: str) -> str | None:
    found = _TYPE.fullmatch(word)
    if not found:
        return None
    if found[1].startswith("disconnect"):
        return "client.disconnected"
    return f"client.{found[1]}.failed"


def take_flags(page: Page, options: Options) -> None:
    """Blank `private`, `public` and `help`."""

    def take(found: re.Match[str]) -> str:
        options.private |= found[1].lower() == "private"
        options.public |= found[1].lower() == "public"
        options.help |= found[1].lower() == "help"
        return OPTION * len(found[0])

    page.rest = _FLAG.sub(take, page.rest)


def take_unread(page: Page, options: Options, *, words: int) -> None:
    """Blank options whose value cannot be read and complain of each.

    `last` and `type` are English, too: in more than a few `words` they are no options.
    """

    def take(found: re.Match[str]) -> str:
        word, value = found["word"].lower(), found["value"]
        if word in _ENGLISH and not found["sign"] and not _meant(word, value, words):
            return found[0]
        options.complaints.append(_complaint(word, value.rstrip(".,;!?)")))
        return OPTION * len(found[0])

    page.rest = _UNREAD.sub(take, page.rest)


def _meant(word: str, value: str, words: int) -> bool:
    if word == "last":
        return value[:1].isdecimal() or value.lower() in _SPAN
    return bool(value) and words <= _FEW


def _complaint(word: str, value: str) -> str:
    shown = f" “{value}”" if _SHOWN.fullmatch(value) else ""
    if word.startswith("type"):
        return (
            f"I do not know the type{shown} after `type`: it can be join, connect, disconnected, "
            "publish or subscribe, for example `type join`."
        )
    example = "last 3d" if word == "last" else f"{word} 2h` or `{word} 2026-05-01T10:00"
    return f"I cannot read the time{shown} after `{word}`: write, for example, `{example}`."
