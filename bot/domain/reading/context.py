"""The word before an id: `Room ID: 65…`, `session_id=65…`, `"peer_id": "…"`, `/rooms/65…`."""

import re

from bot.domain.question import Kind
from bot.domain.reading.patterns import id_clue

_REACH = 64
_OWN = {"room": Kind.ROOM, "session": Kind.SESSION, "peer": Kind.PEER, "user": Kind.USER}

# What else has ids of the same shapes. Words of everyday speech need `id`, a colon or a slash.
_FOREIGN = "template|account|track|recording|asset|beam|poll"
_EVERYDAY = (
    "customer|app|application|workspace|stream|event|access|request|trace|span|correlation|device"
    "|message|org|organization|project|incident|webhook|job|commit|policy|layer|campaign"
)
# The customer's own words for a call. Its id may be anything, so it gives way to other ids.
_OWN_WORDS = (
    "appointment|order|booking|class|lesson|course|call|meeting|visit|consultation|consult|case"
    "|ticket|invoice|payment|transaction|student|teacher|tutor|patient|doctor|member|contact|lead"
    "|deal|tenant|company|team|group|schedule|slot|reservation|interview|webinar"
)
_NESTED = r"[\"']\s{0,4}[:=]\s{0,4}\{\s{0,12}[\"']_?(?:id|uuid)"  # "room": {"id": …}
_LOOSE = re.compile(
    r"(?:(?<![A-Za-z0-9])(?:_?id|uuid|\$oid)"
    rf"|(?:(?<![A-Za-z0-9])|(?<=[a-z0-9])(?=[A-Z]))(?i:{_OWN_WORDS})(?i:[ _.-]?(?:ids?|uuid))?)"
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
    """The label that ends right before a position, if there is one that counts."""
    found = _LABEL.search(text[max(0, at - _REACH) : at])
    if not found or not found["gap"]:
        return None
    gap = found["gap"]
    told = any(sign in gap for sign in ":=/*")
    if "\n" in gap and not told:  # the end of one sentence and an id on the next line
        return None
    if found["everyday"] and not (told or len(found["rest"]) > 1):
        return None
    return found


def is_loose(text: str, at: int) -> bool:
    """Whether an id stands after a mere `id:`, or after a word that is none of 100ms' own."""
    if label_before(text, at) is not None:
        return False
    return bool(_LOOSE.search(text[max(0, at - _REACH) : at]))


def kind_before(text: str, found: re.Match[str]) -> Kind | None:
    """What the label before an ID match makes of it; None if it is some other thing's id."""
    label = label_before(text, found.start())
    if label is None:
        return id_clue(found).kind
    if not label["own"]:
        return None
    return id_clue(found, _OWN[label["own"].lower()]).kind
