"""What a person typed or pasted, understood: pure, and never raises."""

from bot.domain.parsing.query import MOST_CLUES, clues_in, read_question
from bot.domain.parsing.settings_command import Wish, read_wish
from bot.domain.parsing.time_phrases import read_since
from bot.domain.parsing.time_zones import zone_named

__all__ = [
    "MOST_CLUES",
    "Wish",
    "clues_in",
    "read_question",
    "read_since",
    "read_wish",
    "zone_named",
]
