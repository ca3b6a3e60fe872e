"""A thread remembers its call: questions without an id in a thread that holds an answer."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.domain.parsing.follow_up import WORDS
from bot.domain.privacy.personal_names import Names
from tests.support.slack.edge_harness import Bench, lookup_of, part_of
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack import Message
from workbench.pretend_slack.limits import visible_text

CHANNEL, ALICE, BOB = "C0ONCALL", "U0ALICE", "U0BOB"
ROOM = "one-bad-user"


def words(*messages: Message) -> str:
    return "\n".join(m.text + "\n" + visible_text(m.blocks) for m in messages)


def openings(bench: Bench) -> list[Message]:
    """Return the finished openings in the order of their posts."""
    openings = [m for m in bench.said() if part_of(m) == "opening" and not m.deleted]
    return [m for m in openings if "So far" not in m.text]


async def next_opening(bench: Bench, ask: Callable[[], Awaitable[object]]) -> Message:
    """Ask, and return the opening of the answer once all of it is said."""
    before = {lookup_of(m) for m in openings(bench)}
    await ask()
    await bench.slack.until(lambda: {lookup_of(m) for m in openings(bench)} - before, 30)
    await bench.settled(0.3)
    return next(m for m in openings(bench) if lookup_of(m) not in before)


async def by_command(bench: Bench, text: str = ROOM) -> Message:
    """Ask with a command, and return the opening, which begins a thread."""
    return await next_opening(
        bench, lambda: bench.slack.type_command(CHANNEL, ALICE, "/call-errors", text)
    )


async def continue_with(bench: Bench, thread: str, text: str, user: str = ALICE) -> Message:
    return await next_opening(
        bench, lambda: bench.slack.mention(CHANNEL, text, thread_ts=thread, user=user)
    )


async def said_after(bench: Bench, thread: str, text: str, user: str = ALICE) -> list[Message]:
    """Mention the bot, and return its new messages that stand."""
    before = len(bench.said())
    await bench.slack.mention(CHANNEL, text, thread_ts=thread, user=user)
    await bench.slack.until(lambda: len(bench.said()) > before, 30)
    await bench.settled(0.3)
    return [m for m in bench.said()[before:] if not m.deleted]


def answer_of(bench: Bench, opening: Message) -> list[Message]:
    said = [m for m in bench.said() if lookup_of(m) == lookup_of(opening) and not m.deleted]
    return [m for m in said if part_of(m)]


async def test_an_answer_of_a_command_is_continued_after_a_restart(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        first = await by_command(bench)
        await bench.restart()
        second = await continue_with(bench, first.ts, "since 30d")
        assert second.thread_ts == first.ts
        assert f"Room {ROOM}, since " in words(second)
        assert [part_of(m) for m in answer_of(bench, second)] == ["opening", "reply-1"]
        third = await continue_with(bench, first.ts, "who else?", BOB)
        assert words(third).splitlines()[1] == words(second).splitlines()[1], "the window holds"
        (row,) = [r for r in await bench.memory.audit.find() if r.user == BOB]
        assert (row.entry.value, row.outcome.value, row.subjects) == ("mention", "answered", ())
        assert row.room_id


async def test_answers_of_shortcuts_and_mentions_are_continued(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        ticket = bench.slack.say(CHANNEL, "no id here", user=BOB)
        await continue_with(bench, ticket.ts, "room sample-join")
        (line,) = await said_after(bench, ticket.ts, "again")
        assert (line.ephemeral_to, line.thread_ts) == (ALICE, ticket.ts), "nothing changed"
        assert len(openings(bench)) == 1
        room = (await bench.memory.audit.find())[-1].room_id
        message = bench.slack.say(CHANNEL, f"broken: room {room}")
        third = await next_opening(bench, lambda: bench.slack.use_message_shortcut(message))
        assert third.thread_ts == message.ts
        fourth = await continue_with(bench, message.ts, "yesterday")
        assert re.search(r"Room sample-join, \d+ \w+ [0-9:]+ to \d+ \w+ [0-9:]+ UTC", words(fourth))


async def test_the_last_answer_above_counts_and_an_id_counts_more(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        first = await by_command(bench, "storm")
        again = await continue_with(bench, first.ts, "room last 2h")
        assert "Room storm, since " in words(again), "the room, and the time beside it"
        whole = await continue_with(bench, first.ts, "room since 30d")
        assert [part_of(m) for m in answer_of(bench, whole)] == ["opening", "reply-1"]
        await continue_with(bench, first.ts, "room sample-join")
        other = await continue_with(bench, first.ts, "room yesterday")
        assert re.search(r"Room sample-join, \d+ \w+ [0-9:]+ to ", words(other))
        room = bench.hundredms.world.room(ROOM).id
        given = await continue_with(bench, first.ts, f"{room} since 29d")
        assert ROOM in words(given)
        last = await continue_with(bench, first.ts, "what happened to marta?")
        assert f"Marta Lindqvist in room {ROOM}, since " in words(last)


async def test_a_name_narrows_and_room_widens(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        first = await by_command(bench, f"{ROOM} since 29d")
        for name in ("marta", "Marta L.", "marta.lindqvist@example.com"):
            person = await continue_with(bench, first.ts, name)
            assert f"Marta Lindqvist in room {ROOM}, since " in words(person)
        room = await continue_with(bench, first.ts, "room")
        assert f"Room {ROOM}, since " in words(room)
        offered = await said_after(bench, first.ts, "mrta")
        (choices,) = [m for m in offered if part_of(m) == "choices"]
        assert (choices.ephemeral_to, choices.thread_ts) == (ALICE, first.ts)
        assert f"Marta Lindqvist in room {ROOM} · Chrome 141 on Windows" in words(choices)
        chosen = await next_opening(bench, lambda: bench.slack.click(choices, "choose-0"))
        assert chosen.thread_ts == first.ts
        assert f"Marta Lindqvist in room {ROOM}, since " in words(chosen)


async def test_a_name_of_another_room_begins_anew(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        first = await by_command(bench, f"{ROOM} since 1h")
        other = await continue_with(bench, first.ts, "sample-publish")
        assert "2 of 2 events" in words(other)
        assert "since" not in words(other).splitlines()[0], "that window was of the other room"
        again = await continue_with(bench, first.ts, f"room {ROOM} since 30d")
        assert ROOM in words(again)
        last = await continue_with(bench, first.ts, "who else")
        assert f"Room {ROOM}, since" in words(last)


@pytest.mark.parametrize(
    ("text", "part", "private"),
    [
        ("timeline", "timeline-1", False),
        ("report", "packet", False),
        ("evidence", "evidence", True),
    ],
)
async def test_a_button_can_be_named(tmp_path: Path, text: str, part: str, private: bool) -> None:  # noqa: FBT001
    async with open_whole(tmp_path) as bench:
        first = await by_command(bench)
        said = await said_after(bench, first.ts, text)
        (message,) = [m for m in said if part_of(m) == part]
        assert message.thread_ts == first.ts
        assert message.ephemeral_to == (ALICE if private else None)
        assert (f"Room {ROOM}, the last 30 days" in words(message)) is (text != "report")
        (row,) = [r for r in await bench.memory.audit.find() if r.entry.value == "mention"]
        assert row.outcome.value == "answered"


async def test_a_reply_needs_one_press_of_the_asker(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        first = await by_command(bench)
        (offer,) = await said_after(bench, first.ts, "reply")
        assert (offer.ephemeral_to, offer.thread_ts) == (ALICE, first.ts)
        assert f"Room {ROOM}, the last 30 days" in words(offer)
        await bench.slack.click(offer, "reply")
        await bench.slack.until(lambda: "Marta" in str(list(bench.team.views.values())))


@pytest.mark.parametrize("text", ["", "what is going on here", "thanks", "reply marta", "sinse 1h"])
async def test_what_is_unclear_gets_the_list_for_the_asker_alone(tmp_path: Path, text: str) -> None:
    async with open_whole(tmp_path) as bench:
        first = await by_command(bench)
        (message,) = await said_after(bench, first.ts, text)
        assert (message.ephemeral_to, message.thread_ts) == (ALICE, first.ts)
        assert all(word in words(message) for word in WORDS)
        assert ("Did you mean" in words(message)) is (text == "sinse 1h")


async def test_an_unknown_name_gets_the_list_too(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        first = await by_command(bench)
        (message,) = await said_after(bench, first.ts, "timelyne")
        assert message.ephemeral_to == ALICE
        assert "Did you mean `timeline`?" in message.text
        assert all(word in words(message) for word in WORDS)


async def test_a_private_answer_is_continued_by_its_asker_alone(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        first = await by_command(bench)
        private = await said_after(bench, first.ts, "marta private")
        assert {(m.ephemeral_to, m.thread_ts) for m in private} == {(ALICE, first.ts)}
        of_bob = await continue_with(bench, first.ts, "since 30d", BOB)
        assert f"Room {ROOM}, since" in words(of_bob)
        assert "Marta Lindqvist in room" not in words(of_bob)


async def test_a_mention_outside_a_thread_remembers_nothing(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        await by_command(bench)
        await bench.slack.mention(CHANNEL, "since 1h")
        await bench.slack.until(lambda: bench.team.ephemeral(ALICE))
        shown = [m for m in bench.team.ephemeral(ALICE) if "Reading call errors" not in m.text]
        assert "I don't see what to look up" in words(*shown)


@pytest.mark.parametrize("text", ["again", "who else", "timeline", "room"])
async def test_a_word_wins_over_a_room_of_that_name(tmp_path: Path, text: str) -> None:
    async with open_whole(tmp_path) as bench:
        root = bench.slack.say(CHANNEL, "it broke")
        (message,) = await said_after(bench, root.ts, text)
        assert (message.ephemeral_to, message.thread_ts) == (ALICE, root.ts)
        assert "`room again`" in words(message)
        escaped = await said_after(bench, root.ts, "room again")
        assert "No room called “again”" in words(*escaped)


async def test_where_the_bot_is_not_in_the_answer_says_how_to_invite_it(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        slack = bench.slack
        await slack.type_command("C0GENERAL", ALICE, "/call-errors", "sample-join")
        await slack.until(lambda: [m for m in openings(bench) if m.channel == "C0GENERAL"], 30)
        await bench.settled(0.3)
        assert words(openings(bench)[-1]).count("/invite @Call Doctor") == 1
        bench.team.channels["C0GENERAL"].members.add(bench.team.app.bot_user)
        await slack.type_command("C0GENERAL", ALICE, "/call-errors", "sample-publish")
        await slack.until(lambda: len(openings(bench)) > 1, 30)
        await bench.settled(0.3)
        assert "/invite" not in words(openings(bench)[-1])
        await by_command(bench)
        assert "/invite" not in words(openings(bench)[-1])


async def test_where_names_are_hidden_no_follow_up_shows_them(tmp_path: Path) -> None:
    async with open_whole(tmp_path, show_names=Names.NONE) as bench:
        first = await by_command(bench)
        for text in ("marta", "private", "timeline", "evidence", "reply", "mrta", "who else"):
            await said_after(bench, first.ts, text)
        said = words(*bench.said()) + str([m.edits for m in bench.said()])
        said = said.replace("“mrta”", "").lower()
        assert "participant 1 in room one-bad-user, the last 30 days" in said
        assert [name for name in ("lindqvist", "marta") if name in said] == []


async def test_a_time_after_a_room_that_ends_in_a_label_is_no_name(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        for text in ("one-bad-user yesterday", "room one-bad-user last week"):
            opening = await by_command(bench, text)
            assert "I read “" in words(opening)
            assert "Marta" not in words(opening), "her failures are of today"


async def test_people_write_emoji_and_say_the_same_in_other_words(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        first = await by_command(bench, f"{ROOM} :fire:")
        for text in (
            "who else dropped? :eyes:",
            "who was affected?",
            "in the last twelve hours 🙏",
        ):
            assert f"Room {ROOM}, " in words(await continue_with(bench, first.ts, text))
        person = await continue_with(bench, first.ts, "marta in the room :wave:")
        assert f"Marta Lindqvist in room {ROOM}, since " in words(person)
        (line,) = await said_after(bench, first.ts, "again please :pray::skin-tone-2:")
        assert "No change as of " in words(line)
        for text in ("any update?", "hi bot"):
            (line,) = await said_after(bench, first.ts, text)
            assert "who else" in words(line)
            assert "nobody called" not in words(line)


async def test_help_me_is_no_room(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        for text in ("help me", "help me please!"):
            (message,) = await said_after(bench, bench.slack.say(CHANNEL, "it broke").ts, text)
            assert (message.ephemeral_to, part_of(message)) == (ALICE, "help")
