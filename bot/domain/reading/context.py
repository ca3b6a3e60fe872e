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
_LABEL = re.compile(
    r"(?:(?<![A-Za-z0-9])|(?<=[a-z0-9])(?=[A-Z]))"
    rf"(?:(?P<own>(?i:room|session|peer|user))|(?P<foreign>(?i:{_FOREIGN}))"
    rf"|(?P<everyday>(?i:{_EVERYDAY})))"
    r"(?P<rest>(?i:s?(?:[ _-]?(?:ids?|uuid|name|key|details))?))"
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


def kind_before(text: str, found: re.Match[str]) -> Kind | None:
    """What the label before an ID match makes of it; None if it is some other thing's id."""
    label = label_before(text, found.start())
    if label is None:
        return id_clue(found).kind
    if not label["own"]:
        return None
    return id_clue(found, _OWN[label["own"].lower()]).kind
