"""A word that asks for something else than a look-up."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.render.message import Message
from bot.slack.desk import Desk
from bot.slack.place import Place

Answer = Callable[[Desk, Place, str, str], Awaitable[Message]]
"""Does what the text after the word asks, where the person is, under that reference.

The message is for the asker alone. Raises BotError.
"""


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One such word, in small letters, and what it does."""

    word: str
    answer: Answer
