"""Parses typed or pasted text; pure, and never raises."""

from bot.domain.parsing.query import MAX_IDS, find_identifiers, parse_query
from bot.domain.parsing.settings_command import SettingsCommand, parse_settings_change
from bot.domain.parsing.time_phrases import parse_since
from bot.domain.parsing.times import find_zone

__all__ = [
    "MAX_IDS",
    "SettingsCommand",
    "find_identifiers",
    "find_zone",
    "parse_query",
    "parse_settings_change",
    "parse_since",
]
