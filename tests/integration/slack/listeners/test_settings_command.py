"""A channel's own settings: set in it, seen in it, and kept to by every question asked in it."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.domain.channel_settings import ChannelSettings, SettingsPatch
from bot.domain.errors import StoreUnreachable
from tests.support.slack.edge_harness import Bench, check_all, open_bench, part_of, shown
from tests.support.slack.fakes import ROOM
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack import Message
from workbench.pretend_slack.limits import visible_text

MODES = pytest.mark.parametrize("mode", ["http", "socket"])


def words(message: Message) -> str:
    return f"{message.text}\n{visible_text(message.blocks)}"


def settings_said(bench: Bench) -> list[Message]:
    return [one for one in bench.said() if "ettings for this channel" in words(one)]


async def said_to(bench: Bench, text: str, channel: str = "C0ONCALL") -> Message:
    """What the bot says to `/call-errors <text>`, whose answer is for the asker alone."""
    before = len(bench.said())
    delivery = await bench.slack.type_command(channel, "U0ALICE", "/call-errors", text)
    assert delivery.acked
    found = bench.said()[before:]
    assert [one.ephemeral_to for one in found] == ["U0ALICE"]
    return found[0]


def is_private(bench: Bench, message: Message) -> bool:
    """Return whether Alice alone sees it: as a private line, or in her direct messages."""
    direct = bench.team.direct_channel("U0ALICE").id
    return message.ephemeral_to == "U0ALICE" or message.channel == direct


async def answered(bench: Bench, text: str, number: int, channel: str = "C0ONCALL") -> Message:
    """The n-th opening, which answers this question."""
    await bench.slack.type_command(channel, "U0BOB", "/call-errors", text)
    return await opening(bench, number)


async def opening(bench: Bench, number: int) -> Message:
    def final() -> list[Message]:
        found = [one for one in bench.said() if part_of(one) == "opening"]
        return [one for one in found if "So far" not in one.text]

    await bench.slack.until(lambda: len(final()) >= number, 30)
    await bench.settled(0.2)
    return final()[number - 1]


@MODES
async def test_a_private_channel_answers_the_asker_alone_also_after_a_restart(
    tmp_path: Path, mode: str
) -> None:
    async with open_whole(tmp_path, mode, large=10) as bench:
        assert "go to the channel" in words(await said_to(bench, "settings"))
        changed = words(await said_to(bench, "settings private"))
        assert "seen only by the person who asks" in changed
        assert "U0ALICE" in changed
        await bench.restart()
        first = await answered(bench, "one-bad-user", 1)
        assert first.ephemeral_to == "U0BOB"
        assert bench.team.in_channel("C0ONCALL") == []
        (looking,) = first.edits  # became the answer
        assert "Only you will see" in visible_text(looking["blocks"])
        elsewhere = await answered(bench, "one-bad-user", 2, "C0GENERAL")
        assert elsewhere.ephemeral_to is None
        asked_for_all = await answered(bench, "one-bad-user public", 3)
        assert (asked_for_all.ephemeral_to, asked_for_all.channel) == (None, "C0ONCALL")
        check_all(bench)


async def test_a_mention_sets_and_keeps_to_them_and_leaves_nothing_in_the_thread(
    tmp_path: Path,
) -> None:
    async with open_whole(tmp_path, large=10) as bench:
        root = bench.slack.say("C0ONCALL", "it broke")
        await bench.slack.mention("C0ONCALL", "settings private", thread_ts=root.ts)
        await bench.slack.until(lambda: settings_said(bench))
        assert settings_said(bench)[0].ephemeral_to == "U0ALICE"
        await bench.slack.mention("C0ONCALL", "one-bad-user", thread_ts=root.ts)
        assert (await opening(bench, 1)).ephemeral_to == "U0ALICE"
        message = bench.slack.say("C0ONCALL", "and: one-bad-user")
        await bench.slack.mention("C0ONCALL", "settings public since 24h", thread_ts=message.ts)
        await bench.slack.until(lambda: len(settings_said(bench)) == 2)
        await bench.slack.mention("C0ONCALL", "one-bad-user", thread_ts=message.ts)
        found = await opening(bench, 2)
        assert (found.ephemeral_to, found.thread_ts) == (None, message.ts)
        assert "This channel only looks back to" in words(found)
        check_all(bench)


async def test_a_channels_own_time_holds_where_a_question_names_none(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10) as bench:
        assert "cover the last 36h" in words(await said_to(bench, "settings since 36h"))
        window = f"{datetime.now(UTC) - timedelta(hours=36):%Y-%m-%d}"
        short = words(await answered(bench, "one-bad-user", 1))
        assert "only looks back" in short
        assert window in short
        asked = words(await answered(bench, "one-bad-user since 30d", 2))
        assert "only looks back" not in asked
        await said_to(bench, "settings since any")
        assert "only looks back" not in words(await answered(bench, "one-bad-user", 3))


async def test_a_channels_workspace_decides_where_two_know_the_name(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10, other=True) as bench:
        await bench.slack.type_command("C0ONCALL", "U0BOB", "/call-errors", "in-both-workspaces")
        await bench.until_said("Which one?")
        assert "other counts" in words(await said_to(bench, "settings workspace OTHER"))
        found = words(await answered(bench, "in-both-workspaces", 1))
        assert "This channel means the workspace other" in found
        found = words(await answered(bench, "one-bad-user", 2))
        assert "This channel means" not in found
        assert "are all asked (default, other)" in words(
            await said_to(bench, "settings workspace any")
        )


@pytest.mark.parametrize(
    "text",
    [
        "<!channel>",
        "workspace <@U0ALICE|alice>",
        "since 2h; DROP TABLE channels",
        "private standup",
        "workspace nowhere",
        "since 400d",
        "\u202eprivate",
        "x" * 3000,
    ],
)
async def test_hostile_words_change_nothing_and_are_harmless(tmp_path: Path, text: str) -> None:
    async with open_whole(tmp_path, large=10) as bench:
        told = await said_to(bench, f"settings {text}")
        assert "No setting was changed" in words(told)
        assert "Reference" in words(told)
        assert "<!" not in str(told.blocks)
        assert "<@" not in str(told.blocks)
        assert "Nobody has changed them yet" in words(await said_to(bench, "settings"))
        await bench.slack.mention("C0ONCALL", f"settings {text}")
        await bench.slack.until(lambda: len(bench.said()) == 3)
        assert "No setting was changed" in shown_words(bench.said()[-1])
        check_all(bench)


def shown_words(message: Message) -> str:
    return shown(message) + words(message)


class Unreadable:
    """Settings that cannot be read, at once or ever."""

    def __init__(self, *, hangs: bool) -> None:
        self.hangs = hangs

    async def of(self, channel: str) -> ChannelSettings:
        if self.hangs:
            await asyncio.Event().wait()
        raise StoreUnreachable(channel)

    async def change(self, channel: str, change: SettingsPatch, by: str) -> ChannelSettings:  # noqa: ARG002
        return await self.of(channel)


@pytest.mark.parametrize("hangs", [False, True])
async def test_nothing_is_answered_in_public_that_should_perhaps_be_private(hangs: bool) -> None:  # noqa: FBT001
    async with open_bench(channels=Unreadable(hangs=hangs)) as bench:
        for text in (ROOM, "settings", "settings public"):
            told = await said_to(bench, text)
            assert "own database does not answer" in words(told)
            assert "Reference CD-" in words(told)
        await bench.slack.mention("C0ONCALL", ROOM)
        await bench.slack.mention("C0ONCALL", "settings")
        await bench.slack.until(lambda: len(bench.said()) == 5)
        assert all(map(partial(is_private, bench), bench.said()))
        assert bench.investigator.asked == []


async def test_other_commands_look_a_room_of_that_name_up(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10) as bench:
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/room-errors", "settings")
        await bench.until_said("No room called “settings”")
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "room settings")
        await bench.slack.until(
            lambda: sum("No room called “settings”" in words(one) for one in bench.said()) == 2
        )


async def test_a_stranger_neither_sees_nor_sets_them(tmp_path: Path) -> None:
    """Slack offers them no command of ours; a mention they can write."""
    async with open_whole(tmp_path, large=10) as bench:
        await bench.slack.mention("C0SHARED", "settings private", user="U0OUT")
        refused = await bench.until_said("belongs to another company")
        assert refused.ephemeral_to == "U0OUT"
        assert settings_said(bench) == []
        assert "Nobody has changed" in words(await said_to(bench, "settings", "C0SHARED"))
