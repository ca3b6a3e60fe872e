"""The end of a watch: of its own accord, at its time, and when its message is gone.

The clock of the bot and of 100ms runs 30 times as fast, and jumps.
"""

from datetime import timedelta
from pathlib import Path

from bot.domain.watching.state import Pace
from tests.support.slack.edge_harness import check_all
from tests.support.slack.watches import CHANNEL, WatchBench, watching, words
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_slack import Message

STATS = "/analytics/peer-stats"


async def ended(w: WatchBench, message: Message, reason: str) -> None:
    """Wait for the end of the watch, and assert that its message says so."""
    await w.until(f". {reason}")
    await w.bench.settled()
    assert "checkered_flag" in str(message.blocks)
    assert "stop_watch" not in str(message.blocks)
    assert await w.running() == []
    check_all(w.bench)


async def test_the_final_diagnosis_says_whether_it_differs(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        message = await w.watch()
        w.room.break_network(0, w.now)
        w.room.break_network(1, w.now)
        await w.until("did not get back in", "line")
        assert w.calls(STATS) == []
        w.room.end(w.now)
        final = await w.until("The call is over.", "line")
        assert "The call is over. The diagnosis did not change: Asha Rao and" in words(final)
        await ended(w, message, "The call is over.")
        assert "In trouble at the end:" in words(message)
        peers = [one.values("peer_id")[0] for one in w.calls(STATS)]
        assert sorted(peers) == sorted(person.peer_id for person in w.room.people[:2])


async def test_a_diagnosis_that_changes_in_the_end_is_said_to_differ(tmp_path: Path) -> None:
    pace = Pace(linger=timedelta(seconds=30))
    async with watching(tmp_path, pace=pace) as w:
        message = await w.watch()
        w.room.break_network(0, w.now)
        await w.until("was disconnected", "line")
        w.room.mend(0, w.now)
        w.room.end(w.now)
        final = await w.until("The call is over.", "line")
        assert "The call is over. Asha Rao recovered. The diagnosis changed:" in words(final)
        await ended(w, message, "The call is over.")
        assert len(w.messages("line")) == 2


async def test_a_watch_with_a_time_stays_over_sessions(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        message = await w.watch("for 3h")
        w.room.end(w.now)
        first = await w.until("The call is over. No errors were reported.", "line")
        await w.until("Nobody is in the call.")
        w.room.start(w.now)
        await w.until("8 people are fine.")
        w.room.break_network(0, w.now)
        line = await w.until("Asha Rao was disconnected", "line")
        assert line is not first
        w.clock.jump(timedelta(hours=3))
        await ended(w, message, "The time is over.")
        assert "In trouble at the end:" in words(message)


async def test_between_two_sessions_the_message_says_that_100ms_does_not_answer(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path, pace=Pace(linger=timedelta(seconds=30))) as w:
        message = await w.watch("for 3h")
        w.room.end(w.now)
        await w.until("The call is over.", "line")
        w.bench.hundredms.faults.add(Fault(kind="error", path="/v2/sessions"))
        await w.until("Nobody is in the call. 100ms has not answered since")
        w.clock.jump(timedelta(minutes=10))
        before = len(message.edits)
        await w.bench.slack.until(lambda: len(message.edits) > before, 40)
        assert "This look came late" not in str([*message.edits, message.public()])
        w.bench.hundredms.faults.clear()
        await w.until("Nobody is in the call. Last look:")


async def test_a_person_in_a_session_is_watched_until_its_end_whatever_time_is_given(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path, pace=Pace(linger=timedelta(seconds=30))) as w:
        assert w.room.session is not None
        await w.ask(f"watch user:{w.room.people[0].user_id} in {w.room.session.id} for 3h")
        message = await w.until("They are in the call now, without trouble.")
        w.room.end(w.now)
        await ended(w, message, "The call is over.")
        assert len(w.messages("line")) == 1


async def test_an_empty_room_is_looked_at_once_a_minute(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        w.room.end(w.now)
        await w.ask("watch live-room for 10m")
        message = await w.until("Nobody is in the call.")
        before, began = len(w.calls("/v2/sessions")), w.now
        await ended(w, message, "The time is over.")
        minutes = (w.now - began) / timedelta(minutes=1)
        assert len(w.calls("/v2/sessions")) - before <= minutes + 2
        assert "Nobody was in the call." in words(message)


async def test_without_a_time_a_watch_lasts_two_hours_and_with_one_seven_days(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path) as w:
        message = await w.watch()
        w.clock.jump(timedelta(hours=2))
        await ended(w, message, "The time is over.")
        assert "8 people were fine." in words(message)
    async with watching(tmp_path / "long") as w:
        told = await w.told("watch live-room for 9 days")
        assert "It ends after seven days at the latest." in told
        message = await w.until("8 people are fine.")
        (watch,) = await w.running()
        assert watch.until == watch.started_at + timedelta(days=7)
        w.clock.jump(timedelta(days=7))
        await ended(w, message, "The time is over.")


async def test_a_watch_ends_when_its_channel_is_archived(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        message = await w.watch()
        w.bench.team.channels[CHANNEL].archived = True
        w.room.break_network(0, w.now)
        await w.ended()
        assert await w.running() == []
        assert "Watching" in words(message)
        assert w.messages("line") == []


async def test_a_watch_ends_when_its_message_is_deleted(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        message = await w.watch()
        message.deleted = True
        w.room.break_network(0, w.now)
        await w.ended()
        assert await w.running() == []
        assert w.messages("line") == []


async def test_a_watch_ends_when_the_bot_is_removed(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        await w.watch("", "C0WARROOM")
        w.bench.team.channels["C0WARROOM"].members.discard(w.bench.team.app.bot_user)
        await w.ended()
        assert await w.running() == []


async def test_a_message_that_cannot_be_edited_goes_on_in_its_thread(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        message = await w.watch("for 1h")
        w.bench.team.edit_seconds = 0
        w.room.break_network(0, w.now)
        notice = await w.until("I can no longer edit the message above", "line")
        await w.until("Asha Rao was disconnected", "line")
        assert notice.thread_ts == message.ts
        shown = words(message)
        w.clock.jump(timedelta(hours=1))
        last = await w.until(". The time is over.", "ended")
        await w.ended()
        assert last.thread_ts == message.ts
        assert "In trouble at the end:" in words(last)
        assert words(message) == shown
        assert await w.running() == []
        check_all(w.bench)


async def test_an_end_that_cannot_be_edited_in_is_told_in_the_thread(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        message = await w.watch()
        w.bench.team.faults.add("chat.update", "edit_window_closed", times=None)
        await w.told("unwatch live-room")
        last = await w.until("Somebody stopped it.", "ended")
        assert last.thread_ts == message.ts
