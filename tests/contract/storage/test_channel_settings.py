"""What channels want of their answers: kept, shared, and signed for a while; on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.channel_settings import RESET, ChannelSettings, ChannelSettingsStore, SettingsPatch
from bot.domain.privacy.personal_names import Names
from bot.storage import open_database

START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


async def test_a_channel_wants_nothing_at_first(database_url: str) -> None:
    async with open_database(database_url) as memory:
        channels: ChannelSettingsStore = memory.channel_settings
        assert await channels.of("C0ONCALL") == ChannelSettings()


async def test_what_was_set_is_there_for_the_next_life(database_url: str) -> None:
    wanted = ChannelSettings(True, "eu", DAY, "U0ALICE", START)
    async with open_database(database_url, clock=Clock()) as memory:
        change = SettingsPatch(private=True, workspace="eu", since=DAY)
        assert await memory.channel_settings.change("C0ONCALL", change, "U0ALICE") == wanted
    async with open_database(database_url, clock=Clock()) as memory:
        assert await memory.channel_settings.of("C0ONCALL") == wanted
        assert await memory.channel_settings.of("C0OTHER") == ChannelSettings()


async def test_only_what_was_named_changes(database_url: str) -> None:
    clock = Clock()
    async with open_database(database_url, clock=clock) as memory:
        await memory.channel_settings.change(
            "C0ONCALL", SettingsPatch(private=True, since=DAY), "U0ALICE"
        )
        clock.now = START + DAY
        changed = await memory.channel_settings.change(
            "C0ONCALL", SettingsPatch(workspace="eu"), "U0BOB"
        )
        assert changed == ChannelSettings(True, "eu", DAY, "U0BOB", START + DAY)
        await memory.channel_settings.change("C0ONCALL", SettingsPatch(names=Names.SHORT), "U0BOB")
        assert (await memory.channel_settings.of("C0ONCALL")).names is Names.SHORT
        changed = await memory.channel_settings.change("C0ONCALL", RESET, "U0BOB")
        assert changed == ChannelSettings(set_by="U0BOB", set_at=START + DAY)


async def test_two_who_change_different_things_at_once_both_get_theirs(database_url: str) -> None:
    async with open_database(database_url) as one, open_database(database_url) as other:
        await asyncio.gather(
            one.channel_settings.change("C0ONCALL", SettingsPatch(private=True), "U0ALICE"),
            other.channel_settings.change("C0ONCALL", SettingsPatch(since=DAY), "U0BOB"),
        )
        for memory in (one, other):
            found = await memory.channel_settings.of("C0ONCALL")
            assert (found.private, found.since) == (True, DAY)


async def test_many_who_ask_at_once_are_answered_each_for_their_channel(database_url: str) -> None:
    async with open_database(database_url) as memory:
        for number in range(0, 40, 2):
            await memory.channel_settings.change(
                f"C{number}", SettingsPatch(since=number * DAY), "U0ALICE"
            )
        asking = [memory.channel_settings.of(f"C{number}") for number in range(40)]
        found = await asyncio.gather(*asking)
        assert [one.since for one in found] == [
            timedelta() if number % 2 else number * DAY for number in range(40)
        ]


async def test_who_asks_after_a_change_sees_it_though_others_were_asking(database_url: str) -> None:
    async with open_database(database_url) as one, open_database(database_url) as other:
        for number in range(20):
            earlier = [
                asyncio.ensure_future(other.channel_settings.of("C0ONCALL")) for _ in range(3)
            ]
            await one.channel_settings.change(
                "C0ONCALL", SettingsPatch(private=number % 2 == 0), "U0ALICE"
            )
            assert (await other.channel_settings.of("C0ONCALL")).private is (number % 2 == 0)
            await asyncio.gather(*earlier)


@pytest.mark.parametrize("channel", ["", "a\x00b", "x" * 5_000, "\ud800", "'; DROP TABLE x; --"])
async def test_what_is_no_channel_has_no_settings(database_url: str, channel: str) -> None:
    async with open_database(database_url) as memory:
        assert await memory.channel_settings.of(channel) == ChannelSettings()


async def test_settings_stay_and_who_made_them_goes_after_thirty_days(database_url: str) -> None:
    clock = Clock()
    async with open_database(database_url, clock=clock) as memory:
        await memory.channel_settings.change("C0ONCALL", SettingsPatch(private=True), "U0ALICE")
        clock.now = START + 29 * DAY
        await memory.purge()
        assert (await memory.channel_settings.of("C0ONCALL")).set_by == "U0ALICE"
        clock.now = START + 31 * DAY
        await memory.purge()
        found = await memory.channel_settings.of("C0ONCALL")
        assert found == ChannelSettings(private=True, set_at=START)


async def test_a_person_is_forgotten_and_their_settings_stay(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await memory.channel_settings.change("C0ONCALL", SettingsPatch(private=True), "U0ALICE")
        await memory.channel_settings.change("C0OTHER", SettingsPatch(private=True), "U0BOB")
        assert (await memory.forget_user("U0ALICE"))["names under settings"] == 1
        assert (await memory.forget_user("U0ALICE"))["names under settings"] == 0
        found = await memory.channel_settings.of("C0ONCALL")
        assert (found.private, found.set_by) == (True, "")
        assert (await memory.channel_settings.of("C0OTHER")).set_by == "U0BOB"
