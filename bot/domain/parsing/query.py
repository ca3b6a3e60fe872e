"""From a text to a question: links first, then options, words with values, ids, and names.

Each step blanks what it understood, so that no later step reads it again.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo

from bot.domain.parsing.identifiers import (
    ID,
    NAME,
    NO_NAMES,
    Match,
    MaskedText,
    distinct,
    extract_ids,
    extract_ids_after_in,
)
from bot.domain.parsing.join_tokens import extract_tokens
from bot.domain.parsing.labelled_names import (
    extract_codes,
    extract_room_after_in,
    extract_lone_user,
    extract_rooms,
    extract_users,
    strip_punctuation,
)
from bot.domain.parsing.links import extract_links
from bot.domain.parsing.options import (
    Options,
    extract_flags,
    take_misspelt_flags,
    take_misspelt_options,
    extract_options,
    extract_unread_words,
)
from bot.domain.parsing.slack_markup import strip_markup
from bot.domain.parsing.time_idioms import plain_times
from bot.domain.query import Identifier, IdentifierKind, LookupQuery

_COMMAND = re.compile(r"^\s*/(?:call|room|peer)-errors(?!\S)", re.IGNORECASE)
_BREAKS = re.compile(r"[\x00\x01\s\"<>(){}\[\],;|]+")
_FILLER_WORDS = (
    "room rooms session sessions peer peers user users code codes id ids in and the for show me "
    "errors error failures please pls thanks token bearer"
)
# What people say around a room's name: `why did standup fail`.
_WORDS_AROUND = (
    "why did does do what happened happens went wrong with call calls meeting failure fail "
    "failed fails failing check look at see about explain diagnose of from to on is was"
)
_AROUND = frozenset(_WORDS_AROUND.split())
_FILLERS = frozenset(_FILLER_WORDS.split())
_LABELLED = re.compile(r"(?:peer|user|session|code)[:=]", re.IGNORECASE)
_VALUED = re.compile(r"(?:room|session|peer|user)(?:[_-]?(?:id|name))?[:=]", re.IGNORECASE)
_ID_LABEL = re.compile(r"(?:room|session|peer|user)(?:[_-]?id)?[:=_-]", re.IGNORECASE)


MOST_CLUES = 20
"""Things looked up for one text: each costs calls, and the text need not be the asker's own."""

_RECORDERS = re.compile(
    r"[\"']type[\"']\s{0,4}[:=]\s{0,4}[\"'](?:beam|recording|hls|rtmp|live|stream|transcription)\."
)
_NAMES_MOST = 3
_REMARKS_MOST = 4
_WHERE = {
    IdentifierKind.OBJECT,
    IdentifierKind.ROOM,
    IdentifierKind.SESSION,
    IdentifierKind.NAME,
    IdentifierKind.CODE,
}
_HARMLESS = re.compile(r"[\w\s:+.,'!?()/@-]{1,80}")


def parse_query(
    text: str, now: datetime, *, expect: IdentifierKind | None = None, zone: tzinfo = UTC
) -> LookupQuery:
    """What a person asks. `now` is aware; `expect` is Kind.ROOM or PEER where only that fits.

    `zone` is that of times that name none. Never raises: what is not understood leaves no clue,
    or a remark where the rest can be answered.
    """
    plain = plain_times(_COMMAND.sub("", strip_markup(text)))
    page, options = MaskedText(plain), Options()
    extract_links(page)
    extract_tokens(page)
    take_misspelt_options(page, options)
    extract_options(page, now, options, zone)
    _extract_named(page)
    extract_ids_after_in(page)
    extract_ids(page, expect=expect)
    extract_room_after_in(page)
    extract_flags(page, options)
    extract_unread_words(page, options, words=len(_words(page)))
    take_misspelt_flags(page, options)
    words = _words(page)
    found = distinct(_trusted(page, words) or _lone_names(page, words))
    found = one_person(without_recorder(found, plain))
    clues = found[:MOST_CLUES]
    asked = bool(clues or words or page.saw_link or page.matches)
    return LookupQuery(
        clues=clues,
        since=options.since,
        until=options.until,
        types=options.chosen_types(),
        private=options.private,
        public=options.public,
        help=not clues and (options.help or not (asked or _has_more(options))),
        complaint=None if clues else _complaint(options, words),
        remarks=tuple(dict.fromkeys((*_left_out(len(found)), *options.remarks)))[:_REMARKS_MOST],
        readings=tuple(options.readings),
    )


