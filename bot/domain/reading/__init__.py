"""What a person typed or pasted, understood: pure, and never raises."""

from bot.domain.reading.reading import clues_in, read_question
from bot.domain.reading.wishes import Wish, read_wish

__all__ = ["Wish", "clues_in", "read_question", "read_wish"]
