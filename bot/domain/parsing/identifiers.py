"""Patterns of ids, names and codes, and the text in which matches are replaced by marks.

Room and session ids are 24 hex digits, peer ids are UUIDs, and names have their own set of
characters. https://www.100ms.live/docs/server-side/v2/api-reference/Rooms/create-via-api

A bare id gets its kind from the label before it: `Room ID: 65…`, `session_id=65…`, `"peer_id":
"…"`, `/rooms/65…`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.domain.query import Identifier, IdentifierKind

LONGEST_NAME = 256
"""Longest name or user id; a longer one would not fit in a URL, a button or a title."""

HEX = r"[0-9A-Fa-f]{24}"
UUID = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
ID = re.compile(rf"(?<![0-9A-Za-z])(?:(?P<uuid>{UUID})|(?P<hex>{HEX}))(?![0-9A-Za-z]|\.local\b)")
NAME = re.compile(rf"[A-Za-z0-9.:_-]{{1,{LONGEST_NAME}}}")

# Documented as 3-4-3 letters, 3-3-3 in older links; the Android app accepts any three alphanumeric
# groups. English has many such words, so only a link or a word proves a code.
CODE = re.compile(r"[a-z]{3}-[a-z]{3,4}-[a-z]{3}")
ANY_CODE = re.compile(r"[A-Za-z0-9]{2,8}(?:-[A-Za-z0-9]{2,8}){2}")

FOUND_MARK = "\x00"  # replaces an identifier; cannot be in unwrapped text
OPTION_MARK = "\x01"  # replaces an option

_NO_NAMES = (
    "a an the this that these those it its is was are were be been has had have and or but of for "
    "with without not did does do to in on at by from as so than my our your their his her who "
    "what when where which why how can could cannot will would should id ids name names named "
    "called code codes agent link links url since until till last type before after while if "
    "then just there here we i you they he she room rooms session sessions peer peers user users "
    "null none undefined"
)
NO_NAMES = frozenset(_NO_NAMES.split())
"""Words that are no name unless a colon or quotes mark them as one (`the room is broken`)."""


@dataclass(frozen=True, slots=True)
class Match:
    """An identifier and its position; `weak` if only a loose word before it makes it one."""

    at: int
    identifier: Identifier
    weak: bool = False
    loose: bool = False
    """Whether it may also be the id of something else (`"id": …`, `order: …`)."""


@dataclass(slots=True)
class MaskedText:
    """A text being parsed; in `unparsed`, parsed parts are replaced by marks of equal length."""

    unparsed: str
    matches: list[Match] = field(default_factory=list)
    saw_link: bool = False
    """Whether a link, a token or the id of some other thing was in the text."""

    def add(
        self, at: int, *identifiers: Identifier, weak: bool = False, loose: bool = False
    ) -> None:
        """Add identifiers found at a position."""
        self.matches.extend(Match(at, identifier, weak, loose) for identifier in identifiers)


def identifier_of_match(match: re.Match[str], kind: IdentifierKind | None = None) -> Identifier:
    """Return the identifier of an ID match; a kind that does not fit its shape is ignored."""
    if match["hex"]:
        fits = kind in {IdentifierKind.ROOM, IdentifierKind.SESSION, IdentifierKind.USER}
        value = match[0] if kind is IdentifierKind.USER else match[0].lower()
        return Identifier(kind if fits and kind else IdentifierKind.OBJECT, value)
    if kind is IdentifierKind.ROOM:
        kind = IdentifierKind.NAME
    fits = kind in {IdentifierKind.NAME, IdentifierKind.PEER, IdentifierKind.USER}
    return Identifier(kind if fits and kind else IdentifierKind.UUID, match[0])


def distinct_identifiers(identifiers: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """Return identifiers in order, without repeats; a specific kind replaces a vague one."""
    ordered = list(identifiers)
    named = {identifier.value.lower() for identifier in ordered if identifier.kind not in _VAGUE}
    unique: dict[tuple[IdentifierKind, str], Identifier] = {}
    for identifier in ordered:
        folded = (
            identifier.value if identifier.kind is IdentifierKind.USER else identifier.value.lower()
        )
        if identifier.kind not in _VAGUE or folded not in named:
            unique.setdefault((identifier.kind, folded), identifier)
    return tuple(unique.values())


_VAGUE = {IdentifierKind.OBJECT, IdentifierKind.UUID}


_REACH = 64
_KIND_BY_WORD = {
    "room": IdentifierKind.ROOM,
    "session": IdentifierKind.SESSION,
    "peer": IdentifierKind.PEER,
    "user": IdentifierKind.USER,
}

# Other things with ids of the same shapes. Everyday words need `id`, a colon or a slash.
_FOREIGN = "template|account|track|recording|asset|beam|poll"
_EVERYDAY = (
    "customer|app|application|workspace|stream|event|access|request|trace|span|correlation|device"
    "|message|org|organization|project|incident|webhook|job|commit|policy|layer|campaign"
)
# The customer's own words for a call. Such an id may be anything; other ids take precedence.
_CALL_WORDS = (
    "appointment|order|booking|class|lesson|course|call|meeting|visit|consultation|consult|case"
    "|ticket|invoice|payment|transaction|student|teacher|tutor|patient|doctor|member|contact|lead"
    "|deal|tenant|company|team|group|schedule|slot|reservation|interview|webinar"
)
_NESTED = r"[\"']\s{0,4}[:=]\s{0,4}\{\s{0,12}[\"']_?(?:id|uuid)"  # "room": {"id": …}
_LOOSE = re.compile(
    r"(?:(?<![A-Za-z0-9])(?:_?id|uuid|\$oid)"
    rf"|(?:(?<![A-Za-z0-9])|(?<=[a-z0-9])(?=[A-Z]))(?i:{_CALL_WORDS})(?i:[ _.-]?(?:ids?|uuid))?)"
    r"[\"'*_~]{0,3}(?:\s{0,4}[:=#][\s\"'*_~\[{(]{0,8}|(?<=(?i:id))[ \t]{1,4})$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:(?<![A-Za-z0-9])|(?<=[a-z0-9])(?=[A-Z]))"
    rf"(?:(?P<own>(?i:room|session|peer|user))|(?P<foreign>(?i:{_FOREIGN}))"
    rf"|(?P<everyday>(?i:{_EVERYDAY})))"
    rf"(?P<rest>(?i:s?(?:[ _.-]?(?:ids?|uuid|name|key|details)|{_NESTED})?))"
    r"(?P<gap>(?:[\s\"'*_~:=#()\[\]<>{}/|.-]|\b(?i:is|was|named|called)\b){0,16})$"
)


def label_before(text: str, at: int) -> re.Match[str] | None:
    """Return the label that ends right before a position; None if there is none that counts."""
    match = _LABEL.search(text[max(0, at - _REACH) : at])
    if not match or not match["gap"]:
        return None
    gap = match["gap"]
    has_sign = any(sign in gap for sign in ":=/*")
    if "\n" in gap and not has_sign:  # the end of one sentence and an id on the next line
        return None
    if match["everyday"] and not (has_sign or len(match["rest"]) > 1):
        return None
    return match


def is_loose(text: str, at: int) -> bool:
    """Return whether an id follows a mere `id:`, or a word that is none of 100ms' own."""
    if label_before(text, at) is not None:
        return False
    return bool(_LOOSE.search(text[max(0, at - _REACH) : at]))


