"""Parses `settings …`: changes of a channel's defaults, in words like those of a question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.domain.channel_settings import NO_TIME, RESET, SettingsPatch
from bot.domain.events import EVENT_RETENTION
from bot.domain.parsing.times import SPAN, parse_duration
from bot.domain.privacy.personal_names import Names
from bot.domain.text import near_words

"""Equal to the time for which 100ms keeps events."""

_ANY = "any|all|none|off"
_SETTING = re.compile(
    r"\s*(?:(?P<word>private|public|reset)"
    rf"|names[\s:=]+(?P<names>full|short|none|default)"
    r"|workspace[\s:=]+(?P<alias>\S{1,64})"
    rf"|(?:since|last)[\s:=]+(?P<time>{_ANY}|{SPAN})"
    r")(?!\S)",
    re.IGNORECASE,
)
_NAMES: dict[str, Names | Literal[""]] = {**{each.value: each for each in Names}, "default": ""}
_WORDS = ("private", "public", "reset", "names", "workspace", "since", "last")
_SHOWN = re.compile(r"[\w:+-]{1,24}")


@dataclass(frozen=True, slots=True)
class SettingsCommand:
    """The change asked for, or a `complaint` in a sentence; never a partial change."""

    change: SettingsPatch = field(default_factory=SettingsPatch)
    complaint: str = ""


def parse_settings_change(text: str, workspaces: Sequence[str]) -> SettingsCommand:
    """Return the change that a person asks for. Never raises.

    `workspaces` are the known aliases.
    """
    command, at = SettingsCommand(), 0
    text = text.rstrip()
    while at < len(text):
        match = _SETTING.match(text, at)
        if match is None:
            return SettingsCommand(complaint=_unread_complaint(text[at:]))
        command = _with_setting(command, match, workspaces)
        if command.complaint:
            return SettingsCommand(complaint=command.complaint)
        at = match.end()
    return command


def _with_setting(
    command: SettingsCommand, match: re.Match[str], workspaces: Sequence[str]
) -> SettingsCommand:
    if match["alias"]:
        return _with_workspace(command, match["alias"].lower(), workspaces)
    if match["names"]:
        return SettingsCommand(replace(command.change, names=_NAMES[match["names"].lower()]))
    if match["time"]:
        return _with_time(command, match["time"].lower())
    word = match["word"].lower()
    if word == "reset":
        return SettingsCommand(RESET)
    return SettingsCommand(replace(command.change, private=word == "private"))


def _with_workspace(
    command: SettingsCommand, alias: str, workspaces: Sequence[str]
) -> SettingsCommand:
    if re.fullmatch(_ANY, alias):
        return SettingsCommand(replace(command.change, workspace=""))
    if alias in workspaces:
        return SettingsCommand(replace(command.change, workspace=alias))
    there = ", ".join(workspaces)
    return SettingsCommand(
        complaint=f"There is no 100ms workspace {_quote(alias, 'of that name')}; there is: {there}."
    )


def _with_time(command: SettingsCommand, word: str) -> SettingsCommand:
    if re.fullmatch(_ANY, word):
        return SettingsCommand(replace(command.change, since=NO_TIME))
    span = parse_duration(word)
    if not span or span > EVENT_RETENTION:
        return SettingsCommand(
            complaint="`since` can be up to 30 days, because 100ms keeps no more."
        )
    return SettingsCommand(replace(command.change, since=span))


def _unread_complaint(text: str) -> str:
    word = text.split(maxsplit=1)[0]
    near = near_words(word, _WORDS, most=1)
    doubt = f" Did you mean `{near[0]}`?" if near else ""
    return f"Unknown setting {_quote(word, 'after `settings`')}.{doubt}"


def _quote(word: str, otherwise: str) -> str:
    """Return a typed word in quotes if it is harmless to repeat it, else `otherwise`."""
    return f"“{word}”" if _SHOWN.fullmatch(word) else otherwise
