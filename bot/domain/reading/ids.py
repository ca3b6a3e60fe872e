"""Bare ids in a text, with what the words around them make of them."""

import re

from bot.domain.question import Clue, Kind
from bot.domain.reading.context import kind_before, label_before
from bot.domain.reading.patterns import FOUND, ID, Page, id_clue

_IN = re.compile(r"\bin[\s\"'(*_~\[{]{1,6}$", re.IGNORECASE)
_PEERS = {Kind.PEER, Kind.USER, Kind.UUID}


def take_ids(page: Page, *, expect: Kind | None = None) -> None:
    """Blank every id on the page and note each. `expect` tells what a UUID without a word is."""

    def take(found: re.Match[str]) -> str:
        kind = kind_before(found.string, found)
        if kind is Kind.UUID and label_before(found.string, found.start()) is None:
            kind = id_clue(found, expect).kind
        page.taken |= kind is None
        if kind:
            value = found[0].lower() if found["hex"] else found[0]
            page.add(found.start(), Clue(kind, value))
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
