"""What `settings …` asks for: a channel's own defaults, in words like those of a question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from bot.domain.parsing.times import SPAN, parse_duration
from bot.domain.privacy.personal_names import Names
from bot.domain.records.channel_settings import NO_TIME, RESET, SettingsPatch

LONGEST = timedelta(days=30)
"""As long as 100ms keeps events."""

_ANY = "any|all|none|off"
_WISH = re.compile(
    r"\s*(?:(?P<word>private|public|reset)"
    rf"|names[\s:=]+(?P<names>full|short|none|default)"
    r"|workspace[\s:=]+(?P<alias>\S{1,64})"
    rf"|(?:since|last)[\s:=]+(?P<time>{_ANY}|{SPAN})"
    r")(?!\S)",
    re.IGNORECASE,
)
_NAMES: dict[str, Names | Literal[""]] = {**{each.value: each for each in Names}, "default": ""}
_SHOWN = re.compile(r"[\w:+-]{1,24}")


@dataclass(frozen=True, slots=True)
class SettingsCommand:
    """The change asked for, or a `complaint` in a sentence; nothing is changed by halves."""

    change: SettingsPatch = field(default_factory=SettingsPatch)
    complaint: str = ""


def parse_settings_change(text: str, workspaces: Sequence[str]) -> SettingsCommand:
    """What a person wants changed. `workspaces` are the aliases there are. Never raises."""
    wish, at = SettingsCommand(), 0
    text = text.rstrip()
    while at < len(text):
        found = _WISH.match(text, at)
        if found is None:
            return SettingsCommand(complaint=_unread(text[at:]))
        wish = _with(wish, found, workspaces)
        if wish.complaint:
            return SettingsCommand(complaint=wish.complaint)
        at = found.end()
    return wish


def _with(
    wish: SettingsCommand, found: re.Match[str], workspaces: Sequence[str]
) -> SettingsCommand:
    if found["alias"]:
        return _with_workspace(wish, found["alias"].lower(), workspaces)
    if found["names"]:
        return SettingsCommand(replace(wish.change, names=_NAMES[found["names"].lower()]))
    if found["time"]:
        return _with_time(wish, found["time"].lower())
    word = found["word"].lower()
    if word == "reset":
        return SettingsCommand(RESET)
    return SettingsCommand(replace(wish.change, private=word == "private"))


def _with_workspace(
    wish: SettingsCommand, alias: str, workspaces: Sequence[str]
) -> SettingsCommand:
    if re.fullmatch(_ANY, alias):
        return SettingsCommand(replace(wish.change, workspace=""))
    if alias in workspaces:
        return SettingsCommand(replace(wish.change, workspace=alias))
    there = ", ".join(workspaces)
    return SettingsCommand(
        complaint=f"There is no 100ms workspace {_shown(alias, 'of that name')}; there is: {there}."
    )


def _with_time(wish: SettingsCommand, word: str) -> SettingsCommand:
    if re.fullmatch(_ANY, word):
        return SettingsCommand(replace(wish.change, since=NO_TIME))
    span = parse_duration(word)
    if not span or span > LONGEST:
        return SettingsCommand(
            complaint="The time after `since` can be up to 30 days: 100ms keeps no more."
        )
    return SettingsCommand(replace(wish.change, since=span))


def _unread(rest: str) -> str:
    word = rest.split(maxsplit=1)[0]
    return f"I cannot read {_shown(word, 'what stands')} after `settings`."


def _shown(word: str, otherwise: str) -> str:
    """A word as it was typed, where it is harmless to repeat it."""
    return f"“{word}”" if _SHOWN.fullmatch(word) else otherwise
