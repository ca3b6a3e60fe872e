"""Parses a question in a thread or direct messages that hold an answer: `room since 1h`, `marta`.

Such a question continues that answer. It names no place: a text with one is a question of its own.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from bot.domain.events import ERROR_TYPES
from bot.domain.parsing.identifiers import MaskedText, Match
from bot.domain.parsing.options import Options
from bot.domain.parsing.query import NO_PERSON, parse_query, read_words
from bot.domain.parsing.slack_markup import strip_emoji
from bot.domain.query import Identifier, IdentifierKind, LookupQuery
from bot.domain.saved_lookup import SavedLookup, query_of

WORDS = (
    *("again", "since 1h", "yesterday", "who else", "room"),
    *("timeline", "reply", "report", "evidence", "others", "private"),
)
"""The words that continue an answer, as they are listed."""
WORDS_SENTENCE = (
    "Here I understand `again`, `since 1h`, `yesterday`, `who else`, `room`, `timeline`, `reply`, "
    "`report`, `evidence`, `others`, `private`, and a person's name or user id."
)
_PERSON_WORD = re.compile(r"[\w+@][\w'\u2019.@+:-]*")
_MOST_WORDS, _MOST_CAPITALS = 3, 6
"""The most words of a person's name, and of one whose words begin with capitals."""
_PARTICLE = 3
"""The most letters of a small word in such a name: `Ana María de la Cruz`."""
_FILLER_WORDS = (
    "a about affected and ask but call did for give had has have hello hey hi in it me no now of "
    "ok okay on please pls show thanks that the then this to too was were with yes"
)
_FILLERS = frozenset(_FILLER_WORDS.split())
_ASKING_WORDS = (
    "can could would you i we us get see need want like try look check what how happened is are "
    "was were did to with whole entire them 100ms customer"
)
_ASKING = frozenset(_ASKING_WORDS.split())
"""Words that say nothing beside one of the list, or beside a time."""
_LEAD_WORDS = (
    "and what how why about happened went wrong is was did does to with check find look up at for "
    "see show me only just"
)
_TRAIL_WORDS = (
    "ok okay fine affected recover recovered fail failed drop dropped back too here there"
)
_LEADS, _TRAILS = frozenset(_LEAD_WORDS.split()), frozenset(_TRAIL_WORDS.split())
"""Words before and after a person's name: `was marta affected`."""
_PRONOUNS = {"it", "this", "that", "they", "he", "she"}
_CHATTER_WORDS = (
    "agreed any awesome bot cool correct details done everything exactly fixed going good got "
    "great happening interesting lol lot many more much news nice nope nothing over perfect "
    "resolved right solved something sure update updates working wow wrong yeah yep"
)
_CHATTER = frozenset(_CHATTER_WORDS.split())
"""Words that are nobody's name."""
_EVERYBODY = {"room", "everybody", "everyone", "all"}
_POLITE = re.compile(
    r"(?<!\S)(?:please|pls|(?:many )?thanks|thank you|thx|cheers)(?: (?:a lot|very much|so much))?"
    r"(?=[\s.,!?]|$)",
    re.IGNORECASE,
)
_WHO_ELSE = re.compile(r"\b(?:(?:who|any ?(?:one|body)) ?else|who (?:was|were|is) affected)\b")
_THIS_CALL = re.compile(
    r"(?<=\S)\s+in\s+(?:(?:this|that|the same)\s+(?:room|call|session|meeting)\b"
    r"|the\s+(?:room|call|session|meeting)[\s.,!?]*$)",
    re.IGNORECASE,
)
_ROOM_AND_TIME = re.compile(
    r"\s*(?:the\s+)?room[\s,]+(?=(?:yesterday|today|tonight|this|last|past|from|between|since|until)\b"
    r"|\d{1,2}(?::\d\d|\s?[ap]m))",
    re.IGNORECASE,
)
"""Before a time, `room` is a word of the list. A room may be called `monday` or `2026-11-29`."""


class FollowUpAction(StrEnum):
    """The work that a question in a thread asks for."""

    LOOK_UP = "look_up"
    AGAIN = "again"
    TIMELINE = "timeline"
    REPLY = "reply"
    REPORT = "report"
    EVIDENCE = "evidence"
    OTHERS = "others"


