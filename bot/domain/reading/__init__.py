"""What a person typed or pasted, understood: pure, and never raises."""

from bot.domain.reading.reading import clues_in, read_question

__all__ = ["clues_in", "read_question"]
