"""From a command in Slack to the first true sentence about its room, posted."""

import asyncio
import time
from collections.abc import Iterator

from benchmarks.bench import Bench, Served
from benchmarks.checks import expect, names_events
from benchmarks.knocks import Command, knock, prepared
from benchmarks.processes import Failed
from benchmarks.sizes import REAL, ROOM_SETS, RoomSet
from benchmarks.table import Row, middle, ratio, seconds

_WAITED_SECONDS = 120.0
WRITES = frozenset({"chat.postMessage", "chat.update", "response_url", "chat.postEphemeral"})


def measure(bench: Bench) -> Iterator[Row]:
    """The time of the sentence, less the acknowledgement's, in round trips."""
    for rooms in ROOM_SETS:
        yield _of_set(bench, rooms)


def _of_set(bench: Bench, rooms: RoomSet) -> Row:
    sizes = bench.sizes
    with bench.serving(f"first-{rooms.first}") as served:
        bench.delay(sizes.delay)
        help_ = ack_of_help(bench, served)
        took = [
            first_sentence(bench, served, f"{rooms.first}-{number}", number)
            for number in range(sizes.first_answers)
        ]
    sentence = middle(took) - help_
    return ratio(
        "first true sentence in Slack ÷ (one 100ms round trip + one Slack round trip), "
        f"{seconds(sizes.delay)} each{rooms.label}",
        sentence / (2 * sizes.delay),
        f"{seconds(sentence)}, of {sizes.first_answers} rooms of {sizes.events:,} events; "
        f"an acknowledgement takes {seconds(help_)}",
        1.4,
        more=rooms is not REAL,
    )


def ack_of_help(bench: Bench, served: Served) -> float:
    """Return the median time, of a few requests, of one that needs nothing but the bot."""
    requests = prepared(bench, served, [Command("help")] * 5)
    acks = [asyncio.run(knock(served, request)) for request in requests]
    expect({(ack.status, "room" in ack.body) for ack in acks}, {(200, True)}, "help")
    return middle([ack.took for ack in acks])


def first_sentence(bench: Bench, served: Served, room: str, person: int = 0) -> float:
    """Seconds from the command until a message that names the room's events is posted."""
    bench.forget_calls()
    command = Command(bench.room(room), person % max(1, bench.sizes.at_once))
    (request,) = prepared(bench, served, [command])
    ack = asyncio.run(knock(served, request))
    posted = _posted(bench, command.channel, bench.sizes.events)
    settle(bench)
    return posted - ack.sent


def _posted(bench: Bench, channel: str, events: int) -> float:
    """Return the time at which Slack accepted the first such message."""
    give_up = time.monotonic() + _WAITED_SECONDS
    while time.monotonic() < give_up:
        for post in bench.posts():
            if post["args"].get("channel") == channel and _tells(post, events):
                return float(post["at"])
        time.sleep(0.05)
    raise Failed("no message named the room's events")


def _tells(post: dict[str, object], events: int) -> bool:
    return post["method"] in WRITES and names_events(str(post["args"]), events)


def settle(bench: Bench, most: float = _WAITED_SECONDS) -> None:
    """Wait until nothing was called for a while, at either end; at most so many seconds."""
    seen, since = (-1, -1), time.monotonic()
    give_up = time.monotonic() + most
    while time.monotonic() < give_up:
        now = (len(bench.calls()), bench.post_count())
        if now != seen:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since > bench.sizes.quiet:
            return
        time.sleep(0.2)
    raise Failed("the bot does not come to rest")