_ACTIONS = {action.value: action for action in FollowUpAction if action.value != "look_up"}
_ACTIONS["refresh"] = FollowUpAction.AGAIN


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question about the call of an earlier answer.

    `everybody` asks about the whole room. `people` are a name or user ids in it. `options` hold
    the time range, the types, `private` and `public`; `remarks` the parts that were not read.
    """

    action: FollowUpAction = FollowUpAction.LOOK_UP
    everybody: bool = False
    people: tuple[Identifier, ...] = ()
    options: LookupQuery = field(default_factory=LookupQuery)

    @property
    def has_time(self) -> bool:
        """Return whether a time range was typed."""
        return bool(self.options.since or self.options.until)

    @property
    def narrows(self) -> bool:
        """Return whether it asks about other people, times or types than the answer."""
        types = self.options.types != ERROR_TYPES
        return bool(self.everybody or self.people or self.has_time or types)

    @property
    def repeats(self) -> bool:
        """Return whether it asks for the same answer anew, for the same readers: `again` alone."""
        is_other = self.narrows or self.options.private or self.options.public
        return self.action is FollowUpAction.AGAIN and not is_other

    @property
    def needs_answer(self) -> bool:
        """Return whether it means nothing without an earlier answer: a word of the list."""
        is_word = self.action is not FollowUpAction.LOOK_UP or self.everybody
        return is_word and not self.people

    def about(self, saved_lookup: SavedLookup) -> LookupQuery:
        """Return the whole question. A time range that was typed earlier holds until another is."""
        earlier, options = query_of(saved_lookup), self.options
        room = Identifier(IdentifierKind.ROOM, saved_lookup.room_id)
        clues = (*self.people, room) if self.people or self.everybody else earlier.clues
        if self.has_time and saved_lookup.kind == "session":
            clues = (*self.people, room)
        return replace(
            earlier,
            clues=clues,
            since=options.since if self.has_time else earlier.since,
            until=options.until if self.has_time else earlier.until,
            types=options.types if options.types != ERROR_TYPES else earlier.types,
            private=(earlier.private or options.private) and not options.public,
            public=options.public,
            remarks=options.remarks,
            readings=options.readings,
            follow_up=True,
            held_window=not self.has_time,
        )


@dataclass(frozen=True, slots=True)
class Unclear:
    """A text that continues nothing; `remarks` say which of its words could not be read."""

    remarks: tuple[str, ...] = ()


def parse_follow_up(text: str, now: datetime, *, zone: tzinfo = UTC) -> FollowUp | Unclear | None:
    """Return the question that continues an answer; None for a question of its own.

    `now` is aware. `zone` is that of times that name none. A text with an id, a link or a room's
    name is a question of its own, and so is `help`. A word of the list is never a name: for a room
    of that name people write `room again`. Never raises.
    """
    text = _THIS_CALL.sub(" ", _POLITE.sub(" ", strip_emoji(text)))
    room = _ROOM_AND_TIME.match(text)
    if room:
        found = parse_follow_up(text[room.end() :], now, zone=zone)
        if isinstance(found, FollowUp) and found.has_time and not found.people:
            return replace(found, everybody=True)
        return found
    masked, options, words = read_words(text, now, zone)
    if options.help or masked.saw_link or _names_place(masked, text, now):
        return None
    people = tuple(map(_person_of, masked.matches))
    follow_up = _of_known_words(words)
    if follow_up is None and not people:
        people = _person_of_words(words)
        follow_up = FollowUp() if people else None
    remarks = _remarks(options, "the rest" if follow_up else "")
    if follow_up is None or (people and follow_up.action is not FollowUpAction.LOOK_UP):
        return Unclear(remarks)
    follow_up = replace(follow_up, people=people, options=_query_of(options, remarks))
    is_empty = follow_up == FollowUp(options=LookupQuery(remarks=remarks))
    return Unclear(_remarks(options, "")) if is_empty else follow_up


_ELSEWHERE = set(IdentifierKind) - {IdentifierKind.USER}


def _names_place(masked: MaskedText, text: str, now: datetime) -> bool:
    """Return whether the text names a place, or a person anywhere: a peer id has one room only."""
    clues = parse_query(text, now).clues
    return any(match.identifier.kind in _ELSEWHERE for match in masked.matches) or any(
        identifier.kind is IdentifierKind.PERSON for identifier in clues
    )


def _person_of(match: Match) -> Identifier:
    """Return a user id as it is; one of several words is a name in quotes."""
    user = match.identifier
    return Identifier(IdentifierKind.PERSON, user.value) if " " in user.value else user


def _of_known_words(words: list[str]) -> FollowUp | None:
    """Return the question in words of the list, among words without a meaning of their own."""
    text = " ".join(word.lower() for word in words)
    others = _WHO_ELSE.sub(" ", text)
    silent = _FILLERS | _ASKING | (NO_PERSON | _TRAILS if others != text else frozenset())
    telling = [word for word in others.split() if word not in silent]
    actions = {_ACTIONS[word] for word in telling if word in _ACTIONS}
    if len(actions) > 1 or set(telling) - _ACTIONS.keys() - _EVERYBODY:
        return None
    everybody = others != text or bool(_EVERYBODY & set(telling))
    action = actions.pop() if actions else FollowUpAction.LOOK_UP
    return FollowUp(action, everybody=everybody)


def _person_of_words(words: list[str]) -> tuple[Identifier, ...]:
    """Return the person whose name, or user id, the words are; () if they are none."""
    while words and words[0].lower() in _LEADS:
        words = words[1:]
    while words and words[-1] in _TRAILS:
        words = words[:-1]
    if words and words[0].lower() in _PRONOUNS:
        return ()
    telling = [_bare_name(word) for word in words if word.lower() not in _FILLERS]
    no_names = NO_PERSON | _ACTIONS.keys() | _EVERYBODY | _CHATTER
    most = _MOST_CAPITALS if _is_capital(telling) else _MOST_WORDS
    if not 0 < len(telling) <= most:
        return ()
    if any(word.lower() in no_names or not _PERSON_WORD.fullmatch(word) for word in telling):
        return ()
    return (Identifier(IdentifierKind.PERSON, " ".join(telling)),)


def _bare_name(word: str) -> str:
    """Return `marta` of `@marta` and of `marta's`."""
    return re.sub(r"(?<=\w)['\u2019]s$", "", word.removeprefix("@"))


def _is_capital(words: list[str]) -> bool:
    return all(not word[:1].islower() or len(word) <= _PARTICLE for word in words)


def _remarks(options: Options, understood: str) -> tuple[str, ...]:
    unread = (word.remark(understood) for word in options.unread)
    return tuple(dict.fromkeys((*options.remarks, *unread)))


def _query_of(options: Options, remarks: tuple[str, ...]) -> LookupQuery:
    return LookupQuery(
        since=options.since,
        until=options.until,
        types=options.chosen_types(),
        private=options.private,
        public=options.public,
        remarks=remarks,
        readings=tuple(options.readings),
    )
