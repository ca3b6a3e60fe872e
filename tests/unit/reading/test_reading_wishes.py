"""What may stand after `settings`."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.parsing import Wish, read_wish
from bot.domain.privacy.personal_names import Names
from bot.domain.records.channel_settings import NO_TIME, RESET, Change

ALIASES = ("default", "eu")
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("", Change()),
        ("private", Change(private=True)),
        ("  PUBLIC ", Change(private=False)),
        ("since 24h", Change(since=DAY)),
        ("since 1d12h", Change(since=1.5 * DAY)),
        ("last 3 days", Change(since=3 * DAY)),
        ("since: 30d", Change(since=30 * DAY)),
        ("since any", Change(since=NO_TIME)),
        ("workspace EU", Change(workspace="eu")),
        ("workspace=default", Change(workspace="default")),
        ("workspace any", Change(workspace="")),
        ("private since 24h workspace eu", Change(private=True, workspace="eu", since=DAY)),
        ("private\npublic", Change(private=False)),
        ("reset", RESET),
        ("names short", Change(names=Names.SHORT)),
        ("names: NONE private", Change(private=True, names=Names.NONE)),
        ("names default", Change(names="")),
        ("reset private", Change(private=True, workspace="", since=NO_TIME, names="")),
    ],
)
def test_a_wish_is_read(text: str, change: Change) -> None:
    assert read_wish(text, ALIASES) == Wish(change)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("standup", "“standup”"),
        ("private standup", "“standup”"),
        ("privately", "“privately”"),
        ("names nobody", "“names”"),
        ("workspace mars", "“mars”; there is: default, eu"),
        ("workspace", "“workspace”"),
        ("since 31d", "30 days"),
        ("since 0h", "30 days"),
        ("since 999999999w999999999w", "30 days"),
        ("since yesterday", "“since”"),
        ("<!channel>", "cannot read what stands"),
        ("workspace <@U0ALICE>", "of that name"),
    ],
)
def test_what_cannot_be_meant_changes_nothing_and_is_named(text: str, words: str) -> None:
    wish = read_wish(text, ALIASES)
    assert wish.change == Change()
    assert words in wish.complaint


@given(st.text() | st.text("privateublcswok <>@!#0123456789dh\n\x00", max_size=60))
def test_any_text_is_harmless(text: str) -> None:
    wish = read_wish(text, ALIASES)
    assert wish.change.workspace in (None, "", *ALIASES)
    assert wish.change.since is None or NO_TIME <= wish.change.since <= 30 * DAY
    assert not re.search(r"[<>@\x00\n]", wish.complaint)
