"""One id, several spellings: iOS peer ids were seen in upper case, the rest in lower.

Whether the API compares ids with or without case is not documented, so an id is asked for as it
was typed, and only if nothing at all comes back in the other case; a UUID that is no peer's may
be a user's (Prebuilt gives anonymous users a UUID), and one that was called a user's a peer's.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.domain.target import Target
from bot.investigate.fetch import Fetched, Reader


async def read_any_spelling(reader: Reader, target: Target) -> tuple[Target, Fetched]:
    """The events, and the target as 100ms spells it (as typed, if nothing was found)."""
    first = await reader.read(target)
    who = target.peer_id or target.user_id or ""
    if not who or first.completeness.fetched or not first.completeness.complete:
        return target, first
    for other in _others(target, who):
        found = await reader.read(other)
        if found.completeness.fetched:
            return other, found
    return target, first


_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def _others(target: Target, peer_id: str) -> Iterator[Target]:
    if target.peer_id is None:
        if _UUID.fullmatch(peer_id):
            for spelling in dict.fromkeys((peer_id, peer_id.lower(), peer_id.upper())):
                yield replace(target, kind="peer", peer_id=spelling, user_id=None)
        return
    for spelling in dict.fromkeys((peer_id.lower(), peer_id.upper())):
        if spelling != peer_id:
            yield replace(target, peer_id=spelling)
    yield replace(target, kind="user", peer_id=None, user_id=peer_id)
