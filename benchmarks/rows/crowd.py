"""Many look-ups at once, and small ones beside a huge one."""

import asyncio
import time
from collections.abc import Iterator

from benchmarks.bench import Bench, Served
from benchmarks.checks import expect, names_all
from benchmarks.knocks import Ack, Command, knock, knock_together, prepared
from benchmarks.processes import Failed, memory
from benchmarks.rows.first import WRITES, settle
from benchmarks.sizes import REAL, ROOM_SETS, SMALL_ROOM_EVENTS, RoomSet
from benchmarks.table import MEGABYTE, Row, megabytes, percentile, seconds

IN_FLIGHT = 8
"""Calls to 100ms that a workspace's budget allows at once, as it is set by default."""

_WAITED_SECONDS = 240.0
_APART = 0.05
_LOOKUP_EVERY = 10
_MOST_OTHERS = 1_000


def measure(bench: Bench) -> Iterator[Row]:
    """Throughput and acknowledgements of many small rooms; then those beside a huge one."""
    with bench.serving("crowd") as served:
        bench.delay(bench.sizes.delay)
        yield from _together(bench, served)
    for rooms in ROOM_SETS:
        with bench.serving(f"beside-{rooms.huge}") as served:
            bench.delay(bench.sizes.delay)
            yield from _beside(bench, served, rooms)


def _together(bench: Bench, served: Served) -> Iterator[Row]:
    sizes = bench.sizes
    bench.forget_calls()
    commands = [Command(bench.room(f"small-{n}"), n) for n in range(sizes.at_once)]
    requests = prepared(bench, served, commands)
    acks = asyncio.run(knock_together([(served, request) for request in requests]))
    last = _all_answered(bench, commands)
    expect({ack.status for ack in acks}, {200}, "status of the acknowledgements")
    took = last - min(ack.sent for ack in acks)
    calls = len(bench.calls())
    allowed = calls * sizes.delay / IN_FLIGHT
    yield Row(
        f"{sizes.at_once} look-ups at once of different small rooms, {seconds(sizes.delay)}: "
        "throughput ÷ what the in-flight budget allows",
        allowed / took,
        f"{allowed / took:.2f}",
        f"{sizes.at_once / took:.0f} answers a second, {seconds(took)} for all; {calls} calls, "
        f"{IN_FLIGHT} in flight, would take {seconds(allowed)}",
        least=0.7,
        target="≥ 0.7",
        more=True,
    )
    yield _acks("the same: p99 of the acknowledgements", acks, 0.3)


def _acks(measure: str, acks: list[Ack], most: float, told: str = "", *, more: bool = True) -> Row:
    took = [ack.took for ack in acks]
    p99 = percentile(took, 0.99)
    return Row(
        measure,
        p99,
        seconds(p99),
        f"median {seconds(percentile(took, 0.5))} of {len(acks)}{told}",
        most=most,
        target=f"≤ {most * 1000:.0f} ms",
        more=more,
    )


def _all_answered(bench: Bench, commands: list[Command]) -> float:
    """Return the time of the last edit of the last opening, in seconds since 1970."""
    wanted, give_up = {command.channel for command in commands}, time.monotonic() + _WAITED_SECONDS
    while time.monotonic() < give_up:
        answered = {
            post["args"].get("channel")
            for post in bench.posts()
            if post["method"] in WRITES and names_all(str(post["args"]), SMALL_ROOM_EVENTS)
        }
        if wanted <= answered:
            break
        time.sleep(0.5)
    else:
        raise Failed("not all look-ups were answered")
    settle(bench)
    return max(last_words(bench).values())


def last_words(bench: Bench) -> dict[str, float]:
    """For each channel, when its opening was written for the last time."""
    last: dict[str, float] = {}
    for post in bench.posts():
        args = post["args"]
        if post["method"] in WRITES and not args.get("thread_ts"):
            last[args["channel"]] = max(post["at"], last.get(args["channel"], 0.0))
    return last


def _beside(bench: Bench, served: Served, rooms: RoomSet) -> Iterator[Row]:
    sizes, more = bench.sizes, rooms is not REAL
    bench.forget_calls()
    huge = Command(bench.room(rooms.huge), 0)
    others = [_other(bench, number) for number in range(_MOST_OTHERS)]
    requests = prepared(bench, served, [huge, *others])
    time.sleep(sizes.quiet)
    idle = memory(served.pid, "VmRSS")
    acks, took = asyncio.run(_knock_beside(bench, served, requests))
    peak = memory(served.pid, "VmHWM")
    expect({ack.status for ack in acks}, {200}, "status of the acknowledgements")
    yield _acks(
        f"acknowledgements of others while {sizes.huge:,} events are read, p99{rooms.label}",
        acks,
        0.2,
        f", one each {_APART * 1000:.0f} ms while it ran ({seconds(took)}), each tenth a look-up, "
        "the others `help`",
        more=more,
    )
    above = (peak - idle) / MEGABYTE
    yield Row(
        f"peak memory for {sizes.huge:,} events over idle, `serve`{rooms.label}",
        above,
        f"{above:.0f} MB",
        f"{megabytes(peak)} - {megabytes(idle)}, in the same run",
        most=150,
        target="≤ 150 MB",
        more=more,
    )


def _other(bench: Bench, number: int) -> Command:
    """Return another person's question: mostly for help, now and then for a small room."""
    who = number % bench.sizes.at_once
    small, rest = divmod(number, _LOOKUP_EVERY)
    asks = not rest and small < bench.sizes.at_once
    return Command(bench.room(f"small-{small}") if asks else "help", who)


async def _knock_beside(
    bench: Bench, served: Served, requests: list[bytes]
) -> tuple[list[Ack], float]:
    """Acknowledgements of the small ones until the huge one is answered, and how long it took."""
    first = await knock(served, requests[0])
    total, acks = bench.sizes.huge, []
    answered = asyncio.create_task(asyncio.to_thread(_answered, bench, total))
    for request in requests[1:]:
        acks.append(await knock(served, request))
        await asyncio.sleep(_APART)
        if answered.done():
            break
    return acks, await answered - first.sent


def _answered(bench: Bench, events: int) -> float:
    """Return the time at which the answer about so many events was complete."""
    give_up = time.monotonic() + _WAITED_SECONDS
    while time.monotonic() < give_up:
        for post in bench.posts():
            if post["method"] in WRITES and names_all(str(post["args"]), events):
                return float(post["at"])
        time.sleep(0.5)
    raise Failed("the huge room was not answered")
