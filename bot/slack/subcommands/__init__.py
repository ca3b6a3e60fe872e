"""Words after `/call-errors` or a mention that ask for something else than a look-up.

A new one is a file here and a line below.
"""

from bot.slack.subcommands import settings
from bot.slack.subcommands.subcommand import Subcommand

__all__ = ["SUBCOMMANDS", "Subcommand", "subcommand_of"]

SUBCOMMANDS: tuple[Subcommand, ...] = (settings.SUBCOMMAND,)


def subcommand_of(text: str) -> tuple[Subcommand, str] | None:
    """The one that a text begins with, and what stands after it; None for a question."""
    words = text.split(maxsplit=1)
    for each in SUBCOMMANDS:
        if words and words[0].casefold() == each.word:
            return each, "".join(words[1:])
    return None
