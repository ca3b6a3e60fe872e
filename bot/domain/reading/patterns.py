"""The shapes of ids, names and codes, and the page they are marked off on.

Room and session ids are 24 hex digits, peer ids UUIDs, names have a set of characters of
their own. https://www.100ms.live/docs/server-side/v2/api-reference/Rooms/create-via-api
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.domain.question import Clue, Kind

LONGEST = 256
"""A longer name or user id is no name: it would not fit in a URL, a button or a title."""

HEX = r"[0-9A-Fa-f]{24}"
UUID = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
ID = re.compile(rf"(?<![0-9A-Za-z])(?:(?P<uuid>{UUID})|(?P<hex>{HEX}))(?![0-9A-Za-z]|\.local\b)")
NAME = re.compile(rf"[A-Za-z0-9.:_-]{{1,{LONGEST}}}")

# Documented as 3-4-3 letters, 3-3-3 in older links; the Android app accepts any three
# alphanumeric groups. English has many such words, so only a link or a word proves a code.
CODE = re.compile(r"[a-z]{3}-[a-z]{3,4}-[a-z]{3}")
ANY_CODE = re.compile(r"[A-Za-z0-9]{2,8}(?:-[A-Za-z0-9]{2,8}){2}")

FOUND = "\x00"  # stands where a clue was; cannot be in unwrapped text
OPTION = "\x01"  # stands where an option was

_NO_NAMES = (
    "a an the this that these those it its is was are were be been has had have and or but of for "
    "with without not did does do to in on at by from as so than my our your their his her who "
    "what when where which why how can could cannot will would should id ids name names named "
    "called code codes agent link links url since until till last type before after while if "
    "then just there here we i you they he she room rooms session sessions peer peers user users "
    "null none undefined"
)
NO_NAMES = frozenset(_NO_NAMES.split())
"""Words that are no name unless a colon or quotes say so (`the room is broken`)."""


@dataclass(frozen=True, slots=True)
class Find:
    """A clue, where it stood, and whether only a loose word before it makes it one."""

    at: int
    clue: Clue
    weak: bool = False
    loose: bool = False
    """Whether it may as well be the id of something else (`"id": …`, `order: …`)."""


@dataclass(slots=True)
class Page:
    """A text under reading: `rest` has what was understood replaced by marks of equal length."""

    rest: str
    finds: list[Find] = field(default_factory=list)
    taken: bool = False
    """Whether a link, a token or the id of some other thing stood in it."""

    def add(self, at: int, *clues: Clue, weak: bool = False, loose: bool = False) -> None:
        """Note clues found at a position."""
        self.finds.extend(Find(at, clue, weak, loose) for clue in clues)


def id_clue(found: re.Match[str], kind: Kind | None = None) -> Clue:
    """The clue of an ID match; a kind that does not go with its shape is ignored."""
    if found["hex"]:
        fits = kind in {Kind.ROOM, Kind.SESSION, Kind.USER}
        value = found[0] if kind is Kind.USER else found[0].lower()
        return Clue(kind if fits and kind else Kind.OBJECT, value)
    if kind is Kind.ROOM:
        kind = Kind.NAME
    fits = kind in {Kind.NAME, Kind.PEER, Kind.USER}
    return Clue(kind if fits and kind else Kind.UUID, found[0])


def distinct(clues: Iterable[Clue]) -> tuple[Clue, ...]:
    """Clues in order, each thing once; what a better clue names drops its vague namesake."""
    ordered = list(clues)
    named = {clue.value.lower() for clue in ordered if clue.kind not in _VAGUE}
    kept: dict[tuple[Kind, str], Clue] = {}
    for clue in ordered:
        folded = clue.value if clue.kind is Kind.USER else clue.value.lower()
        if clue.kind not in _VAGUE or folded not in named:
            kept.setdefault((clue.kind, folded), clue)
    return tuple(kept.values())


_VAGUE = {Kind.OBJECT, Kind.UUID}
