"""Rooms found by their name, enabled ones and disabled ones.

https://www.100ms.live/docs/server-side/v2/api-reference/Rooms/list-rooms
"""

import asyncio
from collections.abc import Sequence
from functools import partial

from bot.hundredms.call import Asker, Call
from bot.hundredms.calls import Line, get
from bot.hundredms.decide import Verdict
from bot.hundredms.lenient import read
from bot.hundredms.questions import FULL, word
from bot.hundredms.wire import Listing, RoomWire

_PAGES = 3


async def rows_named(line: Line, asker: Asker, name: str) -> Sequence[RoomWire]:
    """Rows of exactly that name, case ignored; 100ms hides disabled rooms unless asked."""
    both = await asyncio.gather(
        *[_listed(line, asker, name, enabled=enabled) for enabled in (True, False)]
    )
    return [row for rows in both for row in rows]


async def _listed(line: Line, asker: Asker, name: str, *, enabled: bool) -> list[RoomWire]:
    params: dict[str, str | int] = {"name": name, "enabled": word(enabled), "limit": FULL}
    found: list[RoomWire] = []
    for _ in range(_PAGES):
        wire = await get(line, Call("rooms", "rooms", params), _READ, asker)
        if isinstance(wire, Verdict):
            break
        found += [row for row in wire.data if row and _same(row.name, name)]
        following = wire.following(FULL)
        if not following or following == params.get("start"):
            break
        params["start"] = following
    return found


_READ = partial(read, Listing[RoomWire])


def _same(name: str | None, asked: str) -> bool:
    return name is not None and name.strip().casefold() == asked.strip().casefold()
