"""What a person typed or pasted, understood: pure, and never raises."""

from bot.domain.reading.phrases import read_since
from bot.domain.reading.reading import MOST_CLUES, clues_in, read_question
from bot.domain.reading.wishes import Wish, read_wish
from bot.domain.reading.zones import zone_named

__all__ = [
    "MOST_CLUES",
    "Wish",
    "clues_in",
    "read_question",
    "read_since",
    "read_wish",
    "zone_named",
]
