"""Each fault of 100ms at each call of a look-up: an answer or an error with a reference.

Never silence, and never a duplicate. The kinds are the pretend 100ms' own switches. Each of them
fails twice more than a call is tried, so that one call fails for good and the next one in part.
"""

import asyncio
from pathlib import Path
from typing import get_args

import pytest

from bot.hundredms.workspaces import CallLimits
from tests.support.slack.edge_harness import Bench
from tests.support.slack.fault_matrix import (
    add_places,
    channel_of,
    complaints,
    person_of,
    said_to,
    without,
)
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_hundredms.faults import Fault, Kind

KINDS: tuple[Kind, ...] = get_args(Kind)
QUICK = CallLimits(attempt=2.5, call=12.0, attempts=2, wait_once=2.0, wait_all=4.0, failures=1000)
"""What hangs is given up soon, and no circuit opens: one room's fault is not another's."""

ROOMS = (
    *("sample-subscribe", "one-bad-user", "storm", "all-types", "hostile", "odd-cases"),
    *("clinic-visit", "sample-publish", "support-desk", "healthy", "sample-join"),
)
CALLS = {
    "finding a room": ("/v2/rooms", "name"),
    "its sessions": ("/v2/sessions", "room_id"),
    "its events": ("/v2/analytics/events", "room_id"),
    "its codes": ("/v2/room-codes/room/", "path"),
    "how well somebody sent": ("/v2/analytics/peer-stats", ""),
}
"""Calls, and what they name the room by: all rooms are asked about at once.

Where nothing does, each fault strikes some of the many calls that all of them make.
"""


def fault_at(bench: Bench, path: str, by: str, name: str, kind: Kind) -> Fault:
    room = bench.hundredms.world.room(name)
    if by == "path":
        return Fault(kind=kind, path=path + room.id, seconds=0.3, times=3)
    query = {"name": {"name": name}, "room_id": {"room_id": room.id}}.get(by, {})
    return Fault(kind=kind, path=path, query=query, seconds=0.3, times=3)


@pytest.mark.parametrize("call", CALLS)
async def test_100ms_fails_at_a_call(tmp_path: Path, call: str) -> None:
    path, by = CALLS[call]
    assert len(ROOMS) == len(KINDS)
    async with open_whole(tmp_path, limits=QUICK, large=10) as bench:
        add_places(bench, len(KINDS))
        for name, kind in zip(ROOMS, KINDS, strict=True):
            bench.hundredms.faults.add(fault_at(bench, path, by, name, kind))
        asking = [
            bench.slack.type_command(channel_of(n), person_of(n), "/call-errors", name)
            for n, name in enumerate(ROOMS)
        ]
        await asyncio.gather(*asking)
        await bench.settled(0.3)
        found = {kind: complaints(said_to(bench, n)) for n, kind in enumerate(KINDS)}
        assert not without(found)
        unplayed = [r.fault.kind for r in bench.hundredms.faults.rules if not r.played]
        assert not unplayed
