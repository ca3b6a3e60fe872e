"""From a text to a question: links first, then options, words with values, ids, and names.

Each step blanks what it understood, so that no later step reads it again.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from bot.domain.question import Clue, Kind, Question
from bot.domain.reading.ids import take_ids, take_ids_in
from bot.domain.reading.labels import (
    take_codes,
    take_in,
    take_lone_user,
    take_rooms,
    take_users,
    trim,
)
from bot.domain.reading.links import take_links
from bot.domain.reading.options import Options, take_flags, take_options, take_unread
from bot.domain.reading.patterns import ID, NAME, Find, Page, distinct
from bot.domain.reading.tokens import take_tokens
from bot.domain.reading.wrappings import unwrap

_COMMAND = re.compile(r"^\s*/(?:call|room|peer)-errors(?!\S)", re.IGNORECASE)
_BREAKS = re.compile(r"[\x00\x01\s\"<>(){}\[\],;|]+")
_FILLER_WORDS = (
    "room rooms session sessions peer peers user users code codes id ids in and the for show me "
    "errors error failures please pls thanks token bearer"
)
_FILLERS = frozenset(_FILLER_WORDS.split())
_LABELLED = re.compile(r"(?:peer|user|session|code)[:=]", re.IGNORECASE)
_VALUED = re.compile(r"(?:room|session|peer|user)(?:[_-]?(?:id|name))?[:=]", re.IGNORECASE)
_ID_LABEL = re.compile(r"(?:room|session|peer|user)(?:[_-]?id)?[:=_-]", re.IGNORECASE)


def read_question(text: str, now: datetime, *, expect: Kind | None = None) -> Question:
    """What a person asks. `now` is aware; `expect` is Kind.ROOM or PEER where only that fits.

    Never raises: what is not understood leaves no clue, or a complaint if it is an option.
    """
    page, options = Page(_COMMAND.sub("", unwrap(text))), Options()
    take_links(page)
    take_tokens(page)
    take_options(page, now, options)
    _take_named(page)
    take_ids_in(page)
    take_ids(page, expect=expect)
    take_in(page)
    take_flags(page, options)
    take_unread(page, options, words=len(_words(page)))
    words = _words(page)
    clues = distinct(_trusted(page, words) or _lone_name(page, words))
    asked = bool(clues or words or page.taken or page.finds)
    return Question(
        clues=clues,
        since=options.since,
        until=options.until,
        types=options.chosen_types(),
        private=options.private,
        public=options.public,
        help=not clues and (options.help or not (asked or _has_more(options))),
        complaint=_complaint(options, now),
    )


def clues_in(text: str) -> tuple[Clue, ...]:
    """Every id, 100ms link, `user:` and `code:` in a long text; names are too easily guessed."""
    page = Page(unwrap(text))
    take_links(page)
    take_tokens(page)
    take_codes(page, strict=True)
    take_users(page, strict=True)
    take_ids(page)
    return distinct(find.clue for find in _ordered(page.finds))


def _take_named(page: Page) -> None:
    """Names and user ids; first a lone name that only contains an id (`class-65af…`)."""
    words = _words(page)
    if len(words) == 1 and _holds_id(words[0]):
        page.add(0, Clue(Kind.NAME, words[0]))
        page.rest = ""
    take_codes(page, strict=False)
    take_users(page, strict=False)
    take_rooms(page)
    take_lone_user(page)


def _holds_id(word: str) -> bool:
    found = ID.search(word)
    if not found or not NAME.fullmatch(word) or found[0] == word:
        return False
    return not _ID_LABEL.fullmatch(word[: found.start()]) and not _VALUED.match(word)


def _ordered(finds: Iterable[Find]) -> list[Find]:
    return sorted(finds, key=lambda find: find.at)


def _words(page: Page) -> list[str]:
    return [word for piece in _BREAKS.split(page.rest) if (word := trim(piece).strip("-"))]


def _trusted(page: Page, words: list[str]) -> list[Clue]:
    """All clues; but where ids stand in prose, not what only looks like a name there."""
    sure = any(not find.weak for find in page.finds)
    prose = any(word.lower() not in _FILLERS for word in words)
    finds = [find for find in page.finds if not (find.weak and sure and prose)]
    return [find.clue for find in _ordered(finds)]


def _lone_name(page: Page, words: list[str]) -> list[Clue]:
    """The one word there is, if it can name a room."""
    if page.taken or len(words) != 1:
        return []
    word = words[0]
    if _LABELLED.match(word) or not NAME.fullmatch(word):
        return []
    return [Clue(Kind.NAME, word)]


def _has_more(options: Options) -> bool:
    return bool(options.since or options.until or options.types or options.complaints)


def _complaint(options: Options, now: datetime) -> str | None:
    complaints = list(dict.fromkeys(options.complaints))
    since, until = options.since, options.until
    if since and since > now:
        complaints.append("The time after `since` lies ahead: write, for example, `since 2h`.")
    elif since and until and since >= until:
        complaints.append("`since` is later than `until`: write, for example, `since 3d until 1d`.")
    return " ".join(complaints[:3]) or None
