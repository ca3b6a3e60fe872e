"""The answers posted to Slack: found again by reference, and a button's answer posted only once."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.domain.metrics import LookupOutcome
from bot.domain.saved_lookup import SavedLookup


@dataclass(frozen=True, slots=True)
class PostedAnswer:
    """A posted answer. `handle` opens the same look-up again.

    `asked_by` and `channel` are Slack's ids. `ts` is that of the opening; "" where the answer has
    none (a response_url returns no `ts`). `thread` is the thread that the answer stands in, or that
    its opening begins; "" if it has neither.
    """

    handle: SavedLookup
    asked_by: str
    channel: str
    ts: str
    outcome: LookupOutcome
    thread: str = ""


class AnswerLog(Protocol):
    """The answers of the last 30 days. Raises StoreUnreachable."""

    async def remember(self, answer: PostedAnswer) -> None:
        """Store the answer; if it exists already, only its place is updated."""

    async def find(self, lookup_id: str) -> PostedAnswer | None:
        """Return the answer with that reference (`CD-…`), ignoring case; None if there is none."""

    async def last_in_thread(self, channel: str, thread: str, user: str) -> PostedAnswer | None:
        """Return the last answer in a thread that this person may see; None if there is none.

        An answer that only another person has seen does not count.
        """

    async def last_in_dm(self, channel: str) -> PostedAnswer | None:
        """Return the last answer in a person's direct messages; None if there is none."""


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
