"""An answer posted to Slack: its look-up, its asker and its place."""

from dataclasses import dataclass
from typing import Protocol

from bot.domain.metrics import LookupOutcome
from bot.domain.saved_lookup import SavedLookup


@dataclass(frozen=True, slots=True)
class PostedAnswer:
    """A posted answer. `handle` opens the same look-up again.

    `asked_by` and `channel` are Slack's ids. `ts` is that of the opening; "" where the answer has
    none (a response_url returns no `ts`).
    """

    handle: SavedLookup
    asked_by: str
    channel: str
    ts: str
    outcome: LookupOutcome


class AnswerLog(Protocol):
    """The answers of the last 30 days. Raises StoreUnreachable."""

    async def remember(self, answer: PostedAnswer) -> None:
        """Store the answer; if it exists already, only its place is updated."""

    async def find(self, lookup_id: str) -> PostedAnswer | None:
        """Return the answer with that reference (`CD-…`), ignoring case; None if there is none."""
