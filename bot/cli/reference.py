"""`call-doctor lookup CD-…`: an answer that stands in Slack, opened again in the terminal."""

import re

from bot.domain.errors import NothingFound
from bot.domain.handle import Handle
from bot.storage import SqlMemory

_REFERENCE = re.compile(r"\s*(CD-[A-Z2-9]{8})\s*", re.IGNORECASE)


async def handle_behind(text: str, memory: SqlMemory | None) -> Handle | None:
    """The look-up that the text names by its reference; None if the text is no reference.

    Raises NothingFound, StoreUnreachable.
    """
    named = _REFERENCE.fullmatch(text)
    if named is None:
        return None
    answered = await memory.answers.find(named[1]) if memory else None
    if answered is None:
        raise NothingFound(
            "No answer of the last 30 days has that reference, or it was an error.",
            next_step="Search the log for it, or ask again for the room.",
        )
    return answered.handle
