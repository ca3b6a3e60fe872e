"""Parses a text into a question: links, then options, words with values, ids, and names.

Each step replaces the parts that it parsed, so that no later step reads them again.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo

from bot.domain.parsing.identifiers import (
    ID,
    NAME,
    NO_NAMES,
    MaskedText,
    Match,
    distinct_identifiers,
    extract_ids,
    extract_ids_after_in,
)
from bot.domain.parsing.labelled_names import (
    extract_codes,
    extract_lone_user,
    extract_provider_users,
    extract_room_after_in,
    extract_rooms,
    extract_users,
    strip_punctuation,
)
from bot.domain.parsing.links import extract_links, extract_tokens
from bot.domain.parsing.options import (
    Options,
    extract_flags,
    extract_misspelt_options,
    extract_misspelt_words,
    extract_options,
    extract_unread_words,
)
from bot.domain.parsing.slack_markup import strip_markup
from bot.domain.parsing.times import plain_times
from bot.domain.query import Identifier, IdentifierKind, LookupQuery

_COMMAND = re.compile(r"^\s*/(?:call|room|peer)-errors(?!\S)", re.IGNORECASE)
_BREAKS = re.compile(r"[\x00\x01\s\"<>(){}\[\],;|]+")
_FILLER_WORDS = (
    "room rooms session sessions peer peers user users code codes id ids in and the for show me "
    "errors error failures please pls thanks token bearer"
)
# Words that people put around a room's name: `why did standup fail`.
_WORDS_AROUND = (
    "why did does do what happened happens went wrong with call calls meeting failure fail "
    "failed fails failing check look at see about explain diagnose of from to on is was"
)
_AROUND = frozenset(_WORDS_AROUND.split())
_FILLERS = frozenset(_FILLER_WORDS.split())
_TROUBLES = (
    "broken crash crashed crashes disconnects drops issue issues outage problem problems "
    "reconnecting timeout timeouts trouble"
)
NO_PERSON = NO_NAMES | _FILLERS | _AROUND | frozenset(_TROUBLES.split())
"""Words that are no person's name."""
_LABELLED = re.compile(r"(?:peer|user|session|code)[:=]", re.IGNORECASE)
_VALUED = re.compile(r"(?:room|session|peer|user)(?:[_-]?(?:id|name))?[:=]", re.IGNORECASE)
_ID_LABEL = re.compile(r"(?:room|session|peer|user)(?:[_-]?id)?[:=_-]", re.IGNORECASE)


MAX_IDS = 20
"""Most things looked up for one text; each costs calls, and the text may be somebody else's."""

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
    """Return the question in a text.

    `now` is aware. `expect` is IdentifierKind.ROOM or PEER if only that fits. `zone` is that of
    times that name none. Never raises: unrecognised text yields no identifier, or a remark if the
    rest can be answered.
    """
    plain = plain_times(_COMMAND.sub("", strip_markup(text)))
    masked, options = _read(plain, now, zone, expect)
    words = _words(masked)
    all_identifiers = _identifiers(masked, words, expect)
    all_identifiers = drop_user_beside_peer(drop_recorder(all_identifiers, plain))
    identifiers = all_identifiers[:MAX_IDS]
    options.remarks += [word.remark(_understood(identifiers)) for word in options.unread]
    has_content = bool(identifiers or words or masked.saw_link or masked.matches)
    return LookupQuery(
        clues=identifiers,
        since=options.since,
        until=options.until,
        types=options.chosen_types(),
        private=options.private,
        public=options.public,
        help=not identifiers and (options.help or not (has_content or _has_options(options))),
        complaint=None if identifiers else _complaint(options, words),
        remarks=tuple(dict.fromkeys((*_left_out_remark(len(all_identifiers)), *options.remarks)))[
            :_REMARKS_MOST
        ],
        readings=tuple(options.readings),
    )


def read_words(
    text: str, now: datetime, zone: tzinfo = UTC
) -> tuple[MaskedText, Options, list[str]]:
    """Return a text in which links, ids and options are masked, the options, and the other words.

    No name is guessed from the words.
    """
    masked, options = _read(plain_times(strip_markup(text)), now, zone, None)
    return masked, options, _words(masked)


