"""What may stand after `settings`."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.channel_settings import NO_TIME, RESET, SettingsPatch
from bot.domain.parsing import SettingsCommand, parse_settings_change
from bot.domain.privacy.personal_names import Names

ALIASES = ("default", "eu")
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("", SettingsPatch()),
        ("private", SettingsPatch(private=True)),
        ("  PUBLIC ", SettingsPatch(private=False)),
        ("since 24h", SettingsPatch(since=DAY)),
        ("since 1d12h", SettingsPatch(since=1.5 * DAY)),
        ("last 3 days", SettingsPatch(since=3 * DAY)),
        ("since: 30d", SettingsPatch(since=30 * DAY)),
        ("since any", SettingsPatch(since=NO_TIME)),
        ("workspace EU", SettingsPatch(workspace="eu")),
        ("workspace=default", SettingsPatch(workspace="default")),
        ("workspace any", SettingsPatch(workspace="")),
        ("private since 24h workspace eu", SettingsPatch(private=True, workspace="eu", since=DAY)),
        ("private\npublic", SettingsPatch(private=False)),
        ("reset", RESET),
        ("names short", SettingsPatch(names=Names.SHORT)),
        ("names: NONE private", SettingsPatch(private=True, names=Names.NONE)),
        ("names default", SettingsPatch(names="")),
        ("reset private", SettingsPatch(private=True, workspace="", since=NO_TIME, names="")),
    ],
)
def test_a_wish_is_read(text: str, change: SettingsPatch) -> None:
    assert parse_settings_change(text, ALIASES) == SettingsCommand(change)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("standup", "“standup”"),
        ("private standup", "“standup”"),
        ("privately", "“privately”. Did you mean `private`?"),
        ("publik", "“publik”. Did you mean `public`?"),
        ("names nobody", "“names”"),
        ("workspace mars", "“mars”; there is: default, eu"),
        ("workspace", "“workspace”"),
        ("since 31d", "30 days"),
        ("since 0h", "30 days"),
        ("since 999999999w999999999w", "30 days"),
        ("since yesterday", "“since”"),
        ("<!channel>", "Unknown setting after `settings`"),
        ("workspace <@U0ALICE>", "of that name"),
    ],
)
def test_what_cannot_be_meant_changes_nothing_and_is_named(text: str, words: str) -> None:
    wish = parse_settings_change(text, ALIASES)
    assert wish.change == SettingsPatch()
    assert words in wish.complaint


@given(st.text() | st.text("privateublcswok <>@!#0123456789dh\n\x00", max_size=60))
def test_any_text_is_harmless(text: str) -> None:
    wish = parse_settings_change(text, ALIASES)
    assert wish.change.workspace in (None, "", *ALIASES)
    assert wish.change.since is None or NO_TIME <= wish.change.since <= 30 * DAY
    assert not re.search(r"[<>@\x00\n]", wish.complaint)
