"""Watches while 100ms or Slack fails: each change is told once all the same, and each watch ends.

The clock is faked, so that an outage of an hour costs its calls alone.
"""

from collections import Counter
from functools import partial
from pathlib import Path
from typing import get_args

import pytest

from bot.hundredms.workspaces import CallLimits
from tests.support.slack.edge_harness import check_all
from tests.support.slack.fault_matrix import channel_of
from tests.support.slack.watch_day import WatchDay, open_watch_day
from tests.support.slack.watches import words
from workbench.pretend_hundredms.faults import Fault, Kind
from workbench.pretend_slack import Message

pytestmark = pytest.mark.timeout(900)
KINDS: tuple[Kind, ...] = get_args(Kind)
HARMLESS = ("slow", "drip")
"""Faults that delay an answer only."""
QUICK = CallLimits(attempt=0.5, call=1.0, attempts=1, wait_once=0.1, wait_all=0.1, failures=10_000)
"""A failed call is given up at once: pauses between attempts are no sleeps of the faked clock."""

CALLS = 8
"""The total, those of the five types at most, a page of events and one of tracks."""

PASSING = (
    *("ratelimited", "http_500", "http_503", "html", "reset_before", "reset_after"),
    *("internal_error", "fatal_error", "service_unavailable"),
)
GONE = (
    *("message_not_found", "channel_not_found", "is_archived", "not_in_channel"),
    *("token_revoked", "account_inactive"),
)
CLOSED = ("edit_window_closed", "cant_update_message")
FAILED, AWAY = "did not get back in", "100ms has not answered since"


def break_one(day: WatchDay, number: int) -> None:
    day.rooms[number].break_network(0, day.time.now())


def told(day: WatchDay, number: int, phrase: str) -> list[Message]:
    return [line for line in day.lines_of(number) if phrase in words(line)]


async def check_end(day: WatchDay, count: int) -> None:
    """Each watch ends by itself, after one line about its failure."""
    await day.pass_(2000)
    assert await day.running() == 0
    assert Counter(len(told(day, n, FAILED)) for n in range(count)) == {1: count}
    assert ["The time is over" in words(m) for m in day.messages()] == [True] * count
    assert not any("stop_watch" in str(message.blocks) for message in day.messages())
    check_all(day.bench)


async def test_each_fault_of_100ms_at_each_call_of_a_look(tmp_path: Path) -> None:
    async with open_watch_day(tmp_path, len(KINDS), limits=QUICK) as day:
        await day.start_all(len(KINDS), "for 20m")
        faults = day.bench.hundredms.faults
        for room, kind in zip(day.rooms, KINDS, strict=True):
            assert room.session is not None
            times = 10 if kind in ("hang", *HARMLESS) else None
            session = Fault(kind=kind, path=f"/v2/sessions/{room.session.id}", seconds=0.2, times=5)
            query = {"room_id": room.session.room_id}
            events = Fault(kind=kind, path="/v2/analytics/", query=query, seconds=0.2, times=times)
            faults.add(session, events)
        for number in range(len(KINDS)):
            day.time.after(60, partial(break_one, day, number))
        await day.pass_(600)
        assert [rule.fault.kind for rule in faults.rules if not rule.played] == []
        silent = [kind for n, kind in enumerate(KINDS) if AWAY in words(day.message_of(n))]
        assert silent == [kind for kind in KINDS if kind not in ("hang", *HARMLESS)]
        assert not any(told(day, n, FAILED) for n, kind in enumerate(KINDS) if kind in silent)
        faults.clear()
        await day.pass_(100)
        assert not any(AWAY in words(message) for message in day.messages())
        await check_end(day, len(KINDS))


async def test_each_call_of_the_look_that_finds_a_failure_fails_once(tmp_path: Path) -> None:
    async with open_watch_day(tmp_path, CALLS, limits=QUICK) as day:
        await day.start_all(CALLS, "for 20m")
        faults = day.bench.hundredms.faults

        def break_a_call(number: int) -> None:
            session = day.rooms[number].session
            assert session is not None
            query = {"room_id": session.room_id}
            fault = Fault(kind="error", path="/v2/analytics/", query=query, times=1, after=number)
            faults.add(fault)

        for number, room in enumerate(day.rooms):
            day.time.after(60, partial(break_one, day, number))
            day.time.after(60 + room.retry_seconds, partial(break_a_call, number))
        await day.pass_(600)
        assert [rule.fault.after for rule in faults.rules if not rule.played] == []
        await check_end(day, CALLS)


async def test_an_hour_without_100ms_and_a_restart_in_it(tmp_path: Path) -> None:
    async with open_watch_day(tmp_path, 3, limits=QUICK) as day:
        await day.start_all(3, "for 90m")
        faults = day.bench.hundredms.faults
        for path in ("/v2/sessions", "/v2/analytics"):  # /readyz, which asks for rooms, stays well
            faults.add(Fault(kind="error", status=503, path=path))
        for number in range(3):
            day.time.after(600 + number * 300, partial(break_one, day, number))
        await day.pass_(1800)
        await day.bench.restart()
        await day.pass_(1800)
        assert all("4 people are fine" in words(message) for message in day.messages())
        assert not day.lines()
        faults.clear()
        await day.pass_(100)
        assert all(told(day, number, FAILED) for number in range(3))
        await check_end(day, 3)


@pytest.mark.parametrize("kinds", [PASSING, GONE, CLOSED], ids=["passing", "gone", "closed"])
async def test_each_fault_of_slack_at_the_edit_of_a_message(
    tmp_path: Path, kinds: tuple[str, ...]
) -> None:
    count = len(kinds)
    async with open_watch_day(tmp_path, count, per_channel=1, call_seconds=1) as day:
        await day.start_all(count, "for 20m")
        faults = day.bench.team.faults
        for number, kind in enumerate(kinds):
            times = 3 if kinds is PASSING else None
            faults.add("chat.update", kind, channel=channel_of(number), times=times)
            day.time.after(60, partial(break_one, day, number))
        await day.pass_(600)
        assert [fault.kind for fault in faults.rules if not fault.hits] == []
        if kinds is GONE:
            assert await day.running() == 0
            assert not day.lines()
            return
        assert all(len(told(day, number, FAILED)) == 1 for number in range(count))
        if kinds is PASSING:
            await check_end(day, count)
            return
        await day.pass_(1260)
        assert await day.running() == 0
        assert all(len(told(day, n, "I can no longer edit")) == 1 for n in range(count))
        ends = [m for m in day.bench.said() if m.thread_ts and "The time is over" in words(m)]
        assert len(ends) == count
        check_all(day.bench)


async def test_each_fault_of_slack_at_a_line_and_at_the_search_for_it(tmp_path: Path) -> None:
    """A line of unknown fate is looked for until Slack tells; then it stands once."""
    count = len(PASSING)
    async with open_watch_day(tmp_path, count, per_channel=1, call_seconds=1) as day:
        await day.start_all(count, "for 20m")
        faults = day.bench.team.faults
        for number, kind in enumerate(PASSING):
            place = channel_of(number)
            faults.add("chat.postMessage", kind, part="line-*", channel=place, times=1)
            search = faults.add("conversations.replies", "http_503", channel=place, times=4)
            search.hits = 4 * (kind == "ratelimited")  # that was certainly not posted
            day.time.after(60, partial(break_one, day, number))
        await day.pass_(600)
        assert [fault.kind for fault in faults.rules if not fault.hits] == []
        await check_end(day, count)