def kind_before(text: str, match: re.Match[str]) -> IdentifierKind | None:
    """Return the kind that the label before an ID match gives it.

    Returns None if it is the id of some other thing.
    """
    label = label_before(text, match.start())
    if label is None:
        return identifier_of_match(match).kind
    if not label["own"]:
        return None
    return identifier_of_match(match, _KIND_BY_WORD[label["own"].lower()]).kind


_IN = re.compile(r"\bin[\s\"'(*_~\[{]{1,6}$", re.IGNORECASE)
_AND = re.compile(r"[\s\"'`,;&+\x00]*(?:\b(?:and|or)\b)?[\s\"'`]*", re.IGNORECASE)
_PEERS = {IdentifierKind.PEER, IdentifierKind.USER, IdentifierKind.UUID}


def extract_ids(masked: MaskedText, *, expect: IdentifierKind | None = None) -> None:
    """Replace every id in the text by a mark and add its identifier.

    `expect` is the kind of a UUID without a label.
    """
    peer_end = -1  # end of the last id in a list of peers

    def take(match: re.Match[str]) -> str:
        nonlocal peer_end
        text, at = match.string, match.start()
        kind = kind_before(text, match)
        if kind is IdentifierKind.UUID and label_before(text, at) is None:
            kind = identifier_of_match(match, expect).kind
            if peer_end >= 0 and _AND.fullmatch(text, peer_end, at):
                kind = IdentifierKind.PEER
        masked.saw_link |= kind is None
        if kind:
            value = match[0].lower() if match["hex"] else match[0]
            masked.add(at, Identifier(kind, value), loose=is_loose(text, at))
        peer_end = match.end() if kind is IdentifierKind.PEER else -1
        return FOUND_MARK * len(match[0])

    masked.unparsed = ID.sub(take, masked.unparsed)


def extract_ids_after_in(masked: MaskedText) -> None:
    """Add the room's id in `<peer> in <room>`: 24 hex digits or a room named by a UUID."""

    def take(match: re.Match[str]) -> str:
        before = match.string[max(0, match.start() - 64) : match.start()]
        word = _IN.search(before)
        if not word:
            return match[0]
        lead = before[: word.start()].rstrip(" \t\n\"')]}*_~.,")
        if lead and not _ends_in_person(masked, lead):
            return match[0]
        masked.add(match.start(), identifier_of_match(match, IdentifierKind.ROOM))
        return FOUND_MARK * len(match[0])

    masked.unparsed = ID.sub(take, masked.unparsed)


def _ends_in_person(masked: MaskedText, lead: str) -> bool:
    if lead.endswith(("\x00", "\x01")):
        return any(match.identifier.kind in _PEERS for match in masked.matches)
    return bool(re.search(ID.pattern + r"$", lead[-40:]))
