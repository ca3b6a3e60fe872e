"""Claims of public posts, so that a button's post appears once, whichever process answers."""

from enum import StrEnum
from typing import Protocol


class Claim(StrEnum):
    """The result of claiming a public post."""

    ACQUIRED = "ours"  # this press is the first, or goes on after a crash
    HELD = "under_way"  # another press is being answered
    DONE = "shown"  # the post exists


class PostClaims(Protocol):
    """Claims by a digest of button and message. Raises StoreUnreachable."""

    async def claim(self, what: str, by: str) -> Claim:
        """Claim the post for the job `by`. Repeating the claim has no effect."""

    async def keep(self, what: str, by: str) -> None:
        """Record that the post exists."""

    async def release(self, what: str, by: str) -> None:
        """Give the claim back because the post failed; the next press may try."""
