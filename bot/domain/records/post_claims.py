"""What public buttons brought: once for everybody, whichever process answers."""

from enum import StrEnum
from typing import Protocol


class Claim(StrEnum):
    """What becomes of a press that asks for what everybody will see."""

    ACQUIRED = "ours"  # it is the first, or goes on after a crash
    HELD = "under_way"  # another press is being answered
    DONE = "shown"  # it stands there


class PostClaims(Protocol):
    """What stands, by a digest of button and message. Raises StoreUnreachable."""

    async def claim(self, what: str, by: str) -> Claim:
        """Ask for it; `by` is the job that wants to show it. To ask again changes nothing."""

    async def keep(self, what: str, by: str) -> None:
        """It stands."""

    async def release(self, what: str, by: str) -> None:
        """It could not be shown: the next press may try."""