def _read(
    plain: str, now: datetime, zone: tzinfo, expect: IdentifierKind | None
) -> tuple[MaskedText, Options]:
    """Move links, ids and options out of the text; what is read first is hidden from the rest."""
    masked, options = MaskedText(plain), Options()
    extract_links(masked)
    extract_tokens(masked)
    extract_provider_users(masked)
    extract_misspelt_options(masked, options)
    extract_options(masked, now, options, zone)
    _extract_named(masked)
    extract_ids_after_in(masked)
    extract_ids(masked, expect=expect)
    extract_room_after_in(masked)
    extract_flags(masked, options)
    extract_unread_words(masked, options, words=len(_words(masked)))
    extract_misspelt_words(masked, options)
    return masked, options


def _identifiers(
    masked: MaskedText, words: list[str], expect: IdentifierKind | None
) -> tuple[Identifier, ...]:
    """Return the distinct identifiers of the text, else what its few words name."""
    return distinct_identifiers(
        _person_in_room(masked, expect)
        or _trusted_identifiers(masked, words)
        or _lone_person(words, expect)
        or _lone_names(masked, words)
    )


def find_identifiers(text: str) -> tuple[Identifier, ...]:
    """Return every id, 100ms link, `user:` and `code:` in a long text, without guessing names."""
    plain = strip_markup(text)
    masked = MaskedText(plain)
    extract_links(masked)
    extract_tokens(masked)
    extract_codes(masked, strict=True)
    extract_users(masked, strict=True)
    extract_ids(masked)
    return drop_recorder(
        distinct_identifiers(
            match.identifier for match in _firm_matches(_sort_matches(masked.matches))
        ),
        plain,
    )


def drop_recorder(identifiers: tuple[Identifier, ...], text: str) -> tuple[Identifier, ...]:
    """Drop the peer of a recording's or stream's event: it is 100ms' own recorder."""
    if not _RECORDERS.search(text) or not any(
        identifier.kind in _WHERE for identifier in identifiers
    ):
        return identifiers
    return tuple(
        identifier for identifier in identifiers if identifier.kind is not IdentifierKind.PEER
    )


