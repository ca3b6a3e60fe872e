"""The message of a watch and the lines of its thread while the call runs."""

import contextlib
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.rooms import CallFact
from tests.support.slack.edge_harness import check_all, part_of
from tests.support.slack.watches import WatchBench, watching, words
from workbench.pretend_hundredms.failures import signal_lost
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_slack import Message

EVENTS = "/v2/analytics/events"


def without_look(message: dict[str, Any]) -> str:
    """Return the blocks of a version of a message, without the time of the last look."""
    blocks = [block for block in message["blocks"] if "Last look" not in json.dumps(block)]
    return json.dumps(blocks)


def said_at(line: Message) -> datetime:
    """Return the time of a line in the watch's own time."""
    return datetime.fromtimestamp(int(part_of(line).removeprefix("line-")), UTC)


def whole_reads(w: WatchBench) -> int:
    """Return the number of pages of errors that were read, without those that only count."""
    return sum(one.values("limit") != ["1"] for one in w.calls(EVENTS))


async def test_the_message_stands_before_the_first_look_ends(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        w.bench.hundredms.faults.add(Fault(kind="slow", path=EVENTS, seconds=3))
        await w.ask("watch live-room")
        message = await w.until("The first look is under way …")
        assert message.thread_ts is None
        assert "follow the thread: “More actions” (⋮), then “Get notified about" in words(message)
        assert await w.until("8 people are fine.") is message


async def test_the_time_of_the_look_alone_is_refreshed_once_a_minute(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        message = await w.watch()
        began, before = w.now, len(message.edits)
        calls = len(w.calls(EVENTS))
        await w.bench.slack.until(lambda: len(message.edits) >= before + 5, 40)
        minutes = (w.now - began) / timedelta(minutes=1)
        refreshes = [without_look(version) for version in message.edits[before:]]
        assert set(refreshes) == {without_look(message.public())}
        assert len(refreshes) <= minutes + 1
        assert len(w.calls(EVENTS)) - calls > 2 * len(refreshes)
        assert w.messages("line") == []


async def test_changes_within_a_minute_are_folded_into_one_line(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        await w.watch()
        names = [person.name for person in w.room.people]
        w.room.break_network(0, w.now)
        first = await w.until(f"{names[0]} was disconnected", "line")
        w.room.mend(0, w.now)
        for number in (1, 2):
            w.room.break_network(number, w.now)
        await w.bench.slack.until(lambda: len(w.messages("line")) == 2, 40)
        second = w.messages("line")[1]
        assert said_at(second) - said_at(first) >= timedelta(minutes=1)
        assert f"{names[0]} recovered." in words(second)
        assert names[1] in words(second)
        assert names[2] in words(second)
        check_all(w.bench)


async def test_whoever_joins_again_a_quarter_of_an_hour_later_is_no_longer_in_trouble(
    tmp_path: Path,
) -> None:
    """To an answer that is another call; a watch tells who is in trouble now."""
    async with watching(tmp_path) as w:
        await w.watch("for 2h")
        name = w.room.people[0].name
        w.room.break_network(0, w.now)
        await w.until(f"{name} was disconnected", "line")
        w.clock.jump(timedelta(minutes=15))
        await w.until("In trouble now:")
        w.room.mend(0, w.now)
        await w.until("Nobody is in trouble now. 8 people are fine.")
        await w.until(f"{name} recovered.", "line")
        assert len(w.messages("line")) == 2
        w.room.break_network(1, w.now)
        await w.until(f"{w.room.people[1].name} did not recover.", "line")


async def test_a_trouble_that_passes_gets_no_line(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        w.room.retry_seconds = 60
        await w.watch()
        w.room.break_network(0, w.now)
        await w.until("In trouble now:")
        w.room.mend(0, w.now)
        await w.until("Nobody is in trouble now. 8 people are fine.")
        assert w.messages("line") == []


async def test_past_2000_new_errors_they_are_counted(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        message = await w.watch()
        for number in range(2_001):
            at = w.now - timedelta(milliseconds=number)
            w.room.add_error(0, "client.disconnected", signal_lost(), at)
        await w.until("2,001 new errors. Beyond 2,000 I count them and no longer read them")
        assert "8 people are in the call. 2,001 new errors." in words(message)
        pages = whole_reads(w)
        w.room.add_error(1, "client.disconnected", signal_lost(), w.now)
        await w.until("2,002 new errors.")
        assert whole_reads(w) == pages
        check_all(w.bench)


async def test_a_watch_of_one_participant_tells_of_nobody_else(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        ann, other = w.room.people[0].name, w.room.people[1].name
        await w.ask(f"watch {w.room.people[0].peer_id} in live-room")
        message = await w.until("They are in the call now, without trouble.")
        w.room.break_network(1, w.now)
        w.room.break_network(0, w.now)
        await w.until(f"{ann} was disconnected", "line")
        await w.until(f"In trouble now: {ann} , since")
        assert other not in words(message)
        assert "fine" not in words(message)


async def test_a_watch_of_one_participant_follows_them_to_another_peer_id(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        name = w.room.people[0].name
        await w.ask(f"watch {w.room.people[0].peer_id} in live-room")
        await w.until("They are in the call now, without trouble.")
        for count in (1, 3):
            w.room.break_network(0, w.now)
            await w.bench.slack.until(lambda: len(w.messages("line")) == count, 40)  # noqa: B023
            assert f"{name} was disconnected" in words(w.messages("line")[-1])
            w.room.mend(0, w.now)
            await w.bench.slack.until(lambda: len(w.messages("line")) == count + 1, 40)  # noqa: B023
            assert f"{name} recovered." in words(w.messages("line")[-1])


async def metric(w: WatchBench, name: str) -> float:
    """Return the value of a metric of watches, out of /metrics."""
    _, page = await w.bench.get("/metrics")
    start = f"call_doctor_watches_{name} "
    return next(float(row[len(start) :]) for row in page.splitlines() if row.startswith(start))


async def test_metrics_count_the_watches_and_their_late_looks(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        assert await metric(w, "running") == 0
        message = await w.watch()
        assert await metric(w, "running") == 1
        await w.bench.slack.until(lambda: len(message.edits) >= 3, 40)
        before = await metric(w, "late_looks_total")
        w.bench.hundredms.faults.add(Fault(kind="slow", path=EVENTS, seconds=4, times=1))
        await w.until("This look came late: all watches of this 100ms workspace share")
        assert await metric(w, "late_looks_total") > before
        await w.bench.slack.click(message, "stop_watch")
        await w.ended()
        assert await metric(w, "running") == 0


async def test_what_webhooks_told_stays_while_the_database_does_not_tell_it(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path) as w:
        message = await w.watch()
        assert w.room.session is not None
        session, person = w.room.session, w.room.people[0]
        kicked = CallFact(
            *("w1", "peer.leave.success", "default", session.room_id, w.now),
            *(session.id, person.peer_id, person.user_id, "peer kicked"),
        )
        await w.bench.memory.call_facts.store([kicked])
        await w.until("1 person was removed from the call")
        with contextlib.closing(sqlite3.connect(tmp_path / "bot.db")) as connection, connection:
            connection.execute("ALTER TABLE call_facts RENAME TO away")
        before = len(message.edits)
        w.room.break_network(1, w.now)
        await w.until("In trouble now:")
        await w.until("was disconnected", "line")
        shown = [json.dumps(version) for version in (*message.edits[before:], message.public())]
        assert [text for text in shown if "1 person was removed from the call" not in text] == []