def find_identifiers(text: str) -> tuple[Identifier, ...]:
    """Every id, 100ms link, `user:` and `code:` in a long text; names are too easily guessed."""
    plain = strip_markup(text)
    page = MaskedText(plain)
    extract_links(page)
    extract_tokens(page)
    extract_codes(page, strict=True)
    extract_users(page, strict=True)
    extract_ids(page)
    return without_recorder(distinct(find.clue for find in _firm(_ordered(page.matches))), plain)


def without_recorder(clues: tuple[Identifier, ...], text: str) -> tuple[Identifier, ...]:
    """Without the peer of a recording's or stream's event: it is 100ms' own recorder."""
    if not _RECORDERS.search(text) or not any(clue.kind in _WHERE for clue in clues):
        return clues
    return tuple(clue for clue in clues if clue.kind is not IdentifierKind.PEER)


def one_person(clues: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    """Without the user id, and a UUID of whatever else, that stands beside one peer's id."""
    peers = [clue for clue in clues if clue.kind is IdentifierKind.PEER]
    if len(peers) != 1:
        return clues
    return tuple(
        clue for clue in clues if clue.kind not in {IdentifierKind.USER, IdentifierKind.UUID}
    )


def _firm(finds: list[Match]) -> list[Match]:
    """Without the UUIDs after a mere `"id":`, where something else is named.

    Ids of 24 digits stay: 100ms tells whether it knows them.
    """
    if all(find.loose for find in finds):
        return finds
    return [find for find in finds if not (find.loose and find.clue.kind is IdentifierKind.UUID)]


def _left_out(number: int) -> tuple[str, ...]:
    if number <= MOST_CLUES:
        return ()
    return (
        (
            f"That text names {number:,} things; I looked at the first {MOST_CLUES} and left out "
            f"{number - MOST_CLUES:,}."
        ),
    )


def _extract_named(page: MaskedText) -> None:
    """Names and user ids; first a lone name that only contains an id (`class-65af…`)."""
    words = _words(page)
    if len(words) == 1 and _holds_id(words[0]):
        page.add(0, Identifier(IdentifierKind.NAME, words[0]))
        page.unparsed = ""
    extract_codes(page, strict=False)
    extract_users(page, strict=False)
    extract_rooms(page)
    extract_lone_user(page)


def _holds_id(word: str) -> bool:
    found = ID.search(word)
    if not found or not NAME.fullmatch(word) or found[0] == word:
        return False
    return not _ID_LABEL.fullmatch(word[: found.start()]) and not _VALUED.match(word)


def _ordered(finds: Iterable[Match]) -> list[Match]:
    return sorted(finds, key=lambda find: find.at)


def _words(page: MaskedText) -> list[str]:
    return [
        word
        for piece in _BREAKS.split(page.unparsed)
        if (word := strip_punctuation(piece).strip("-"))
    ]


def _trusted(page: MaskedText, words: list[str]) -> list[Identifier]:
    """All clues; but where ids stand in prose, not what only looks like a name there."""
    sure = any(not find.weak for find in page.matches)
    prose = any(word.lower() not in _FILLERS for word in words)
    finds = [find for find in page.matches if not (find.weak and sure and prose)]
    return [find.clue for find in _firm(_ordered(finds))]


def _lone_names(page: MaskedText, words: list[str]) -> list[Identifier]:
    """The words there are, if they can name rooms: one, or a few that make no sentence."""
    telling = [word for word in words if word.lower() not in _FILLERS | _AROUND]
    if len(telling) == 1 and telling[0].lower() not in NO_NAMES and not telling[0].isdecimal():
        words = telling
    if page.saw_link or not words or len(words) > _NAMES_MOST:
        return []
    if any(_LABELLED.match(word) or not NAME.fullmatch(word) for word in words):
        return []
    if len(words) > 1 and any(word.lower() in NO_NAMES | _FILLERS for word in words):
        return []
    return [Identifier(IdentifierKind.NAME, word) for word in words]


def _has_more(options: Options) -> bool:
    return bool(options.since or options.until or options.types or options.remarks)


def _complaint(options: Options, words: list[str]) -> str | None:
    """Why there is nothing to look up: the words that were not understood."""
    said = " ".join(words)
    if said and _HARMLESS.fullmatch(said):
        told = f"There is no id, 100ms link or room's name that I recognise in “{said}”."
    elif options.remarks:
        told = "There is no room, session, peer or user beside it that I recognise."
    else:
        return None
    return " ".join((*dict.fromkeys(options.remarks), told)[:_REMARKS_MOST])
