"""Starting, listing and ending watches: the words, the buttons, the limits, the refusals."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.watching.watch import Watch
from tests.support.slack.edge_harness import check_all, part_of
from tests.support.slack.watches import (
    ALICE,
    BOB,
    CHANNEL,
    OUTSIDER,
    SHARED,
    WatchBench,
    watching,
    words,
)
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_hundredms.scenes.live import LIVE_ROOM
from workbench.pretend_slack import Message, NotPossible

OSLO = ZoneInfo("Europe/Oslo")
"""The zone of Alice."""
REFUSALS = {
    "watch": "I see no room, session, peer or user in that text.",
    "watch live-room until yellow": "I couldn't read the time “yellow” after until",
    "watch live-room for ever": "I couldn't read the time “ever” after for",
    "watch live-room until yesterday": "That time has passed already.",
    "watch live-room for 0s": "That time has no length.",
    "watch live-room private": "A watch posts in the channel, so it cannot be private.",
    "watch no-such-room": "No room called “no-such-room”",
    "watch live room": "I found nothing by that name. Did you mean this? Room live-room (",
    "unwatch live-room": "No such watch is running here.",
}
PLACES = {
    "C0SECRET": "I am not in this channel, so I cannot post there. What to do: Invite me",
    "C0ARCHIVE": "this channel is archived. What to do: Start the watch in a channel where I may",
    "C0READONLY": "this channel doesn't let me post. What to do: Start the watch in a channel",
    SHARED: "people of another company are in it. What to do: Add public",
}


def public(w: WatchBench) -> list[Message]:
    """Return the bot's messages that everybody in a channel sees."""
    return [one for one in w.bench.said() if one.ephemeral_to is None]


def mentions(w: WatchBench) -> list[str]:
    """Return the marks of all mentions that the bot sent, in any version of a message."""
    versions = [version for one in public(w) for version in (*one.edits, one.public())]
    raw = json.dumps([[version.get("text"), version.get("blocks")] for version in versions])
    marks = ("<@", "<!", '"type": "user"', '"type": "usergroup"', '"type": "broadcast"')
    return [mark for mark in marks for _ in range(raw.count(mark))]


def opening(w: WatchBench) -> Message | None:
    return next((one for one in public(w) if part_of(one) == "opening"), None)


async def answered(w: WatchBench, text: str) -> Message:
    """Return the opening of an answer that stands."""
    await w.ask(text)
    await w.bench.slack.until(lambda: opening(w), 30)
    await w.bench.settled()
    found = opening(w)
    assert found is not None
    return found


