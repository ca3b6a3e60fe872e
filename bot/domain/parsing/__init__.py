"""What a person typed or pasted, understood: pure, and never raises."""

from bot.domain.parsing.query import MOST_CLUES, find_identifiers, parse_query
from bot.domain.parsing.settings_command import SettingsCommand, parse_settings_change
from bot.domain.parsing.time_phrases import read_since
from bot.domain.parsing.time_zones import zone_named

__all__ = [
    "MOST_CLUES",
    "SettingsCommand",
    "find_identifiers",
    "parse_query",
    "read_since",
    "parse_settings_change",
    "zone_named",
]
