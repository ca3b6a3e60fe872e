"""Bare ids in a text, with what the words around them make of them."""

import re

from bot.domain.question import Clue, Kind
from bot.domain.reading.context import is_loose, kind_before, label_before
from bot.domain.reading.patterns import FOUND, ID, Page, id_clue

_IN = re.compile(r"\bin[\s\"'(*_~\[{]{1,6}$", re.IGNORECASE)
_AND = re.compile(r"[\s\"'`,;&+\x00]*(?:\b(?:and|or)\b)?[\s\"'`]*", re.IGNORECASE)
_PEERS = {Kind.PEER, Kind.USER, Kind.UUID}


def take_ids(page: Page, *, expect: Kind | None = None) -> None:
    """Blank every id on the page and note each. `expect` tells what a UUID without a word is."""
    peer_end = -1  # where the last id of a list of peers ended

    def take(found: re.Match[str]) -> str:
        nonlocal peer_end
        text, at = found.string, found.start()
        kind = kind_before(text, found)
        if kind is Kind.UUID and label_before(text, at) is None:
            kind = id_clue(found, expect).kind
            if peer_end >= 0 and _AND.fullmatch(text, peer_end, at):
                kind = Kind.PEER
        page.taken |= kind is None
        if kind:
            value = found[0].lower() if found["hex"] else found[0]
            page.add(at, Clue(kind, value), loose=is_loose(text, at))
        peer_end = found.end() if kind is Kind.PEER else -1
        return FOUND * len(found[0])

    page.rest = ID.sub(take, page.rest)


def take_ids_in(page: Page) -> None:
    """Note the room's id in `<peer> in <room>`: 24 hex digits or a room named by a UUID."""

    def take(found: re.Match[str]) -> str:
        before = found.string[max(0, found.start() - 64) : found.start()]
        word = _IN.search(before)
        if not word:
            return found[0]
        lead = before[: word.start()].rstrip(" \t\n\"')]}*_~.,")
        if lead and not _ends_in_person(page, lead):
            return found[0]
        page.add(found.start(), id_clue(found, Kind.ROOM))
        return FOUND * len(found[0])

    page.rest = ID.sub(take, page.rest)


def _ends_in_person(page: Page, lead: str) -> bool:
    if lead.endswith(("\x00", "\x01")):
        return any(find.clue.kind in _PEERS for find in page.finds)
    return bool(re.search(ID.pattern + r"$", lead[-40:]))