async def test_what_starts_no_watch_is_told_to_the_asker_alone(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        for text, told in REFUSALS.items():
            assert told in await w.refusal(text)
        for channel, told in PLACES.items():
            assert told in await w.refusal(f"watch {LIVE_ROOM}", channel)
        assert public(w) == []
        assert await w.running() == []


async def test_a_watch_is_listed_and_ended_by_its_name_or_id(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        assert "No watch is running here." in await w.told("watches")
        message = await w.watch("for 30m")
        (watch,) = await w.running()
        assert f"This channel watches it already ({watch.id})" in await w.refusal(
            f"watch {LIVE_ROOM}", user=BOB
        )
        assert len(w.messages()) == 1
        listed = await w.told("watches", user=BOB)
        assert f"{watch.id} {LIVE_ROOM} , until" in listed
        assert f"{LIVE_ROOM} in @{CHANNEL}" in await w.told("watches", "C0WARROOM", ALICE)
        assert "No watch is running here." in await w.told("watches", "C0WARROOM", BOB)
        assert "No such watch" in await w.refusal(f"unwatch {watch.id}", "C0WARROOM", BOB)
        assert "No such watch" in await w.refusal(f"unwatch {w.room.people[0].peer_id}")
        assert f"The watch {watch.id} ends now." in await w.told(f"unwatch {LIVE_ROOM}", user=BOB)
        assert await w.until("Somebody stopped it.") is message
        await w.bench.settled()
        assert "stop_watch" not in str(message.blocks)
        assert "8 people were fine." in words(message)
        assert await w.running() == []
        again = await w.watch()
        (watch,) = await w.running()
        assert "ends now" in await w.told(f"unwatch {watch.id.lower()}")
        await w.until(f"Watched {LIVE_ROOM} . Somebody stopped it.")
        await w.bench.settled()
        assert "checkered_flag" in str(again.blocks)
        check_all(w.bench)


async def test_a_watch_in_direct_messages_is_its_askers_own(tmp_path: Path) -> None:
    async with watching(tmp_path, mode="socket") as w:
        await w.bench.slack.write_direct(f"watch {LIVE_ROOM} notify me")
        message = await w.until("8 people are fine.")
        assert message.channel == w.bench.team.direct_channel(ALICE).id
        w.room.break_network(0, w.now)
        line = await w.until("was disconnected", "line")
        assert line.thread_ts == message.ts
        await w.bench.slack.write_direct(f"unwatch {LIVE_ROOM}")
        assert await w.until("Somebody stopped it.") is message
        check_all(w.bench)


async def test_in_direct_messages_the_word_alone_watches_the_last_answer(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        await w.bench.slack.write_direct(LIVE_ROOM)
        await w.bench.slack.until(lambda: opening(w), 30)
        await w.bench.settled()
        await w.bench.slack.write_direct("watch for 2h")
        message = await w.until("Watching live-room until")
        assert message.channel == w.bench.team.direct_channel(ALICE).id
        assert await w.running()


async def test_a_time_of_day_is_in_the_askers_zone(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        places = {CHANNEL: ("18:00", OSLO), "C0GENERAL": ("18:00 UTC", UTC)}
        for channel, (text, _) in places.items():
            await w.ask(f"watch {LIVE_ROOM} until {text}", channel)
        await w.bench.slack.until(lambda: len(w.messages()) == len(places), 40)
        ends = {watch.channel: watch.until for watch in await w.running()}
        for channel, (_, zone) in places.items():
            until = ends[channel]
            assert until is not None
            assert f"{until.astimezone(zone):%H:%M}" == "18:00"


async def test_stop_is_for_our_own_people(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        message = await w.watch("public", SHARED)
        await w.bench.slack.click(message, "stop_watch", OUTSIDER)
        refused = await w.bench.until_said("belongs to another company", SHARED)
        assert refused.ephemeral_to == OUTSIDER
        assert [watch.stopped_by for watch in await w.running()] == [""]
        await w.bench.slack.click(message, "stop_watch", BOB)
        await w.until("Somebody stopped it.")
        await w.bench.settled()
        with pytest.raises(NotPossible):
            await w.bench.slack.click(message, "stop_watch", BOB)
        assert mentions(w) == []


async def test_a_shared_channel_reads_no_name(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        await w.watch("public", SHARED)
        w.room.break_network(0, w.now)
        await w.until("1 of 8 people was disconnected", "line")
        shown = " ".join(words(one) + one.text for one in public(w))
        assert not [p.name for p in w.room.people if p.name.split()[0] in shown]
        assert LIVE_ROOM not in shown


async def test_the_button_and_the_word_in_the_thread_start_a_watch(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        answer = await answered(w, LIVE_ROOM)
        await w.bench.slack.click(answer, "watch", BOB)
        message = await w.until("8 people are fine.")
        assert message.thread_ts is None
        (watch,) = await w.running()
        assert (watch.asked_by, watch.until) == (BOB, None)
        await w.bench.slack.mention(CHANNEL, "watch for 2h notify me", answer.ts)
        told = await w.bench.until_said("No watch was started")
        assert f"This channel watches it already ({watch.id})" in words(told)
        assert told.ephemeral_to == ALICE
        await w.bench.slack.click(message, "stop_watch")
        await w.until("Somebody stopped it.")
        await w.bench.slack.mention(CHANNEL, "watch this call for 2h notify me, please", answer.ts)
        await w.until("Watching live-room until")
        (watch,) = await w.running()
        assert (watch.asked_by, watch.notify) == (ALICE, True)
        check_all(w.bench)


async def test_an_ended_session_has_no_watch_button(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        answer = await answered(w, "one-bad-user")
        with pytest.raises(NotPossible):
            await w.bench.slack.click(answer, "watch")
        assert w.room.session is not None
        w.room.end(w.now)
        told = await w.refusal(f"watch {w.room.session.id}")
        assert "That session has ended, so there is nothing to watch." in told


async def test_a_watch_of_another_replica_is_listed_with_the_name_of_its_room(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path) as w:
        assert w.room.scene is not None
        room_id, now = w.room.scene.room_id, datetime.now(UTC)
        await w.bench.memory.watches.add(
            Watch("CD-ELSEWH3R", "default", "room", room_id, CHANNEL, BOB, now)
        )
        assert f"CD-ELSEWH3R {LIVE_ROOM} , until" in await w.told("watches")
        w.bench.hundredms.faults.add(Fault(kind="hang", path="/v2/rooms"))
        assert f"CD-ELSEWH3R {room_id} , until" in await w.told("watches")


async def test_a_channel_has_20_watches_and_a_workspace_100(tmp_path: Path) -> None:
    def other(number: int, channel: str) -> Watch:
        room, now = f"{number:024x}", datetime.now(UTC)
        return Watch(f"CD-{number:08d}", "default", "room", room, channel, BOB, now)

    async with watching(tmp_path) as w:
        store = w.bench.memory.watches
        for number in range(20):
            await store.add(other(number, CHANNEL))
        assert "20 watches run in this channel" in await w.refusal(f"watch {LIVE_ROOM}")
        for number in range(20, 100):
            await store.add(other(number, f"C{number}"))
        full = await w.refusal(f"watch {LIVE_ROOM}", "C0WARROOM")
        assert "100 watches run in this 100ms workspace" in full
        assert "End one of them: /call-errors watches lists them." in full
        assert public(w) == []


async def test_notify_me_mentions_the_starter_once(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        await w.watch("notify me")
        for number in range(2):
            w.room.break_network(number, w.now)
            await w.bench.slack.until(lambda: len(w.messages("line")) > number, 40)  # noqa: B023
        first, second = w.messages("line")
        assert mentions(w) == ["<@", '"type": "user"']
        assert f"<@{ALICE}>" in first.text
        assert "<@" not in second.text


async def test_hostile_names_mention_nobody(tmp_path: Path) -> None:
    name = "<!channel> <@U0BOB> *x* `y` <http://a.example|b>"
    async with watching(tmp_path) as w:
        w.room = w.bench.hundredms.live(name)
        w.room.retry_seconds = 10
        w.room.start(w.now, name=name)
        assert w.room.session is not None
        await w.ask(f"watch {w.room.session.id}")
        await w.until("8 people are fine.")
        w.room.break_network(0, w.now)
        await w.until("was disconnected", "line")
        assert "!channel>" in " ".join(words(one) for one in public(w))
        assert mentions(w) == []
        check_all(w.bench)


async def test_a_forgotten_room_is_watched_no_longer(tmp_path: Path) -> None:
    async with watching(tmp_path, speed=5) as w:
        message = await w.watch("for 3h")
        w.room.break_network(0, w.now)
        await w.until("since")
        assert w.room.session is not None
        removed = await w.bench.memory.forget_room(w.room.session.room_id)
        assert removed["watches"] == 1
        assert await w.until("The data of this call were erased.") is message
        await w.bench.settled()
        assert w.room.people[0].name not in f"{message.text} {message.blocks}"
        assert LIVE_ROOM not in f"{message.text} {message.blocks}"
