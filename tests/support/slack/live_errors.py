"""New error events in a demo room, while the bot runs."""

import copy
import itertools
from datetime import UTC, datetime, timedelta

from tests.support.slack.edge_harness import Bench
from workbench.pretend_hundredms.stage import Stage
from workbench.pretend_hundredms.world import Event

_NUMBERS = itertools.count(1)


def fail_again(
    bench: Bench, room_name: str, number: int, person: str = "", *, now: bool = False
) -> None:
    """Let `number` more events of the room's last failure arrive, of that person of the call.

    They are stamped after the last failure, or with `now` at this moment.
    """
    add_failures(bench.hundredms, room_name, number, person, now=now)


def add_failures(
    stage: Stage, room_name: str, number: int, person: str = "", *, now: bool = False
) -> None:
    """Let events arrive at that pretend 100ms as `fail_again` does."""
    room = stage.world.room(room_name)
    last = room.events[-1]
    peers = {peer.name: peer for session in room.sessions for peer in session.peers}
    events: list[Event] = []
    for _ in range(number):
        event = copy.deepcopy(last)
        serial = next(_NUMBERS)
        event["id"] = f"0000{serial:04d}-06d4-4fed-a476-11f023a35404"
        start = datetime.now(UTC) if now else datetime.fromisoformat(last["timestamp"])
        moment = start if now else start + timedelta(seconds=serial)
        event["timestamp"] = moment.isoformat().replace("+00:00", "Z")
        if person:
            peer = peers[person]
            event["data"] |= {"user_id": peer.user_id, "user_name": peer.name, "peer_id": peer.id}
        events.append(event)
    stage.add_events(room.id, events)