def drop_user_beside_peer(identifiers: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    """Drop user ids and UUIDs of unknown kind beside the id of a single peer."""
    peers = [identifier for identifier in identifiers if identifier.kind is IdentifierKind.PEER]
    if len(peers) != 1:
        return identifiers
    return tuple(
        identifier
        for identifier in identifiers
        if identifier.kind not in {IdentifierKind.USER, IdentifierKind.UUID}
    )


def _firm_matches(matches: list[Match]) -> list[Match]:
    """Drop UUIDs after a mere `"id":` if something else is named.

    Ids of 24 digits stay, because 100ms tells whether it knows them.
    """
    if all(match.loose for match in matches):
        return matches
    return [
        match
        for match in matches
        if not (match.loose and match.identifier.kind is IdentifierKind.UUID)
    ]


def _left_out_remark(number: int) -> tuple[str, ...]:
    if number <= MAX_IDS:
        return ()
    return (
        (
            f"That text names {number:,} things; I looked at the first {MAX_IDS} and left out "
            f"{number - MAX_IDS:,}."
        ),
    )


def _extract_named(masked: MaskedText) -> None:
    """Add names and user ids; first a lone name that only contains an id (`class-65af…`)."""
    words = _words(masked)
    if len(words) == 1 and _has_id(words[0]):
        masked.add(0, Identifier(IdentifierKind.NAME, words[0]))
        masked.unparsed = ""
    extract_codes(masked, strict=False)
    extract_users(masked, strict=False)
    extract_rooms(masked)
    extract_lone_user(masked)


def _has_id(word: str) -> bool:
    match = ID.search(word)
    if not match or not NAME.fullmatch(word) or match[0] == word:
        return False
    return not _ID_LABEL.fullmatch(word[: match.start()]) and not _VALUED.match(word)


def _sort_matches(matches: Iterable[Match]) -> list[Match]:
    return sorted(matches, key=lambda match: match.at)


def _words(masked: MaskedText) -> list[str]:
    return [
        word
        for piece in _BREAKS.split(masked.unparsed)
        if (word := strip_punctuation(piece).strip("-"))
    ]


def _trusted_identifiers(masked: MaskedText, words: list[str]) -> list[Identifier]:
    """Return all identifiers; in prose with ids, drop those that only look like a name."""
    sure = any(not match.weak for match in masked.matches)
    prose = any(word.lower() not in _FILLERS for word in words)
    matches = [match for match in masked.matches if not (match.weak and sure and prose)]
    return [match.identifier for match in _firm_matches(_sort_matches(matches))]


_PERSON_IN = re.compile(
    r"^\s*(?P<who>[^\W\d_][\w'\u2019.-]*(?:\s+[^\W\d_][\w'\u2019.-]*){0,2})\s+in\s+(?:the\s+)?(?:room\s+)?"
    r"(?:(?P<mark>\x00+)|(?P<room>[A-Za-z0-9.:_-]{1,256}))[\s\x01.?!]*$",
    re.IGNORECASE,
)
_PERSON = re.compile(r"[^\W\d_][\w'\u2019.-]*")
_WORDS_OF_NAME = range(2, 4)


def _person_in_room(masked: MaskedText, expect: IdentifierKind | None) -> list[Identifier]:
    """Return the person and the room of `marta in standup`; the room may be an id or a link."""
    match = _PERSON_IN.match(masked.unparsed)
    if not match or not _may_be_person(match["who"].split()):
        return []
    person = Identifier(IdentifierKind.PERSON, " ".join(match["who"].split()))
    places = [found.identifier for found in _sort_matches(masked.matches)]
    if match["mark"]:
        is_place = len(places) == 1 and places[0].kind in _WHERE
        return [person, *places] if expect is not IdentifierKind.ROOM and is_place else []
    if places or match["room"].lower() in NO_NAMES or match["room"].isdecimal():
        return []
    return [person, Identifier(IdentifierKind.NAME, match["room"].rstrip("."))]


def _lone_person(words: list[str], expect: IdentifierKind | None) -> list[Identifier]:
    """Return the words as one person's name where a person is expected.

    A single word stays the name of a room: the look-up tries it as a person's if no room has it.
    """
    if expect is not IdentifierKind.PEER or len(words) not in _WORDS_OF_NAME:
        return []
    if not all(map(_PERSON.fullmatch, words)) or not _may_be_person(words):
        return []
    return [Identifier(IdentifierKind.PERSON, " ".join(words))]


def _may_be_person(words: list[str]) -> bool:
    return not any(word.lower() in NO_PERSON for word in words)


def _understood(identifiers: tuple[Identifier, ...]) -> str:
    """Return words for the identifiers that were read; "" if there are none."""
    if len(identifiers) != 1:
        return "the rest" if identifiers else ""
    identifier = identifiers[0]
    if identifier.kind in (IdentifierKind.NAME, IdentifierKind.ROOM):
        name = identifier.value if _HARMLESS.fullmatch(identifier.value) else ""
        return f"the room {name}".rstrip()
    return f"the {_KIND_WORDS.get(identifier.kind, 'id')}"


_KIND_WORDS = {
    IdentifierKind.SESSION: "session",
    IdentifierKind.PEER: "peer",
    IdentifierKind.USER: "user",
    IdentifierKind.PERSON: "person",
    IdentifierKind.CODE: "room code",
}


def _lone_names(masked: MaskedText, words: list[str]) -> list[Identifier]:
    """Return the words as names of rooms: one word, or a few that make no sentence."""
    telling = [word for word in words if word.lower() not in _FILLERS | _AROUND]
    if len(telling) == 1 and telling[0].lower() not in NO_NAMES and not telling[0].isdecimal():
        words = telling
    if masked.saw_link or not words or len(words) > _NAMES_MOST:
        return []
    if any(_LABELLED.match(word) or not NAME.fullmatch(word) for word in words):
        return []
    if len(words) > 1 and any(word.lower() in NO_NAMES | _FILLERS for word in words):
        return _spaced_name(words)
    return [Identifier(IdentifierKind.NAME, word) for word in words]


_THINGS = frozenset({"room", "session", "peer", "user"})


def _spaced_name(words: list[str]) -> list[Identifier]:
    """Return `one bad user` as one name, for which near names are looked for."""
    others = [word.lower() for word in words if word.lower() not in _THINGS]
    if len(others) < 2 or any(word in NO_NAMES | _FILLERS | _AROUND for word in others):  # noqa: PLR2004  `bad user`
        return []
    return [Identifier(IdentifierKind.NAME, " ".join(words))]


def _has_options(options: Options) -> bool:
    return bool(options.since or options.until or options.types or options.remarks)


def _complaint(options: Options, words: list[str]) -> str | None:
    """Return the reason why there is nothing to look up, with the words not understood."""
    text = " ".join(words)
    if text and _HARMLESS.fullmatch(text):
        sentence = f"I see no id, 100ms link or room name in “{text}”."
    elif options.remarks:
        sentence = "I see no room, session, peer or user beside it."
    else:
        return None
    return " ".join((*dict.fromkeys(options.remarks), sentence)[:_REMARKS_MOST])
