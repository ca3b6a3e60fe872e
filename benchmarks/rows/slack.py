"""The whole answer in Slack, beside that of an app with Bolt for JavaScript."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.bench import Bench, Served
from benchmarks.checks import names_all, names_events
from benchmarks.knocks import Command, knock, prepared
from benchmarks.processes import Failed, memory
from benchmarks.rows.beside import INSTEAD, Beside, install_bolt
from benchmarks.rows.first import settle
from benchmarks.table import Row, middle, missing, ratio, seconds

OURS, THEIRS = "Call Doctor in Slack", "an app with Bolt for JavaScript"
_ANSWERS = frozenset({"chat.postMessage", "chat.update", "files.completeUploadExternal"})
"""Writes of messages that stay. Notices to the asker alone, and their removal, are no answer."""

_PARTIAL = "Partial answer"
_WAITED_SECONDS = 300.0


def measure(bench: Bench) -> Iterator[Row | Beside]:
    """Both programs at every delay, each started anew for each room that it is asked about."""
    node = install_bolt()
    for number, delay in enumerate(bench.sizes.delays):
        bench.delay(delay)
        ours, theirs = list[Beside](), list[Beside]()
        for turn in range(bench.sizes.repeats):
            room = f"beside-{number}-{turn}"
            with bench.serving(f"slack-{room}") as served:
                ours.append(_answered(bench, served, OURS, delay, room))
            if not node:
                with _bolt(bench, room) as served:
                    theirs.append(_answered(bench, served, THEIRS, delay, room))
        mine = _median(ours)
        other = _median(theirs) if theirs else Beside(THEIRS, delay, missing=node)
        yield mine
        yield other
        yield _compared(bench, mine, other)


def _bolt(bench: Bench, room: str) -> Any:  # noqa: ANN401  a context manager
    command = ["node", str(INSTEAD / "bolt-js" / "app.js")]
    return bench.standing_app(f"bolt-{room}", command, "/readyz", "/slack/events")


def _compared(bench: Bench, mine: Beside, other: Beside) -> Row:
    measure = (
        f"whole answer in Slack ÷ the Bolt-JS app's whole answer, {bench.sizes.events:,} events, "
        f"{seconds(mine.delay)}"
    )
    most = 1.0 if mine.delay else 2.0
    if other.missing:
        return missing(measure, other.missing, f"≤ {most}")
    parts = (
        f"{seconds(mine.whole)} ÷ {seconds(other.whole)}, medians of {bench.sizes.repeats} rooms"
    )
    return ratio(measure, mine.whole / other.whole, parts, most)


def _median(runs: Sequence[Beside]) -> Beside:
    """Medians of the times, and the highest peak."""
    return Beside(
        runs[0].program,
        runs[0].delay,
        middle([one.first for one in runs]),
        middle([one.whole for one in runs]),
        max(one.peak for one in runs),
    )


def _answered(bench: Bench, served: Served, program: str, delay: float, room: str) -> Beside:
    """First sentence and last words of the answer in the channel, from the command on."""
    bench.forget_calls()
    (request,) = prepared(bench, served, [Command(bench.room(room))])
    ack = asyncio.run(knock(served, request))
    _wait_for_all(bench)
    settle(bench)
    posts = [post for post in bench.posts() if post["method"] in _ANSWERS]
    if any(str(post["args"].get("text")).startswith(_PARTIAL) for post in posts):
        print(f"{program} read {room} in part", flush=True)
    first = min(p["at"] for p in posts if names_events(str(p["args"]), bench.sizes.events))
    last = max(post["at"] for post in posts)
    peak = memory(served.pid, "VmHWM")
    return Beside(program, delay, first - ack.sent, last - ack.sent, peak)


def _wait_for_all(bench: Bench) -> None:
    give_up = time.monotonic() + _WAITED_SECONDS
    while time.monotonic() < give_up:
        if any(names_all(str(post["args"]), bench.sizes.events) for post in bench.posts()):
            return
        time.sleep(0.1)
    raise Failed("the room was not answered in Slack")
